"""The catalogue of rules, and their verdict on one vehicle."""

from recognition.violations import point_speed, solid_line
from recognition.violations.case import Assessment, Finding, Refusal, RuleInput
from recognition.violations.rule import Rule

CATALOGUE: tuple[Rule, ...] = (point_speed.RULE, solid_line.RULE)


def assess(case: RuleInput) -> Assessment:
    """Ask every rule of the catalogue; return the findings and every refusal with its reason."""
    answers = [rule.judge(case) for rule in CATALOGUE]
    return Assessment(
        findings=tuple(answer for answer in answers if isinstance(answer, Finding)),
        refusals=tuple(answer for answer in answers if isinstance(answer, Refusal)),
    )


def evaluate(case: RuleInput) -> tuple[Finding, ...]:
    """Return the findings of every rule of the catalogue (see ``assess`` for what was refused and why)."""
    return assess(case).findings
