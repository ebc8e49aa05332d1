"""Plates as text: grammars as data, canonical and display form, confusion costs, decoding, calibration, the vote."""

from recognition.plates.calibration import Calibration, load_calibration
from recognition.plates.canonical import canonical
from recognition.plates.confusion import confusion_cost
from recognition.plates.decode import Candidate, Hints, Reading, decode
from recognition.plates.display import display
from recognition.plates.grammar import Grammar, GrammarError, Layout, keys_for, load_grammars, parse_grammar
from recognition.plates.list_entry import ListEntry, ListError, ListMatch, fault_of
from recognition.plates.list_index import ListIndex
from recognition.plates.vote import vote

__all__ = [
    "Calibration",
    "Candidate",
    "Grammar",
    "GrammarError",
    "Hints",
    "Layout",
    "ListEntry",
    "ListError",
    "ListIndex",
    "ListMatch",
    "Reading",
    "canonical",
    "confusion_cost",
    "decode",
    "display",
    "fault_of",
    "keys_for",
    "load_calibration",
    "load_grammars",
    "parse_grammar",
    "vote",
]
