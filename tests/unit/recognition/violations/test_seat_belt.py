"""No belt is alleged only where its place was seen, several times, and no belt ever was."""

from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.case import Feature, Seen
from recognition.violations.seat_belt import RULE, judge


@pytest.fixture
def driver(scenes: Any, road: Any, case_of: Any) -> Any:
    """A passing car and what was seen of its driver, by sample."""

    def build(answers: dict[int, Seen], *, confidence: float = 0.95, **parts: Any) -> Any:
        case = scenes.passes(road, case_of, **parts)
        return scenes.looked_at(case, Feature.SEAT_BELT, answers, confidence=confidence)

    return build


def no(*samples: int) -> dict[int, Seen]:
    return dict.fromkeys(samples, Seen.NO)


def test_three_looks_without_a_belt_are_found(driver: Any) -> None:
    finding = judge(driver(no(10, 20, 30)))
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.FINE
    assert finding.measurement is None
    assert finding.frame_sequences == (1010, 1020, 1030)
    assert finding.facts == {"frames_seen": 3, "span_s": 0.8, "confidence": 0.95}
    assert RULE.reviewers == 2


def test_two_looks_are_too_few(driver: Any) -> None:
    assert judge(driver(no(10, 20))) is None


def test_unsure_looks_prove_nothing(driver: Any) -> None:
    assert judge(driver(no(10, 20, 30, 40, 50), confidence=0.89)) is None
    assert isinstance(judge(driver(no(10, 20, 30), confidence=0.9)), Finding)


def test_one_look_with_a_belt_clears_the_driver(driver: Any) -> None:
    """Hard innocent: a belt of the colour of the coat, seen when the sun came from the side."""
    assert judge(driver(no(10, 20, 30, 35, 40) | {45: Seen.YES})) is None


def test_a_belt_that_cannot_be_seen_is_not_missing(driver: Any) -> None:
    """Hard innocent (HARMS D15): glare on the windscreen, a shadow over the shoulder."""
    assert judge(driver(dict.fromkeys(range(5, 45), Seen.NOT_VISIBLE))) is None
    assert judge(driver(no(10, 20) | dict.fromkeys(range(30, 45), Seen.NOT_VISIBLE))) is None


@pytest.mark.parametrize(
    "kind", [VehicleClass.BUS, VehicleClass.MOTORCYCLE, VehicleClass.BICYCLE, VehicleClass.UNKNOWN]
)
def test_only_cars_and_lorries_are_judged(driver: Any, kind: VehicleClass) -> None:
    assert judge(driver(no(10, 20, 30), vehicle_class=kind)) is None
    assert isinstance(judge(driver(no(10, 20, 30), vehicle_class=VehicleClass.TRUCK)), Finding)


def test_who_sits_in_a_parked_car_needs_no_belt(scenes: Any, road: Any, case_of: Any) -> None:
    parked = case_of(road, scenes.travel(road, [(0, 28), (3, 28)]), site=scenes.junction(road), speed=None)
    assert judge(scenes.looked_at(parked, Feature.SEAT_BELT, no(10, 20, 30))) is None
