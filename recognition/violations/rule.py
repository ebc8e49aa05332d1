"""The card of a rule: what it must prove and which gates stop it."""

from collections.abc import Callable
from dataclasses import dataclass

from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import Gate

Judge = Callable[[RuleInput], Finding | Refusal | None]


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of the catalogue.

    ``proves`` lists what the evidence must show; ``gates`` stop a finding; ``lowered_to_shadow_by`` are the reasons for
    which a finding is counted but may lead to nothing.
    """

    name: str
    title: str
    proves: tuple[str, ...]
    gates: tuple[Gate, ...]
    lowered_to_shadow_by: tuple[str, ...]
    judge: Judge
