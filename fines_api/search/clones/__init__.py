"""Cloned plates: one plate at two places faster than any car drives, and what follows until a person has looked."""
