"""The file of one alleged violation: opened from a sealed candidate, gated again at the centre, moved by a table."""
