"""Plates as text: grammars as data, canonical and display form, confusion costs, decoding, and the vote."""

from recognition.plates.canonical import canonical
from recognition.plates.confusion import confusion_cost
from recognition.plates.decode import Candidate, Hints, characters_of, decode
from recognition.plates.display import display
from recognition.plates.grammar import Grammar, GrammarError, Layout, keys_for, load_grammars, parse_grammar
from recognition.plates.vote import vote

__all__ = [
    "Candidate",
    "Grammar",
    "GrammarError",
    "Hints",
    "Layout",
    "canonical",
    "characters_of",
    "confusion_cost",
    "decode",
    "display",
    "keys_for",
    "load_grammars",
    "parse_grammar",
    "vote",
]
