"""Driving against a one-way road is alleged only of who surely drove there, against all traffic."""

from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.one_way import RULE


def lanes(street: Any, direction: str) -> list[dict[str, Any]]:
    return [
        street.lane(direction, -4.0, 0.0, lane_id="left"),
        street.lane(direction, 0.0, 4.0, lane_id="right"),
    ]


def answer(street: Any, case_of: Any, samples: Any, direction: str = "receding", **parts: Any) -> Any:
    site = street.site(lanes=lanes(street, direction), **{"is_one_way": True, **parts.pop("changes", {})})
    return street.answer(RULE, case_of(street.road, samples, site=site, **parts))


def coming(street: Any, kmh: float = 30.0, x_m: Any = 2.0, took_s: float = 3.0) -> Any:
    at_s = street.times(took_s)
    return street.vehicle(at_s, x_m, 48.0 - kmh / 3.6 * at_s, heading_deg=180.0)


def test_a_car_that_comes_where_all_go_away(street: Any, case_of: Any) -> None:
    found = answer(street, case_of, coming(street))
    assert found.mode is RuleMode.FINE
    assert found.facts["lane_id"] == "right"
    assert found.facts["frames_against"] > 60
    assert found.measurement.value == pytest.approx(25.0, abs=2.0)


def test_a_car_that_goes_away_where_all_come(street: Any, case_of: Any) -> None:
    at_s = street.times(3.0)
    drive = street.vehicle(at_s, -2.0, 20.0 + 10.0 * at_s)
    assert answer(street, case_of, drive, "approaching").facts["lane_id"] == "left"


def test_a_car_that_changes_lane_on_its_wrong_way(street: Any, case_of: Any) -> None:
    """The way in one of the lanes alone is long enough."""
    at_s = street.times(3.2)
    x_m = np.interp(at_s, [0.0, 0.4, 1.2, 3.2], [2.0, 2.0, -2.0, -2.0])
    assert answer(street, case_of, coming(street, x_m=x_m, took_s=3.2)).facts["lane_id"] == "left"


def test_who_drives_with_the_traffic(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, coming(street), "approaching") is None


def test_who_backs_up_to_a_space(street: Any, case_of: Any) -> None:
    """Hard innocent: six metres back, at a brisk pace."""
    at_s = street.times(4.0)
    y_m = np.interp(at_s, [0.0, 2.0, 2.4, 3.9], [24.0, 40.0, 40.0, 34.0])
    assert answer(street, case_of, street.vehicle(at_s, 2.0, y_m)) is None


def test_who_backs_a_long_way_slowly(street: Any, case_of: Any) -> None:
    """Backing is another matter than driving the wrong way."""
    at_s = street.times(6.0)
    assert answer(street, case_of, street.vehicle(at_s, 2.0, 44.0 - 2.5 * at_s)) is None


def test_who_crosses_the_road_to_a_yard(street: Any, case_of: Any) -> None:
    """Hard innocent: comes out on the right and drives aslant to the left."""
    at_s = street.times(3.0)
    x_m, y_m = 3.4 - 2.6 * at_s, 40.0 - 4.5 * at_s
    assert answer(street, case_of, street.vehicle(at_s, x_m, y_m, heading_deg=150.0), "receding") is None


def test_who_crosses_one_broad_lane_aslant(street: Any, case_of: Any) -> None:
    """Hard innocent: against the traffic by eleven metres, and aside by as many."""
    at_s = street.times(2.5)
    wide = street.lane("receding", -9.0, 9.0)
    drive = street.vehicle(at_s, 5.0 - 4.4 * at_s, 44.0 - 4.6 * at_s, heading_deg=135.0)
    site = street.site(lanes=[wide], is_one_way=True)
    assert street.answer(RULE, case_of(street.road, drive, site=site)) is None
    straight = street.vehicle(at_s, 2.0, 44.0 - 4.6 * at_s, heading_deg=180.0)
    assert isinstance(street.answer(RULE, case_of(street.road, straight, site=site)), Finding)


def test_who_stands_askew_and_waits(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, coming(street, kmh=0.0)) is None


def test_a_shadow_over_the_edge_of_the_lane(street: Any, case_of: Any) -> None:
    """Hard innocent (HARMS D12): the car comes on the road beside, its shadow lies in the lane."""
    at_s = street.times(3.0)
    beside = street.vehicle(at_s, -4.0, 48.0 - 9.0 * at_s, heading_deg=180.0, width_m=5.0)
    assert answer(street, case_of, beside) is None


def test_a_bicycle(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, coming(street), vehicle_class=VehicleClass.BICYCLE) is None


def test_on_a_two_way_road_another_rule_speaks(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, coming(street), changes={"is_one_way": False}) is None


@pytest.mark.parametrize("rules", [{}, {"one_way": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, coming(street), changes={"rules": rules}) is None


def test_a_site_without_lanes_accuses_nobody(street: Any, case_of: Any) -> None:
    site = street.site(lanes=[], is_one_way=True)
    assert street.answer(RULE, case_of(street.road, coming(street), site=site)) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, coming(street), plate=None) == "no_plate"
