"""Stopping past the stop line is alleged only where the front surely stood past it, having crossed on red."""

from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.signals import Aspect
from recognition.violations import Finding, red_light
from recognition.violations.stop_line import judge

LINE_M = 30.0


@pytest.fixture
def stands(scenes: Any, road: Any, case_of: Any) -> Any:
    """A coming car that stops at a place and stands there until a moment."""

    def build(place_m: float, *heads: Any, until_s: float = 5.0, goes_on: bool = False, **parts: Any) -> Any:
        along = [(0, 46), (1.5, place_m), (until_s, place_m)]
        along += [(until_s + 1.5, 17.25)] if goes_on else []
        drive = scenes.travel(road, along)
        return scenes.at_lights(road, case_of, drive, *(heads or (scenes.red_from(-5.0),)), **parts)

    return build


@pytest.fixture
def stands_away(scenes: Any, road: Any, case_of: Any) -> Any:
    """A car that drives away and stops with its rear at a place."""

    def build(rear_m: float, *heads: Any, **parts: Any) -> Any:
        drive = scenes.travel(road, [(0, 17), (1.2, rear_m), (5, rear_m)])
        site = scenes.junction(road, direction="receding")
        return scenes.at_lights(road, case_of, drive, *(heads or (scenes.red_from(-5.0),)), site=site, **parts)

    return build


def test_a_stop_past_the_line_on_red_is_found_with_what_proves_it(scenes: Any, stands: Any) -> None:
    case = stands(27.5)
    finding = judge(case)
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.FINE
    assert finding.measurement is not None
    assert finding.measurement.quantity == "distance_beyond_line"
    assert finding.measurement.value == pytest.approx(2.5, abs=finding.measurement.expanded_uncertainty)
    assert finding.measurement.expanded_uncertainty < 1.0
    assert finding.facts["stood_s"] == pytest.approx(3.5, abs=0.15)
    assert float(finding.facts["red_at_least_ms"]) > 5500
    assert 3 <= len(finding.frame_sequences) <= 5
    by_frame = {s.frame_sequence: s.pts_s for s in case.samples}
    assert by_frame[finding.frame_sequences[0]] < 1.3
    assert by_frame[finding.frame_sequences[-1]] > 4.5


def test_the_rear_of_a_car_is_judged_by_the_shortest_of_its_class(stands_away: Any) -> None:
    """Rear 1.5 m before the line: any car's front is over it.  Rear 3 m before it: a car of 3.4 m may stand on it."""
    finding = judge(stands_away(28.5))
    assert isinstance(finding, Finding)
    assert finding.facts["end_seen"] == "rear"
    assert finding.measurement is not None
    assert finding.measurement.value == pytest.approx(4.45 - 1.5, abs=finding.measurement.expanded_uncertainty)
    assert judge(stands_away(27.0)) is None
    assert judge(stands_away(28.5, vehicle_class=VehicleClass.MOTORCYCLE)) is None


def test_who_stands_before_the_line_or_on_it_is_not_accused(stands: Any) -> None:
    """Hard innocents: before the line, on it, and with the bumper a hand's breadth over it."""
    for place_m in (33.0, 31.0, 30.0, 29.8):
        assert judge(stands(place_m)) is None, place_m


def test_a_shadow_over_the_line_is_not_accused(scenes: Any, road: Any, case_of: Any) -> None:
    """Hard innocent (HARMS D12): the car stands 0.5 m before the line, its shadow reaches 3 m over it."""
    drive = scenes.travel(road, [(0, 46), (1.5, 30.5), (5, 30.5)], plate_m=0.5)
    case = scenes.at_lights(road, case_of, scenes.shaded(road, drive, 3.5), scenes.red_from(-5.0))
    assert judge(case) is None
    past = scenes.travel(road, [(0, 46), (1.5, 27.5), (5, 27.5)], plate_m=0.5)
    assert isinstance(judge(scenes.at_lights(road, case_of, past, scenes.red_from(-5.0))), Finding)


def test_noise_and_bumpers_of_any_height_accuse_nobody_who_stands_before_the_line(
    scenes: Any, road: Any, case_of: Any
) -> None:
    for seed in range(40):
        place_m = LINE_M + 0.02 * seed
        drive = scenes.travel(road, [(0, 46), (1.5, place_m), (6, place_m)], bumper_m=0.15 + 0.005 * seed, seed=seed)
        case = scenes.at_lights(road, case_of, drive, scenes.red_from(-5.0))
        assert (judge(case), red_light.judge(case)) == (None, None), seed


def test_who_stood_past_it_when_red_began_is_not_accused(scenes: Any, stands: Any) -> None:
    """Hard innocent: crossed on green or amber and was caught by the queue ahead; green, amber, red come and go."""
    for red_s in (1.2, 1.6, 2.5, 4.0):
        assert judge(stands(27.5, scenes.red_from(red_s), until_s=8.0)) is None, red_s


def test_who_crossed_within_grace_is_not_accused(scenes: Any, stands: Any) -> None:
    assert judge(stands(27.5, scenes.red_from(0.9), until_s=8.0)) is None


def test_a_stop_of_less_than_a_second_on_red_is_not_accused(scenes: Any, stands: Any) -> None:
    """Hard innocent: red ends just after the stop."""
    assert judge(stands(27.5, scenes.red_from(-5.0, green_s=2.3), until_s=6.0)) is None
    assert isinstance(judge(stands(27.5, scenes.red_from(-5.0, green_s=2.8), until_s=6.0)), Finding)


def test_who_goes_on_when_green_comes_has_only_stopped_late(scenes: Any, stands: Any) -> None:
    case = stands(27.5, scenes.red_from(-5.0, green_s=5.0), until_s=5.2, goes_on=True)
    assert isinstance(judge(case), Finding)
    assert red_light.judge(case) is None


def test_who_goes_on_in_the_same_red_has_run_it_and_nothing_else(scenes: Any, stands: Any) -> None:
    case = stands(27.5, until_s=4.0, goes_on=True)
    assert judge(case) is None
    assert isinstance(red_light.judge(case), Finding)


@pytest.mark.parametrize("place_m", [31.0, 29.0, 28.0, 27.0, 26.0, 25.0, 24.5, 24.0, 23.0, 20.0])
@pytest.mark.parametrize("goes_on", [False, True])
def test_nobody_is_accused_by_both_rules(stands: Any, place_m: float, goes_on: bool) -> None:
    case = stands(place_m, goes_on=goes_on)
    assert [judge(case), red_light.judge(case)].count(None) >= 1


def test_one_act_stays_one_where_the_other_rule_is_off(scenes: Any, road: Any, stands: Any) -> None:
    site = scenes.junction(road, rules={"stop_line": {"mode": "fine"}})
    assert judge(stands(27.5, until_s=4.0, goes_on=True, site=site)) is None


@pytest.mark.parametrize("aspect", [Aspect.GREEN, Aspect.AMBER, Aspect.DARK, Aspect.UNKNOWN])
def test_any_other_aspect_accuses_nobody(scenes: Any, stands: Any, aspect: Aspect) -> None:
    assert judge(stands(27.5, scenes.shows("main", (Aspect.RED, -9.0), (aspect, -0.5)))) is None


def test_the_arrow_lane_has_its_own_head(scenes: Any, road: Any, case_of: Any) -> None:
    heads = scenes.red_from(-5.0), scenes.shows("arrow", (Aspect.GREEN, -5.0))
    drive = scenes.travel(road, [(0, 46), (1.5, 27.5), (5, 27.5)], x_m=-2.0)
    assert judge(scenes.at_lights(road, case_of, drive, *heads)) is None


def test_who_was_never_seen_before_the_line_is_not_accused(scenes: Any, road: Any, case_of: Any) -> None:
    """Hard innocent: the camera starts, or the vehicle comes out from behind a lorry, when it stands there already."""
    drive = scenes.travel(road, [(0, 27.5), (6, 27.5)])
    assert judge(scenes.at_lights(road, case_of, drive, scenes.red_from(-9.0))) is None


def test_slowly_rolling_on_is_no_stop(scenes: Any, road: Any, case_of: Any) -> None:
    drive = scenes.travel(road, [(0, 46), (1.5, 29.5), (3.5, 25.5)])
    assert judge(scenes.at_lights(road, case_of, drive, scenes.red_from(-9.0))) is None


def test_a_rough_survey_accuses_nobody(scenes: Any, road: Any, stands: Any) -> None:
    content = road.content()["survey"] | {"sigma_px": 20.0, "sigma_m": 2.0}
    assert judge(stands(27.5, site=scenes.junction(road, survey=content))) is None
