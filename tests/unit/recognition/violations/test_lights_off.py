"""Dark headlights are alleged only of coming vehicles, over a second, and never where one frame shows them lit."""

from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.case import Feature, Seen
from recognition.violations.lights_off import judge

DARK = dict.fromkeys((10, 16, 22, 28, 35), Seen.NO)


@pytest.fixture
def lamps(scenes: Any, road: Any, case_of: Any) -> Any:
    """A passing car and what was seen of its headlights, by sample."""

    def build(answers: dict[int, Seen], *, confidence: float = 0.95, **parts: Any) -> Any:
        case = scenes.passes(road, case_of, **parts)
        return scenes.looked_at(case, Feature.HEADLIGHTS, answers, confidence=confidence)

    return build


def test_dark_headlights_are_found(lamps: Any) -> None:
    finding = judge(lamps(DARK))
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.FINE
    assert finding.facts["frames_seen"] == 5
    assert finding.facts["span_s"] == 1.0


def test_four_looks_or_less_than_a_second_are_too_little(lamps: Any) -> None:
    assert judge(lamps(dict.fromkeys((10, 18, 26, 36), Seen.NO))) is None
    assert judge(lamps(dict.fromkeys(range(10, 34), Seen.NO))) is None


def test_one_lit_frame_clears_the_driver(lamps: Any) -> None:
    """Hard innocent: lamps driven by pulses, dark in most frames of a short shutter."""
    assert judge(lamps(DARK | {40: Seen.YES})) is None


def test_lamps_that_cannot_be_seen_are_not_dark(lamps: Any) -> None:
    assert judge(lamps(dict.fromkeys(range(5, 45), Seen.NOT_VISIBLE))) is None


def test_unsure_looks_prove_nothing(lamps: Any) -> None:
    assert judge(lamps(DARK, confidence=0.8)) is None


def test_a_vehicle_seen_from_the_rear_is_not_judged(scenes: Any, road: Any, case_of: Any) -> None:
    away = case_of(road, scenes.travel(road, [(0, 17), (2.4, 46)]), site=scenes.junction(road), speed=None)
    assert judge(scenes.looked_at(away, Feature.HEADLIGHTS, DARK)) is None


def test_a_parked_vehicle_may_be_dark(scenes: Any, road: Any, case_of: Any) -> None:
    parked = case_of(road, scenes.travel(road, [(0, 28), (3, 28)]), site=scenes.junction(road), speed=None)
    assert judge(scenes.looked_at(parked, Feature.HEADLIGHTS, DARK)) is None


def test_a_bicycle_is_not_judged(lamps: Any) -> None:
    assert judge(lamps(DARK, vehicle_class=VehicleClass.BICYCLE)) is None
