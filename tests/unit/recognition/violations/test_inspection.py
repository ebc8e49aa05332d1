"""Driving without inspection: the last valid day counts, in local time, and a silent register accuses nobody."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.case import RegisterFacts
from recognition.violations.inspection import judge

LAST_DAY = date(2026, 5, 31)


def known(until: date | None = LAST_DAY, kind: VehicleClass | None = VehicleClass.TRUCK) -> RegisterFacts:
    return RegisterFacts(vehicle_class=kind, inspected_until=until)


@pytest.fixture
def driven(scenes: Any, road: Any, case_of: Any) -> Any:
    """A lorry that drives past at a moment, with what the register says of its plate."""

    def build(register: RegisterFacts | None, at: datetime | None = None, **parts: Any) -> Any:
        drive = road.drive(45.0, at=at or datetime(2026, 6, 1, 12, 0, tzinfo=UTC))
        return case_of(
            road,
            drive,
            **(
                {"site": scenes.junction(road), "speed": None, "register": register}
                | {"vehicle_class": VehicleClass.TRUCK}
                | parts
            ),
        )

    return build


def test_a_lapsed_paper_is_found_with_what_proves_it(driven: Any) -> None:
    finding = judge(driven(known()))
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.mode) == ("inspection", RuleMode.FINE)
    assert finding.facts == {"valid_until": "2026-05-31", "driven_on": "2026-06-01", "days_lapsed": 1}
    assert finding.measurement is None
    assert 3 <= len(finding.frame_sequences) <= 5


def test_a_register_without_an_answer_accuses_nobody(driven: Any) -> None:
    """Hard innocents: a foreign car, a register that is down, a register that does not keep this paper."""
    assert judge(driven(None)) is None
    assert judge(driven(known(None))) is None


@pytest.mark.parametrize("until", [date(2026, 6, 1), date(2026, 6, 2), date(2030, 1, 1)])
def test_the_last_valid_day_still_counts(driven: Any, until: date) -> None:
    assert judge(driven(known(until))) is None


@pytest.mark.parametrize(
    ("at", "is_found"),
    [
        (datetime(2026, 5, 31, 20, 59, 50, tzinfo=UTC), False),
        (datetime(2026, 5, 31, 21, 0, 1, tzinfo=UTC), True),
    ],
)
def test_the_day_is_the_sites_own(driven: Any, at: datetime, is_found: bool) -> None:
    """Hard innocent: a minute before midnight in Moscow it is valid, though in Vladivostok it is tomorrow."""
    assert isinstance(judge(driven(known(), at)), Finding) == is_found


def test_another_timezone_has_another_day(scenes: Any, road: Any, driven: Any) -> None:
    at = datetime(2026, 5, 31, 20, 59, 50, tzinfo=UTC)
    east = scenes.junction(road, timezone="Asia/Vladivostok")
    assert isinstance(judge(driven(known(), at, site=east)), Finding)


@pytest.mark.parametrize("kind", [None, VehicleClass.UNKNOWN, VehicleClass.BUS])
def test_an_unconfirmed_class_is_only_counted(driven: Any, kind: VehicleClass | None) -> None:
    """Hard innocent (HARMS D17): another vehicle wears a copy of the plate."""
    finding = judge(driven(known(kind=kind)))
    assert isinstance(finding, Finding)
    assert (finding.mode, finding.facts["not_enforceable"]) == (RuleMode.SHADOW, "class_unconfirmed")


def test_a_van_that_the_register_calls_a_car_needs_none(driven: Any) -> None:
    assert judge(driven(known(kind=VehicleClass.CAR))) is None


@pytest.mark.parametrize("kind", [VehicleClass.CAR, VehicleClass.MOTORCYCLE, VehicleClass.UNKNOWN, None])
def test_private_cars_and_motorcycles_need_none(driven: Any, kind: VehicleClass | None) -> None:
    """Hard innocent: since 1 March 2022 nobody's own car is inspected, and a picture does not tell whose it is."""
    assert judge(driven(known(kind=kind), vehicle_class=kind or VehicleClass.CAR)) is None


def test_a_taxi_needs_one(driven: Any) -> None:
    case = driven(known(kind=VehicleClass.CAR), vehicle_class=VehicleClass.CAR)
    taxi = replace(case, plate=case.plate.model_copy(update={"plate": "AB12377", "plate_type": "1b"}))
    assert isinstance(judge(taxi), Finding)


def test_a_parked_car_is_not_driven(scenes: Any, road: Any, case_of: Any) -> None:
    parked = scenes.travel(road, [(0, 28), (3, 28)])
    assert judge(case_of(road, parked, site=scenes.junction(road), speed=None, register=known())) is None
