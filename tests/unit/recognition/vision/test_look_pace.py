"""Looks at a plate: often enough to read it, in every frame of a fast vehicle, seldom where nothing changes."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from recognition.contracts import BoxPx
from recognition.vision import AnalysisPolicy
from recognition.vision.look_pace import LookPace, is_unmoved, way_in_boxes

_PICTURE_PX = 720
Boxes = Callable[[int], BoxPx]


def _looks(
    boxes: Boxes,
    frames: int,
    *,
    policy: AnalysisPolicy | None = None,
    height_px: float | None = 14.0,
    late_s: float = 0,
) -> list[int]:
    """Return the frames looked at, of 25 a second; every second stamp is ``late_s`` late."""
    pace, looked = LookPace(policy or AnalysisPolicy()), []
    for number in range(frames):
        at_s, box = number / 25 + late_s * (number % 2), boxes(number)
        if pace.why_not(box, _PICTURE_PX) is None and pace.is_due(at_s, box):
            pace.took(at_s, box, height_px)
            looked.append(number)
    return looked


def _moving(share: float) -> Boxes:
    """Return boxes 200 by 150 px that move down by this share of their smaller side a frame."""
    return lambda number: (300.0, 50 + 150 * share * number, 500.0, 200 + 150 * share * number)


@pytest.mark.parametrize("late_s", [0.0, 0.001, -0.001])
def test_a_plate_being_learned_is_looked_at_in_every_second_frame(late_s: float) -> None:
    """Neither binary fractions of a second nor stamps of whole milliseconds make it every third."""
    assert _looks(_moving(0.05), 15, late_s=late_s) == list(range(0, 15, 2))


def test_a_fast_vehicle_is_looked_at_in_every_frame() -> None:
    assert _looks(_moving(0.21), 15) == list(range(15))
    assert _looks(_moving(0.11), 15) == list(range(0, 15, 2))


def test_a_vehicle_read_often_is_still_looked_at_along_its_way() -> None:
    """Its speed hangs on looks spread over the zone, not on the first half second of them."""
    looked = _looks(_moving(0.05), 60)
    assert looked[:8] == list(range(0, 16, 2))
    assert looked[8:] == list(range(18, 60, 4))


@pytest.mark.parametrize("share", [0.002, 0.01, 0.03, 0.1, 0.3])
def test_no_pace_costs_more_looks_than_the_budget_on_the_way_through_the_picture(share: float) -> None:
    assert len(_looks(_moving(share), round(3.4 / share))) <= 30


def test_a_standing_vehicle_is_looked_at_ever_more_seldom() -> None:
    looked = _looks(_moving(0.0), 25 * 60)
    gaps = [b - a for a, b in pairwise(looked[8:])]
    assert len(looked) < 20
    assert gaps == sorted(gaps)
    assert len(_looks(_moving(0.0), 25 * 60, height_px=None)) < 20


def test_a_vehicle_that_shakes_and_is_never_read_costs_the_budget_at_most() -> None:
    policy = AnalysisPolicy()
    shaking = _looks(lambda number: _moving(0.3)(number % 2), 1000, policy=policy, height_px=None)
    assert len(shaking) == policy.max_looks


def test_why_a_plate_is_not_looked_at() -> None:
    policy = replace(AnalysisPolicy(), max_looks=1)
    pace = LookPace(policy)
    assert pace.why_not((0.0, 0.0, 100.0, 90.0), _PICTURE_PX) == "vehicle_too_small"
    assert pace.why_not((0.0, 500.0, 200.0, 719.0), _PICTURE_PX) == "cut_off"
    assert pace.why_not((0.0, 0.0, 200.0, 150.0), _PICTURE_PX) is None
    pace.took(0.0, (0.0, 0.0, 200.0, 150.0), None)
    assert pace.why_not((0.0, 0.0, 200.0, 150.0), _PICTURE_PX) == "budget_spent"


def test_a_way_is_measured_in_boxes() -> None:
    assert way_in_boxes((0.0, 0.0, 200.0, 100.0), (10.0, 30.0, 210.0, 130.0)) == pytest.approx(0.3)
    assert way_in_boxes((0.0, 0.0, 200.0, 100.0), (0.0, 0.0, 220.0, 110.0)) == pytest.approx(0.2)
    assert is_unmoved((0.0, 0.0, 200.0, 100.0), (20.0, 0.0, 220.0, 100.0))
    assert not is_unmoved((0.0, 0.0, 200.0, 100.0), (26.0, 0.0, 226.0, 100.0))
