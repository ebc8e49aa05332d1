"""One rule, one file: pure functions from a vehicle's track to what may be alleged, and gates that stop it."""

from recognition.violations.case import Assessment, Finding, Refusal, RuleInput
from recognition.violations.catalogue import CATALOGUE, assess, evaluate, watches_people
from recognition.violations.rule import Rule

__all__ = ["CATALOGUE", "Assessment", "Finding", "Refusal", "Rule", "RuleInput", "assess", "evaluate", "watches_people"]
