"""The cards of all rules, and that each is silent where it knows nothing."""

from typing import Any

import pytest

from recognition.violations import CATALOGUE, reviewers_of
from recognition.violations.gates import EVERY_RULE


def test_every_rule_is_listed_once() -> None:
    assert sorted(rule.name for rule in CATALOGUE) == [
        "banned_turn", "banned_u_turn", "box_junction", "bus_lane", "inspection", "insurance", "lights_off",
        "low_emission", "no_lorries", "no_parking", "no_stopping", "oncoming_lane", "one_way", "pedestrian", "phone",
        "point_speed", "red_light", "seat_belt", "section_speed", "shoulder", "solid_line", "stop_line", "tram_tracks",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_every_card_says_what_it_proves_what_stops_it_and_what_it_may_become(rule: Any) -> None:
    assert rule.judge.__module__ == f"recognition.violations.{rule.name}"
    assert len(rule.proves) >= 2
    assert "the frame the plate was read from" in rule.proves
    assert rule.title
    assert set(EVERY_RULE) <= set(rule.gates)
    assert set(rule.articles) == {"ru"}
    assert rule.reviewers in (1, 2)
    assert reviewers_of(rule.name) == rule.reviewers


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_a_track_too_short_says_nothing(street: Any, case_of: Any, rule: Any, count: int) -> None:
    """Every zone lies under the vehicle, and it is seen too few times."""
    kinds = ("shoulder", "bus_lane", "tram_tracks", "no_stopping", "no_parking", "box_junction", "no_lorries")
    zones = [street.zone(kind, -4.0, 4.0, 14, 60) for kind in (*kinds, "low_emission")]
    site = street.site(*zones, lanes=street.two_way())
    drive = street.vehicle(street.times(2.0), -2.0, 22.0 + 10.0 * street.times(2.0))
    case = case_of(street.road, drive, site=site)
    short = type(case)(**{**vars(case), "samples": drive[:count], "others": (drive[:1], ())})
    assert street.answer(rule, short) is None


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_a_site_without_zones_lanes_and_moves_says_nothing(street: Any, case_of: Any, rule: Any) -> None:
    drive = street.vehicle(street.times(2.0), -2.0, 22.0 + 10.0 * street.times(2.0))
    assert street.answer(rule, case_of(street.road, drive, site=street.site(lanes=[]))) is None
