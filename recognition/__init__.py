"""Shared kernel of Rubezh: pixels to facts, facts to proof.  Knows no network and no database."""

__version__ = "0.1.0"
