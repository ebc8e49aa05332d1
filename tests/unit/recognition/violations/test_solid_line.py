"""Crossing a solid line is alleged only when the whole vehicle did it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode
from recognition.violations import assess, evaluate


def line_findings(case: Any) -> list[Any]:
    return [finding for finding in evaluate(case) if finding.rule == "solid_line"]


def line_reasons(case: Any) -> list[str]:
    return [refusal.reason for refusal in assess(case).refusals if refusal.rule == "solid_line"]


@pytest.mark.parametrize("way", [(2.0, -2.0, "right_to_left"), (-2.0, 2.0, "left_to_right")])
@pytest.mark.parametrize("speed_kmh", [45.0, -45.0])
def test_a_crossing_is_found_with_its_direction_and_distance(
    road: Any, case_of: Any, crossing: Any, way: tuple[float, float, str], speed_kmh: float
) -> None:
    start, end, crossed = way
    drive = road.drive(speed_kmh, x_m=crossing(start, end), rng=np.random.default_rng(1))
    (finding,) = line_findings(case_of(road, drive))
    assert finding.mode is RuleMode.FINE
    assert finding.facts["crossed"] == crossed
    assert finding.facts["line_id"] == "middle"
    assert finding.measurement.quantity == "distance_beyond_line"
    assert finding.measurement.value == pytest.approx(2.0 - 0.9, abs=0.25)
    assert 0 < finding.measurement.expanded_uncertainty < 0.2
    assert finding.limit_kmh is None
    assert finding.excess_kmh is None


def test_the_frames_show_before_on_and_beyond(road: Any, case_of: Any, crossing: Any) -> None:
    drive = road.drive(45.0, x_m=crossing(2.0, -2.0))
    (finding,) = line_findings(case_of(road, drive))
    along = {s.frame_sequence: float(np.mean([s.box_px[0], s.box_px[2]])) for s in drive}
    sides = [along[number] - 640.0 for number in finding.frame_sequences]
    assert 3 <= len(sides) <= 5
    assert sides[0] > 20
    assert sides[-1] < -20
    assert min(abs(side) for side in sides) < 12


def test_who_stays_in_lane_is_not_accused(road: Any, case_of: Any) -> None:
    for x_m in (2.0, -2.0, 1.0):
        case = case_of(road, road.drive(45.0, x_m=x_m, rng=np.random.default_rng(2)))
        assert (line_findings(case), line_reasons(case)) == ([], [])


def test_a_wide_vehicle_touching_the_line_is_not_accused(road: Any, case_of: Any) -> None:
    """Hard innocent: a lorry of 2.6 m whose left wheels come over the line and go back."""
    drive = road.drive(
        45.0,
        x_m=lambda at_s: 1.5 - 0.7 * np.exp(-(((at_s - 1.2) / 0.5) ** 2)),
        width_m=2.6,
        rng=np.random.default_rng(3),
    )
    case = case_of(road, drive)
    assert (line_findings(case), line_reasons(case)) == ([], [])


def test_a_shadow_over_the_line_is_not_accused(road: Any, case_of: Any) -> None:
    """Hard innocent (HARMS D12): the box grows with the shadow, to 2.5 m beyond the line; the car keeps its lane."""
    plane = case_of(road, road.drive(45.0)).plane

    def shadowed(sample: Any, metres: float) -> Any:
        x0, y0, x1, y1 = sample.box_px
        corner = plane.to_road(np.array([[x0, y1]]))[0]
        return replace(sample, box_px=(float(plane.to_pixels(np.array([corner - [metres, 0]]))[0, 0]), y0, x1, y1))

    drive = road.drive(45.0, x_m=2.2, from_m=20.0, to_m=44.0)
    shaded = tuple(shadowed(s, 3.8 if i > len(drive) // 2 else 0.0) for i, s in enumerate(drive))
    case = case_of(road, shaded)
    assert (line_findings(case), line_reasons(case)) == ([], [])


def test_coming_back_before_wholly_over_is_not_accused(road: Any, case_of: Any) -> None:
    drive = road.drive(45.0, x_m=lambda at_s: 2.0 - 2.3 * np.exp(-(((at_s - 1.2) / 0.45) ** 2)))
    assert line_findings(case_of(road, drive)) == []


def test_four_frames_beyond_are_too_few(road: Any, case_of: Any, crossing: Any) -> None:
    """The vehicle leaves the picture, or is lost, right after: what was seen is too little."""
    drive = road.drive(45.0, x_m=crossing(2.0, -2.0))
    enough = next(n for n in range(20, len(drive)) if line_findings(case_of(road, drive[:n])))
    assert line_findings(case_of(road, drive[:enough]))[0].facts["frames_beyond"] == 5
    assert line_findings(case_of(road, drive[: enough - 1])) == []


def test_a_crossing_where_the_line_has_ended_is_not_accused(road: Any, case_of: Any, crossing: Any) -> None:
    line = {"line_id": "middle", "kind": "solid", "points_m": [(0.0, 16.0), (0.0, 22.0)]}
    drive = road.drive(45.0, x_m=crossing(2.0, -2.0, at_s=1.4))
    assert line_findings(case_of(road, drive, site=road.site(lines=[line]))) == []


def test_a_dashed_line_may_be_crossed(road: Any, case_of: Any, crossing: Any) -> None:
    line = {"line_id": "middle", "kind": "dashed", "points_m": [(0.0, 20.0), (0.0, 45.0)]}
    drive = road.drive(45.0, x_m=crossing(2.0, -2.0))
    assert line_findings(case_of(road, drive, site=road.site(lines=[line]))) == []


def test_gate_a_track_that_leaps_from_lane_to_lane(road: Any, case_of: Any) -> None:
    """Hard innocent: the tracker hands the number of one car to the car beside it."""
    drive = road.drive(45.0, x_m=lambda at_s: np.where(at_s < 1.2, 2.0, -2.0))
    case = case_of(road, drive)
    assert line_findings(case) == []
    assert line_reasons(case) == ["track_leaps"]


def test_gate_no_plate(road: Any, case_of: Any, crossing: Any) -> None:
    case = case_of(road, road.drive(45.0, x_m=crossing(2.0, -2.0)), plate=None)
    assert (line_findings(case), line_reasons(case)) == ([], ["no_plate"])


def test_gate_two_vehicles_in_one_place(road: Any, case_of: Any, crossing: Any) -> None:
    drive = road.drive(45.0, x_m=crossing(2.0, -2.0))
    case = case_of(road, drive, others=(drive,))
    assert (line_findings(case), line_reasons(case)) == ([], ["vehicle_ambiguous"])


def test_gate_clock(road: Any, case_of: Any, crossing: Any) -> None:
    case = case_of(road, road.drive(45.0, x_m=crossing(2.0, -2.0)))
    unknown = replace(case, clock=case.clock.model_copy(update={"bound_ms": None}))
    assert (line_findings(unknown), line_reasons(unknown)) == ([], ["clock_unknown"])


def test_gate_rule_is_off(road: Any, case_of: Any, crossing: Any) -> None:
    site = road.site(rules={"solid_line": {"mode": "off"}})
    case = case_of(road, road.drive(45.0, x_m=crossing(2.0, -2.0)), site=site)
    assert (line_findings(case), line_reasons(case)) == ([], [])


def test_a_line_needs_no_certificate(road: Any, case_of: Any, crossing: Any) -> None:
    case = case_of(road, road.drive(45.0, x_m=crossing(2.0, -2.0)), site=road.site(certificate=None))
    assert len(line_findings(case)) == 1


def test_a_rough_survey_accuses_nobody(road: Any, case_of: Any, crossing: Any) -> None:
    """Where a corner is known to a metre only, none of the car is clearly beyond the line."""
    content = road.content()
    content["survey"].update(sigma_px=12.0, sigma_m=1.2)
    site = road.site(survey=content["survey"])
    drive = road.drive(45.0, x_m=crossing(2.0, -2.0))
    assert line_findings(case_of(road, drive, site=site)) == []
