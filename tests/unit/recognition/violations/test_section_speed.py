"""Speeding over a section: one vehicle, two bounded clocks, the shortest way and the longest time."""

from dataclasses import replace
from typing import Any

import pytest

from recognition.contracts import ClockQuality, ClockSource, RuleMode, VehicleClass
from recognition.violations import Finding, Refusal
from recognition.violations.section_speed import judge


@pytest.fixture
def driven(scenes: Any, road: Any, case_of: Any) -> Any:
    """A car at the end of a section of 5 km with a limit of 80 km/h, ``took_s`` after it came in."""

    def build(took_s: float = 180.0, **how: Any) -> Any:
        return scenes.through_section(road, case_of, took_s=took_s, **how)

    return build


def seen_at_the_entry(case: Any, **parts: Any) -> Any:
    return replace(case, earlier=replace(case.earlier, **parts))


def test_a_mean_speed_over_the_limit_is_found_with_what_proves_it(driven: Any) -> None:
    finding = judge(driven())
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.FINE
    assert finding.measurement is not None
    assert finding.measurement.value == pytest.approx(100.0)
    assert finding.measurement.expanded_uncertainty == pytest.approx(0.0871, abs=0.0005)
    assert (finding.limit_kmh, finding.excess_kmh, finding.facts["enforced_kmh"]) == (80.0, 19.0, 99)
    assert (finding.facts["section_id"], finding.facts["length_m"]) == ("m1", 5000.0)


@pytest.mark.parametrize(("speed_kmh", "excess"), [(79.9, None), (81.0, None), (81.2, 1.0), (120.2, 40.0)])
def test_the_excess_is_less_the_uncertainty_and_rounded_down(
    driven: Any, speed_kmh: float, excess: float | None
) -> None:
    finding = judge(driven(5000 / (speed_kmh / 3.6)))
    assert (finding.excess_kmh if isinstance(finding, Finding) else finding) == excess


def test_time_runs_to_the_last_sight(driven: Any, scenes: Any) -> None:
    """The driver is given the longest time: who is first seen after 179 s and last after 181.4 s took 181.4 s."""
    case = driven()
    took_s = (case.samples[-1].captured_at - case.earlier.first_seen_at).total_seconds()
    finding = judge(case)
    assert isinstance(finding, Finding)
    assert finding.occurred_at == case.samples[-1].captured_at
    assert took_s == pytest.approx(180.0)


@pytest.mark.parametrize("source", [ClockSource.FILE, ClockSource.HOST, ClockSource.RTCP])
@pytest.mark.parametrize("end", ["entry", "exit"])
def test_a_clock_without_a_bound_is_refused_at_either_end(driven: Any, source: ClockSource, end: str) -> None:
    clock = ClockQuality(source=source, bound_ms=None)
    case = driven()
    case = seen_at_the_entry(case, clock=clock) if end == "entry" else replace(case, clock=clock)
    assert judge(case) == Refusal("section_speed", "clock_unknown")


def test_a_recorded_file_with_a_bound_is_a_clock(driven: Any) -> None:
    clock = ClockQuality(source=ClockSource.FILE, bound_ms=100.0)
    assert isinstance(judge(seen_at_the_entry(driven(), clock=clock)), Finding)


def test_who_keeps_the_limit_is_neither_found_nor_counted(driven: Any) -> None:
    unknown = ClockQuality(source=ClockSource.HOST, bound_ms=None)
    assert judge(seen_at_the_entry(driven(240.0), clock=unknown, vehicle_class=VehicleClass.BUS)) is None


@pytest.mark.parametrize("part", [{"plate": "A123BC78"}, {"plate_region": "by"}, {"plate_type": "1b"}])
def test_another_plate_is_another_vehicle(driven: Any, part: dict[str, str]) -> None:
    """Hard innocent: the same characters in another country or type are another car (AA000777)."""
    case = driven()
    assert judge(seen_at_the_entry(case, plate=case.plate.model_copy(update=part))) == Refusal(
        "section_speed", "plates_differ"
    )


@pytest.mark.parametrize(
    ("entry", "exit_", "is_one"),
    [
        (VehicleClass.CAR, VehicleClass.CAR, True),
        (VehicleClass.TRUCK, VehicleClass.CAR, False),
        (VehicleClass.BUS, VehicleClass.TRUCK, False),
        (VehicleClass.UNKNOWN, VehicleClass.CAR, True),
        (VehicleClass.BUS, VehicleClass.CAR, False),
        (VehicleClass.MOTORCYCLE, VehicleClass.CAR, False),
        (VehicleClass.CAR, VehicleClass.MOTORCYCLE, False),
    ],
)
def test_vehicles_that_cannot_be_one_are_refused(
    driven: Any, entry: VehicleClass, exit_: VehicleClass, is_one: bool
) -> None:
    """Hard innocent (HARMS D13): the speed of a motorcycle given to a car."""
    answer = judge(seen_at_the_entry(driven(vehicle_class=exit_), vehicle_class=entry))
    assert isinstance(answer, Finding) if is_one else answer == Refusal("section_speed", "vehicles_differ")


@pytest.mark.parametrize(("took_s", "is_clone"), [(73.0, False), (71.9, True), (1.0, True)])
def test_faster_than_any_vehicle_is_a_copied_plate_and_never_a_fine(driven: Any, took_s: float, is_clone: bool) -> None:
    answer = judge(driven(took_s))
    assert answer == Refusal("section_speed", "clone_suspicion") if is_clone else isinstance(answer, Finding)


@pytest.mark.parametrize("took_s", [0.0, -20.0])
def test_to_leave_before_coming_in_is_a_jump_in_time(driven: Any, took_s: float) -> None:
    assert judge(driven(took_s)) == Refusal("section_speed", "time_jump")


def test_too_uncertain_for_a_fine_is_only_counted(driven: Any, scenes: Any, road: Any) -> None:
    finding = judge(driven(bound_ms=4000.0))
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.SHADOW
    assert finding.facts["not_enforceable"] == "uncertainty_over_half_limit"


def test_the_way_must_lead_from_the_sections_beginning_to_its_end(driven: Any) -> None:
    case = driven()
    assert judge(seen_at_the_entry(case, site_id="elsewhere")) is None
    section = case.site.section.model_copy(update={"from_site": "test-road", "to_site": "far-end"})
    assert judge(replace(case, site=case.site.model_copy(update={"section": section}))) is None
    assert judge(replace(case, site=case.site.model_copy(update={"section": None}))) is None
    assert judge(replace(case, earlier=None)) is None
