"""The catalogue of rules, and their verdict on one vehicle."""

from recognition.contracts import RuleMode, Site, ZoneKind
from recognition.violations import (
    banned_turn,
    banned_u_turn,
    box_junction,
    bus_lane,
    inspection,
    insurance,
    lights_off,
    low_emission,
    no_lorries,
    no_parking,
    no_stopping,
    oncoming_lane,
    one_way,
    pedestrian,
    phone,
    point_speed,
    red_light,
    seat_belt,
    section_speed,
    shoulder,
    solid_line,
    stop_line,
    tram_tracks,
)
from recognition.violations.case import Assessment, Finding, Refusal, RuleInput
from recognition.violations.gates import mode_of_site
from recognition.violations.rule import Rule

CATALOGUE: tuple[Rule, ...] = (
    point_speed.RULE,
    section_speed.RULE,
    red_light.RULE,
    stop_line.RULE,
    solid_line.RULE,
    oncoming_lane.RULE,
    one_way.RULE,
    tram_tracks.RULE,
    shoulder.RULE,
    bus_lane.RULE,
    no_stopping.RULE,
    no_parking.RULE,
    box_junction.RULE,
    banned_turn.RULE,
    banned_u_turn.RULE,
    no_lorries.RULE,
    low_emission.RULE,
    pedestrian.RULE,
    lights_off.RULE,
    seat_belt.RULE,
    phone.RULE,
    insurance.RULE,
    inspection.RULE,
)


_REVIEWERS = {rule.name: rule.reviewers for rule in CATALOGUE}


def reviewers_of(rule: str) -> int:
    """Return how many officers must agree to what a rule of the catalogue found.

    Raises:
        KeyError: the catalogue has no such rule.
    """
    return _REVIEWERS[rule]


def watches_people(site: Site) -> bool:
    """Tell whether a rule that is on at this site needs the tracks of persons."""
    is_on = mode_of_site(site, pedestrian.RULE.name) is not RuleMode.OFF
    return is_on and any(zone.kind is ZoneKind.PEDESTRIAN_CROSSING for zone in site.zones)


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
