"""The dictionary of plates: every distinct plate once, with numbers by which parts of it are found."""
