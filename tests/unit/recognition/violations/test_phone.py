"""A phone in the hand is alleged only where it was seen again and again over a second."""

from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.case import Feature, Seen
from recognition.violations.phone import RULE, judge


@pytest.fixture
def driver(scenes: Any, road: Any, case_of: Any) -> Any:
    """A passing car and what was seen of its driver's hand, by sample."""

    def build(answers: dict[int, Seen], *, confidence: float = 0.95, **parts: Any) -> Any:
        case = scenes.passes(road, case_of, **parts)
        return scenes.looked_at(case, Feature.PHONE, answers, confidence=confidence)

    return build


def yes(*samples: int) -> dict[int, Seen]:
    return dict.fromkeys(samples, Seen.YES)


def test_a_phone_over_a_second_is_found(driver: Any) -> None:
    finding = judge(driver(yes(10, 22, 35)))
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.FINE
    assert finding.frame_sequences == (1010, 1022, 1035)
    assert finding.facts["span_s"] == 1.0
    assert RULE.reviewers == 2


def test_a_hand_at_the_cheek_for_a_moment_is_no_phone(driver: Any) -> None:
    """Hard innocent (HARMS D14): scratching the head, many frames, less than a second."""
    assert judge(driver(yes(*range(10, 34)))) is None


def test_two_looks_are_too_few(driver: Any) -> None:
    assert judge(driver(yes(5, 45))) is None


def test_unsure_looks_prove_nothing(driver: Any) -> None:
    assert judge(driver(yes(10, 22, 35, 45), confidence=0.85)) is None


def test_as_many_looks_without_a_phone_clear_the_driver(driver: Any) -> None:
    assert judge(driver(yes(10, 22, 35) | dict.fromkeys((12, 24, 37), Seen.NO))) is None
    assert isinstance(judge(driver(yes(10, 22, 35) | dict.fromkeys((12, 24), Seen.NO))), Finding)


def test_a_hand_that_cannot_be_seen_holds_nothing(driver: Any) -> None:
    assert judge(driver(dict.fromkeys(range(5, 45), Seen.NOT_VISIBLE))) is None


def test_another_feature_says_nothing(scenes: Any, road: Any, case_of: Any) -> None:
    assert judge(scenes.looked_at(scenes.passes(road, case_of), Feature.BEACON, yes(10, 22, 35))) is None


def test_a_cyclist_is_not_judged(driver: Any) -> None:
    assert judge(driver(yes(10, 22, 35), vehicle_class=VehicleClass.BICYCLE)) is None


def test_a_call_in_a_parked_car_is_allowed(scenes: Any, road: Any, case_of: Any) -> None:
    parked = case_of(road, scenes.travel(road, [(0, 28), (3, 28)]), site=scenes.junction(road), speed=None)
    assert judge(scenes.looked_at(parked, Feature.PHONE, yes(10, 22, 35))) is None
