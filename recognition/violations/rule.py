"""The card of a rule: what it must prove, which gates stop it, and which article it may become."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import Gate

Judge = Callable[[RuleInput], Finding | Refusal | None]


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of the catalogue.

    ``proves`` lists what the evidence must show; ``gates`` stop a finding; ``lowered_to_shadow_by`` are the reasons for
    which a finding is counted but may lead to nothing.  ``articles`` names the article by jurisdiction (the amount is
    the law's matter and stands at the centre), ``event_codes`` the codes of ГОСТ Р 57144, ``reviewers`` how many
    officers must agree, each without seeing the other's answer.
    """

    name: str
    title: str
    proves: tuple[str, ...]
    gates: tuple[Gate, ...]
    lowered_to_shadow_by: tuple[str, ...]
    judge: Judge
    articles: Mapping[str, str] = field(default_factory=dict)
    event_codes: tuple[str, ...] = ()
    reviewers: int = 1
