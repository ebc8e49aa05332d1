"""One rule, one file: pure functions from a vehicle's track to what may be alleged, and gates that stop it."""

from recognition.violations.case import Assessment, Finding, PositionFix, Refusal, RuleInput
from recognition.violations.catalogue import CATALOGUE, assess, evaluate, reviewers_of, watches_people
from recognition.violations.rule import Rule

__all__ = [
    "CATALOGUE",
    "Assessment",
    "Finding",
    "PositionFix",
    "Refusal",
    "Rule",
    "RuleInput",
    "assess",
    "evaluate",
    "reviewers_of",
    "watches_people",
]
