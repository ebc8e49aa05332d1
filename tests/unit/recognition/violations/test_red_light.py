"""Running a red light is alleged only where the front surely crossed on red past grace, and the vehicle went on."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.signals import Aspect
from recognition.violations import Finding, Refusal
from recognition.violations.front import _before_and_after
from recognition.violations.red_light import judge

THROUGH = [(0, 46), (2.3, 17.25)]
"""Coming at 45 km/h; the front is at the line 1.28 s on."""
AWAY = [(0, 18), (3, 48)]
"""Driving away at 36 km/h; the rear is at the line 1.2 s on."""


@pytest.fixture
def away(scenes: Any, road: Any, case_of: Any) -> Any:
    """A vehicle seen from the rear at the junction."""

    def build(*heads: Any, along: Any = AWAY, **parts: Any) -> Any:
        site = scenes.junction(road, direction="receding")
        return scenes.at_lights(road, case_of, scenes.travel(road, along), *heads, site=site, **parts)

    return build


@pytest.fixture
def coming(scenes: Any, road: Any, case_of: Any) -> Any:
    """A vehicle seen from the front at the junction."""

    def build(*heads: Any, along: Any = THROUGH, x_m: Any = 2.0, **parts: Any) -> Any:
        return scenes.at_lights(road, case_of, scenes.travel(road, along, x_m=x_m), *heads, **parts)

    return build


def test_a_car_that_drives_through_on_red_is_found_with_what_proves_it(scenes: Any, coming: Any) -> None:
    case = coming(scenes.red_from(0.0))
    finding = judge(case)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.mode) == ("red_light", RuleMode.FINE)
    elapsed = finding.measurement
    assert elapsed is not None
    assert (elapsed.quantity, elapsed.unit, elapsed.method) == ("red_elapsed", "ms", "front")
    assert elapsed.value == pytest.approx(1280, abs=elapsed.expanded_uncertainty)
    assert 40 < elapsed.expanded_uncertainty < 200
    assert 1000 < float(finding.facts["red_at_least_ms"]) < 1280
    by_frame = {s.frame_sequence: s.pts_s for s in case.samples}
    assert 46 - 12.5 * by_frame[int(finding.facts["frame_before"])] > scenes.LINE_M
    assert 46 - 12.5 * by_frame[int(finding.facts["frame_beyond"])] < scenes.LINE_M - 5
    assert {finding.facts["frame_before"], finding.facts["frame_beyond"]} <= set(finding.frame_sequences)
    assert float(finding.facts["past_line_m"]) >= 5
    assert (finding.facts["line_id"], finding.facts["head_id"]) == ("right-line", "main")


def test_the_rear_of_a_car_tells_of_its_front_by_its_length(scenes: Any, away: Any) -> None:
    """The front of a car of 4.5 m crossed 0.45 s before its rear: at 0.75 s, when red had shone for 1.75 s."""
    finding = judge(away(scenes.red_from(-1.0)))
    assert isinstance(finding, Finding)
    assert finding.facts["end_seen"] == "rear"
    assert finding.measurement is not None
    assert finding.measurement.value == pytest.approx(1750, abs=finding.measurement.expanded_uncertainty)
    assert float(finding.facts["red_at_least_ms"]) < 1000 + 650


def test_a_rear_is_judged_by_the_longest_vehicle_of_its_class(scenes: Any, away: Any) -> None:
    """Red for 0.5 s of grace and 0.1 s more at the front of a car of 5.5 m, for less at that of a lorry of 18 m."""
    assert isinstance(judge(away(scenes.red_from(-0.1))), Finding)
    assert judge(away(scenes.red_from(0.05))) is None
    assert judge(away(scenes.red_from(-0.1), vehicle_class=VehicleClass.TRUCK)) is None
    assert judge(away(scenes.red_from(-20.0), vehicle_class=VehicleClass.TRUCK)) is None, "its front was never before"


def test_a_short_motorcycle_is_judged_by_its_own_length(scenes: Any, away: Any) -> None:
    assert isinstance(judge(away(scenes.red_from(0.1), vehicle_class=VehicleClass.MOTORCYCLE)), Finding)
    assert judge(away(scenes.red_from(0.1), vehicle_class=VehicleClass.CAR)) is None


@pytest.mark.parametrize(("red_s", "is_found"), [(0.5, True), (0.75, False), (1.0, False), (1.28, False)])
def test_grace_is_counted_from_the_latest_red_to_the_earliest_crossing(
    scenes: Any, coming: Any, red_s: float, is_found: bool
) -> None:
    assert isinstance(judge(coming(scenes.red_from(red_s))), Finding) == is_found


def test_a_longer_grace_of_the_head_is_given(scenes: Any, road: Any, coming: Any) -> None:
    heads = [{"head_id": name, "feed": name, "grace_ms": 1500} for name in ("main", "arrow")]
    assert judge(coming(scenes.red_from(0.0), site=scenes.junction(road, signals=heads))) is None


def test_a_red_not_seen_to_begin_is_red(scenes: Any, coming: Any) -> None:
    finding = judge(coming(scenes.shows("main", (Aspect.RED, -5.0))))
    assert isinstance(finding, Finding)
    assert float(finding.facts["red_at_least_ms"]) > 6000


def test_a_slow_lamp_reader_makes_the_time_less_certain(scenes: Any, coming: Any) -> None:
    sharp = judge(coming(scenes.red_from(-1.0)))
    coarse = judge(coming(scenes.shows("main", (Aspect.GREEN, -9.0), (Aspect.RED, -1.0), bound_s=0.4)))
    assert isinstance(sharp, Finding)
    assert isinstance(coarse, Finding)
    assert sharp.measurement is not None
    assert coarse.measurement is not None
    assert coarse.measurement.expanded_uncertainty > sharp.measurement.expanded_uncertainty + 100
    assert coarse.facts["red_at_least_ms"] == pytest.approx(float(sharp.facts["red_at_least_ms"]) - 360, abs=1)


@pytest.mark.parametrize("aspect", [Aspect.GREEN, Aspect.AMBER, Aspect.DARK, Aspect.UNKNOWN])
def test_any_other_aspect_accuses_nobody(scenes: Any, coming: Any, aspect: Aspect) -> None:
    assert judge(coming(scenes.shows("main", (Aspect.RED, -9.0), (aspect, -0.5)))) is None
    assert judge(coming(scenes.shows("main", (Aspect.RED, -9.0), (aspect, 1.2), (Aspect.RED, 1.25)))) is None


def test_red_with_amber_is_red(scenes: Any, coming: Any) -> None:
    case = coming(scenes.shows("main", (Aspect.GREEN, -9.0), (Aspect.RED, -3.0), (Aspect.RED_AMBER, 0.9)))
    assert isinstance(judge(case), Finding)


def test_a_head_nobody_watched_accuses_nobody(scenes: Any, coming: Any) -> None:
    assert judge(coming(scenes.red_from(-9.0, head_id="arrow"))) is None
    assert judge(coming()) is None


def test_who_crossed_before_red_is_not_accused(scenes: Any, coming: Any) -> None:
    """Hard innocent: over the line on amber, stuck behind a queue for two seconds, on through the junction on red."""
    along = [(0, 46), (1.4, 28.5), (3.4, 28.5), (5, 17.25)]
    assert judge(coming(scenes.red_from(2.0), along=along)) is None


def test_a_queue_at_the_line_is_not_accused(scenes: Any, coming: Any) -> None:
    """Hard innocents: who stands before the line, on it, or up to four metres past it, for all of red."""
    for place_m in (32.0, 30.0, 29.5, 26.0):
        along = [(0, 46), (2, place_m), (8, place_m)]
        assert judge(coming(scenes.red_from(-5.0), along=along)) is None, place_m


def test_creeping_over_the_line_and_going_on_green_is_not_accused(scenes: Any, coming: Any) -> None:
    """Hard innocent here: stood past the line on red and went on when green came."""
    along = [(0, 46), (2, 29), (5, 27.5), (7, 17.25)]
    assert judge(coming(scenes.red_from(-5.0, green_s=5.0), along=along)) is None


def test_creeping_over_and_going_on_while_red_still_shines_is_accused(scenes: Any, coming: Any) -> None:
    along = [(0, 46), (2, 29), (5, 27.5), (7, 17.25)]
    assert isinstance(judge(coming(scenes.red_from(-5.0, green_s=30.0), along=along)), Finding)


def test_who_crossed_on_one_red_and_went_on_in_the_next_has_not_run_it(scenes: Any, coming: Any) -> None:
    head = scenes.shows("main", (Aspect.GREEN, -9), (Aspect.RED, -5), (Aspect.GREEN, 4), (Aspect.RED, 6))
    along = [(0, 46), (2, 28), (8, 28), (10, 17.25)]
    assert judge(coming(head, along=along)) is None


def test_five_metres_reached_on_green_are_not_enough(scenes: Any, coming: Any) -> None:
    assert judge(coming(scenes.red_from(-5.0, green_s=1.5))) is None


def test_the_arrow_lane_has_its_own_head(scenes: Any, coming: Any) -> None:
    """Hard innocent: turning from the left lane by a lit arrow while the main head is red."""
    heads = scenes.red_from(-5.0), scenes.shows("arrow", (Aspect.GREEN, -5.0))
    assert judge(coming(*heads, x_m=-2.0)) is None
    assert isinstance(judge(coming(*heads, x_m=2.0)), Finding)


def test_between_the_lanes_either_head_may_let_go(scenes: Any, coming: Any) -> None:
    """Hard innocent: whose lane cannot be told is not accused by the wrong one's head."""
    free = scenes.red_from(-5.0), scenes.shows("arrow", (Aspect.GREEN, -5.0))
    assert judge(coming(*free, x_m=0.05)) is None
    both = scenes.red_from(-5.0), scenes.red_from(-5.0, head_id="arrow")
    assert isinstance(judge(coming(*both, x_m=0.05)), Finding)


def test_a_lane_with_a_main_head_and_an_arrow_is_free_by_either(scenes: Any, road: Any, coming: Any) -> None:
    """Hard innocent: a right turn by the arrow from a lane that may also go straight on."""
    lines = [
        {"line_id": name, "points_m": [(0, 30), (4, 30)], "lanes": ["right"], "head_id": name}
        for name in ("main", "arrow")
    ]
    site = scenes.junction(road, stop_lines=lines)
    turn = [(0, 2.0), (1.3, 2.0), (1.6, 4.5), (2.3, 5.5)]
    lit = scenes.shows("arrow", (Aspect.GREEN, -5.0))
    assert judge(coming(scenes.red_from(-5.0), lit, x_m=turn, site=site)) is None
    dark = scenes.red_from(-5.0, head_id="arrow")
    assert isinstance(judge(coming(scenes.red_from(-5.0), dark, x_m=turn, site=site)), Finding)


def test_a_lane_that_no_line_holds_is_free(scenes: Any, road: Any, coming: Any) -> None:
    lines = scenes.junction(road).model_dump(by_alias=True)["stop_lines"][:1]
    site = scenes.junction(road, stop_lines=lines)
    assert judge(coming(scenes.red_from(-5.0), x_m=-2.0, site=site)) is None
    assert judge(coming(scenes.red_from(-5.0), x_m=0.05, site=site)) is None


def test_who_passes_beside_the_end_of_the_line_has_not_crossed_it(scenes: Any, road: Any, coming: Any) -> None:
    lines = scenes.junction(road).model_dump(by_alias=True)["stop_lines"]
    lines[0]["points_m"] = [(2.5, 30), (4, 30)]
    assert judge(coming(scenes.red_from(-5.0), site=scenes.junction(road, stop_lines=lines))) is None


def test_a_line_that_reaches_into_the_next_lane_does_not_hold_it(scenes: Any, road: Any, coming: Any) -> None:
    lines = scenes.junction(road).model_dump(by_alias=True)["stop_lines"]
    lines[0]["points_m"] = [(-4, 30), (4, 30)]
    heads = scenes.red_from(-5.0), scenes.red_from(-5.0, head_id="arrow")
    finding = judge(coming(*heads, x_m=-2.0, site=scenes.junction(road, stop_lines=lines)))
    assert isinstance(finding, Finding)
    assert (finding.facts["line_id"], finding.facts["head_id"]) == ("left-line", "arrow")


@pytest.mark.parametrize(("place_m", "is_found"), [(25.0, False), (22.5, True)])
def test_five_metres_beyond_doubt_are_going_on(scenes: Any, coming: Any, place_m: float, is_found: bool) -> None:
    along = [(0, 46), (2, place_m), (6, place_m)]
    assert isinstance(judge(coming(scenes.red_from(-5.0), along=along)), Finding) == is_found


def test_two_frames_before_the_line_are_too_few(scenes: Any, coming: Any) -> None:
    assert judge(coming(scenes.red_from(-9.0), along=[(0, 31.6), (1.2, 16.6)])) is None
    assert isinstance(judge(coming(scenes.red_from(-9.0), along=[(0, 33.0), (1.3, 16.75)])), Finding)


def test_a_crossing_ends_where_the_vehicle_may_be_back_before_the_line() -> None:
    before = np.array([1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0], dtype=bool)
    past = np.array([0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1], dtype=bool)
    assert list(_before_and_after(before, past)) == [(2, 4, 6), (9, 11, 13)]
    assert list(_before_and_after(past, before)) == [(6, 7, 10)]


def test_who_was_never_seen_before_the_line_is_not_accused(scenes: Any, coming: Any, away: Any) -> None:
    """Hard innocents: the track starts on the line or past it; of a rear, with the front perhaps past it."""
    for start_m in (30.0, 29.0, 25.0):
        assert judge(coming(scenes.red_from(-9.0), along=[(0, start_m), (1, 16.5)])) is None
    assert judge(away(scenes.red_from(-9.0), along=[(0, 25.5), (2, 45.5)])) is None


def test_oncoming_traffic_is_not_meant(scenes: Any, coming: Any) -> None:
    assert judge(coming(scenes.red_from(-9.0), along=[(0, 18), (3, 48)])) is None


def test_a_jump_in_time_is_refused(scenes: Any, coming: Any, retimed: Any) -> None:
    case = coming(scenes.red_from(-9.0))
    for shift_s in (-0.5, 1.5):
        jumped = replace(case, samples=retimed(case.samples, 32, shift_s))
        assert judge(jumped) in (Refusal("red_light", "time_jump"), None)
    assert judge(replace(case, samples=retimed(case.samples, 32, 1.5))) == Refusal("red_light", "time_jump")


def test_a_rough_survey_gives_the_driver_the_time_it_doubts(scenes: Any, road: Any, coming: Any) -> None:
    content = road.content()["survey"] | {"sigma_px": 12.0, "sigma_m": 1.2}
    assert isinstance(judge(coming(scenes.red_from(0.6))), Finding)
    assert judge(coming(scenes.red_from(0.6), site=scenes.junction(road, survey=content))) is None


def test_the_mode_is_the_sites(scenes: Any, road: Any, coming: Any) -> None:
    site = scenes.junction(road, rules={"red_light": {"mode": "shadow"}})
    finding = judge(coming(scenes.red_from(0.0), site=site))
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.SHADOW


@pytest.mark.parametrize("is_coming", [True, False])
def test_nobody_whose_front_truly_crossed_within_grace_is_accused(
    scenes: Any, road: Any, case_of: Any, is_coming: bool
) -> None:
    """Speeds, lengths, bumpers, noise and the moment of red drawn at random; of the guilty most are found."""
    rng = np.random.default_rng(11)
    found = {True: 0, False: 0}
    count = {True: 0, False: 0}
    for seed in range(150):
        speed_ms, length_m = float(rng.uniform(5, 20)), float(rng.uniform(3.4, 5.5))
        red_ms = float(rng.uniform(-1500, 1500))
        start_m, end_m = (46.0, 17.0) if is_coming else (17.0, 46.0)
        crossed_s = 16.0 / speed_ms if is_coming else (13.0 - length_m) / speed_ms
        drive = scenes.travel(
            road, [(0, start_m), (29 / speed_ms, end_m)], bumper_m=float(rng.uniform(0.15, 0.35)), seed=seed
        )
        head = scenes.red_from(crossed_s - 0.5 - red_ms / 1000)
        site = scenes.junction(road, direction="approaching" if is_coming else "receding")
        is_guilty = red_ms > 0
        count[is_guilty] += 1
        found[is_guilty] += judge(scenes.at_lights(road, case_of, drive, head, site=site)) is not None
    assert found[False] == 0
    assert found[True] > (0.75 if is_coming else 0.5) * count[True], (found, count)
