"""Driving on the tracks of the trams that come the other way."""

from dataclasses import replace
from typing import Any

import pytest

from recognition.violations import Finding, oncoming_lane
from recognition.violations.tram_tracks import RULE


def answer(street: Any, case_of: Any, samples: Any, sides_m: Any = (-4.0, -0.5, 10, 70), **parts: Any) -> Any:
    return street.answer(RULE, case_on_tracks(street, case_of, samples, sides_m, **parts))


def case_on_tracks(street: Any, case_of: Any, samples: Any, sides_m: Any = (-4.0, -0.5, 10, 70), **parts: Any) -> Any:
    changes = {"lanes": street.two_way(), **parts.pop("changes", {})}
    site = street.site(street.zone("tram_tracks", *sides_m), **changes)
    return case_of(street.road, samples, site=site, **parts)


def on_tracks(street: Any, x_m: Any = -2.3, took_s: float = 2.6, kmh: float = 36.0) -> Any:
    at_s = street.times(took_s)
    return street.vehicle(at_s, x_m, 20.0 + kmh / 3.6 * at_s)


def test_a_car_on_the_tracks_of_the_other_direction(street: Any, case_of: Any) -> None:
    found = answer(street, case_of, on_tracks(street))
    assert found.facts["zone_id"] == "tram_tracks-1"
    assert found.facts["direction_of_traffic"] == "approaching"
    assert found.measurement.value == pytest.approx(26.0, abs=2.0)


def test_a_car_that_comes_on_the_tracks_of_those_who_go_away(street: Any, case_of: Any) -> None:
    at_s = street.times(2.6)
    drive = street.vehicle(at_s, 2.3, 46.0 - 10.0 * at_s, heading_deg=180.0)
    assert answer(street, case_of, drive, (0.5, 4.0, 10, 70)).facts["direction_of_traffic"] == "receding"


def test_an_overtaker_on_the_tracks(street: Any, case_of: Any, crossing: Any) -> None:
    at_s = street.times(3.6)
    x_m = crossing(2.0, -2.3, at_s=0.7, took_s=1.2)(at_s)
    assert isinstance(answer(street, case_of, on_tracks(street, x_m, took_s=3.6)), Finding)


def test_it_is_one_act_and_the_oncoming_lane_is_silent(street: Any, case_of: Any) -> None:
    case = case_on_tracks(street, case_of, on_tracks(street))
    assert street.answer(oncoming_lane.RULE, case) is None
    rules = {**case.site.rules}
    del rules["tram_tracks"]
    without = replace(case, site=case.site.model_copy(update={"rules": rules}))
    assert street.answer(RULE, without) is None
    assert isinstance(street.answer(oncoming_lane.RULE, without), Finding)


def test_who_drives_with_the_trams(street: Any, case_of: Any) -> None:
    """Tracks of one's own direction may be driven on."""
    assert answer(street, case_of, on_tracks(street, 2.3), (0.5, 4.0, 10, 70)) is None


def test_who_crosses_the_tracks(street: Any, case_of: Any) -> None:
    at_s = street.times(3.0)
    drive = street.vehicle(at_s, 2.0 - 3.0 * at_s, 24.0 + 3.0 * at_s, heading_deg=45.0)
    assert answer(street, case_of, drive) is None


def test_who_is_on_the_tracks_for_less_than_ten_metres(street: Any, case_of: Any) -> None:
    """Hard innocent: nine metres of track, and a doubt of each end."""
    assert answer(street, case_of, on_tracks(street), (-4.0, -0.5, 24, 33)) is None


def test_ten_metres_are_needed_beyond_doubt(street: Any, case_of: Any) -> None:
    car = on_tracks(street)
    assert answer(street, case_of, car[:26]) is None
    assert isinstance(answer(street, case_of, car[:36]), Finding)


def test_one_wheel_on_the_tracks(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, on_tracks(street, -0.6)) is None


def test_a_shadow_on_the_tracks(street: Any, case_of: Any) -> None:
    at_s = street.times(2.6)
    assert answer(street, case_of, street.vehicle(at_s, 0.0, 20.0 + 10.0 * at_s, width_m=5.4)) is None


def test_tracks_in_no_lane_have_no_direction(street: Any, case_of: Any) -> None:
    lanes = [street.lane("approaching", -8.0, -4.0), street.lane("receding", 0.0, 4.0)]
    assert answer(street, case_of, on_tracks(street), changes={"lanes": lanes}) is None


def test_tracks_in_lanes_of_both_directions_have_none_either(street: Any, case_of: Any) -> None:
    lanes = [*street.two_way(), street.lane("receding", -4.0, 0.0, lane_id="reversible")]
    assert answer(street, case_of, on_tracks(street), changes={"lanes": lanes}) is None


def test_on_a_one_way_road_another_rule_speaks(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, on_tracks(street), changes={"is_one_way": True}) is None


@pytest.mark.parametrize("rules", [{}, {"tram_tracks": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, on_tracks(street), changes={"rules": rules}) is None


def test_without_tracks_nobody_is_accused(street: Any, case_of: Any) -> None:
    site = street.site(lanes=street.two_way())
    assert street.answer(RULE, case_of(street.road, on_tracks(street), site=site)) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, on_tracks(street), plate=None) == "no_plate"
