"""The legal act that imposes: numbered without gaps, explained, rendered, kept for ever."""
