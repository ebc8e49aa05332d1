"""Speeding is alleged in the driver's favour, and not at all past any gate."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from recognition.contracts import ClockQuality, ClockSource, Measurement, RuleMode
from recognition.violations import assess, evaluate
from recognition.violations.legal_limits import uncertainty_limit_kmh
from recognition.violations.point_speed import why_not_enforceable


def fast(road: Any, speed_kmh: float = 85.0, **how: Any) -> Any:
    return road.drive(speed_kmh, **how)


def speed_findings(case: Any) -> list[Any]:
    return [finding for finding in evaluate(case) if finding.rule == "point_speed"]


def reasons(case: Any) -> dict[str, int]:
    return dict(assess(case).reasons)


def test_a_speeding_car_is_found_with_what_proves_it(high_road: Any, case_of: Any) -> None:
    case = case_of(high_road, fast(high_road))
    (finding,) = speed_findings(case)
    speed = case.speed
    assert finding.mode is RuleMode.FINE
    assert finding.excess_kmh == math.floor(speed.value - speed.expanded_uncertainty - 60)
    assert 21 <= finding.excess_kmh <= 25
    assert finding.limit_kmh == 60
    assert finding.measurement == speed
    assert finding.facts["enforced_kmh"] == 60 + finding.excess_kmh
    assert "not_enforceable" not in finding.facts
    assert 3 <= len(finding.frame_sequences) <= 5
    assert list(finding.frame_sequences) == sorted(finding.frame_sequences)
    assert case.plate.best.frame_sequence in finding.frame_sequences
    assert case.samples[0].captured_at < finding.occurred_at < case.samples[-1].captured_at


@pytest.mark.parametrize(
    ("value", "uncertainty", "excess"),
    [(61.0, 1.2, None), (62.0, 1.2, None), (62.2, 1.2, 1.0), (80.99, 1.0, 19.0), (81.0, 1.0, 20.0), (60.0, 0.0, None)],
)
def test_the_excess_is_less_the_uncertainty_and_rounded_down(
    high_road: Any, case_of: Any, value: float, uncertainty: float, excess: float | None
) -> None:
    speed = Measurement(
        quantity="speed", value=value, unit="km/h", expanded_uncertainty=uncertainty, is_valid=True, method="plate"
    )
    found = speed_findings(case_of(high_road, fast(high_road), speed=speed))
    assert [finding.excess_kmh for finding in found] == ([excess] if excess else [])


def test_who_keeps_the_limit_is_neither_found_nor_counted(high_road: Any, case_of: Any) -> None:
    assert reasons(case_of(high_road, fast(high_road, 58.0))) == {}
    assert evaluate(case_of(high_road, fast(high_road, 58.0))) == ()


@pytest.mark.parametrize("mode", [RuleMode.SHADOW, RuleMode.WARN, RuleMode.FINE])
def test_the_mode_is_the_sites(high_road: Any, case_of: Any, mode: RuleMode) -> None:
    site = high_road.site(rules={"point_speed": {"mode": mode}})
    assert [finding.mode for finding in speed_findings(case_of(high_road, fast(high_road), site=site))] == [mode]


@pytest.mark.parametrize("rules", [{}, {"point_speed": {"mode": "off"}}])
def test_gate_rule_is_off(high_road: Any, case_of: Any, rules: dict[str, Any]) -> None:
    case = case_of(high_road, fast(high_road), site=high_road.site(rules=rules))
    assert assess(case).findings == ()


def test_gate_no_certificate(high_road: Any, case_of: Any) -> None:
    case = case_of(high_road, fast(high_road), site=high_road.site(certificate=None))
    assert evaluate(case) == ()
    assert reasons(case) == {"point_speed.no_certificate": 1}


@pytest.mark.parametrize(
    ("from_days", "to_days", "reason"), [(-30, -1, "certificate_expired"), (1, 30, "certificate_not_yet_valid")]
)
def test_gate_certificate_at_that_moment(
    high_road: Any, case_of: Any, from_days: int, to_days: int, reason: str | None
) -> None:
    content = high_road.content()["certificate"]
    drive = fast(high_road)
    moment = drive[0].captured_at
    content.update(verified_at=moment + timedelta(from_days), valid_until=moment + timedelta(to_days))
    case = case_of(high_road, drive, site=high_road.site(certificate=content))
    assert evaluate(case) == ()
    assert reasons(case) == {f"point_speed.{reason}": 1}


def test_gate_no_plate(high_road: Any, case_of: Any) -> None:
    case = case_of(high_road, fast(high_road), plate=None)
    assert evaluate(case) == ()
    assert reasons(case) == {"point_speed.no_plate": 1}


@pytest.mark.parametrize(
    ("source", "bound_ms", "reason"),
    [
        (ClockSource.RTCP, None, "clock_unknown"),
        (ClockSource.HOST, None, "clock_unknown"),
        (ClockSource.HOST, 1500.0, "clock_uncertain"),
        (ClockSource.HOST, 1000.0, None),
        (ClockSource.FILE, None, None),
    ],
)
def test_gate_clock(
    high_road: Any, case_of: Any, source: ClockSource, bound_ms: float | None, reason: str | None
) -> None:
    case = case_of(high_road, fast(high_road), clock=ClockQuality(source=source, bound_ms=bound_ms))
    assert reasons(case) == ({f"point_speed.{reason}": 1} if reason else {})
    assert len(speed_findings(case)) == (0 if reason else 1)


def test_gate_two_vehicles_in_one_place(high_road: Any, case_of: Any) -> None:
    """Hard innocents: a car on a tow truck, a motorcycle before a car."""
    drive = fast(high_road)
    carrier = tuple(
        replace(s, box_px=(s.box_px[0] - 30, s.box_px[1] - 40, s.box_px[2] + 30, s.box_px[3] + 20)) for s in drive
    )
    case = case_of(high_road, drive, others=(carrier,))
    assert evaluate(case) == ()
    assert reasons(case) == {"point_speed.vehicle_ambiguous": 1}


def test_a_vehicle_in_the_next_lane_is_no_ambiguity(high_road: Any, case_of: Any) -> None:
    other = high_road.drive(85.0, x_m=-2.0)
    assert len(speed_findings(case_of(high_road, fast(high_road), others=(other,)))) == 1


def test_gate_invalid_speed(high_road: Any, case_of: Any, retimed: Any) -> None:
    """Hard innocent: time leaps and the car seems to fly."""
    drive = retimed(fast(high_road, 50.0), 25, -0.035)
    case = case_of(high_road, drive)
    assert evaluate(case) == ()
    assert reasons(case) == {"point_speed.speed_disagreement": 1}


def test_gate_uncertainty_over_half_the_legal_limit(high_road: Any, case_of: Any) -> None:
    """The machine may count it; nobody may be fined for it."""
    case = case_of(high_road, fast(high_road, 150.0))
    speed = case.speed.model_copy(update={"expanded_uncertainty": 2.3})
    (finding,) = speed_findings(replace(case, speed=speed))
    assert finding.mode is RuleMode.SHADOW
    assert finding.facts["not_enforceable"] == "uncertainty_over_half_limit"


def test_gate_speed_from_the_bottom_of_a_box(high_road: Any, case_of: Any) -> None:
    case = case_of(high_road, fast(high_road, plate_m=None))
    precise = case.speed.model_copy(update={"expanded_uncertainty": 0.5})
    (finding,) = speed_findings(replace(case, speed=precise))
    assert (finding.mode, finding.facts["not_enforceable"]) == (RuleMode.SHADOW, "contact_point_unknown")


@pytest.mark.parametrize(("value", "limit"), [(50.0, 1.5), (100.0, 1.5), (100.1, 1.5015), (200.0, 3.0)])
def test_half_the_legal_limit(value: float, limit: float) -> None:
    assert uncertainty_limit_kmh(value) == pytest.approx(limit)


@pytest.mark.parametrize(("uncertainty", "reason"), [(1.5, None), (1.501, "uncertainty_over_half_limit")])
def test_enforceable_up_to_exactly_half_the_limit(uncertainty: float, reason: str | None) -> None:
    speed = Measurement(
        quantity="speed", value=90, unit="km/h", expanded_uncertainty=uncertainty, is_valid=True, method="plate"
    )
    assert why_not_enforceable(speed) == reason


def test_the_same_case_gives_the_same_finding(high_road: Any, case_of: Any) -> None:
    assert evaluate(case_of(high_road, fast(high_road))) == evaluate(case_of(high_road, fast(high_road)))
