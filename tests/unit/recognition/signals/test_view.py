"""A head without light is dark only where its housing is seen; behind a lorry it is unknown."""

from typing import Any

import numpy as np
import pytest

from recognition.contracts import Lamp
from recognition.signals import Aspect, HeadReader, LampState

RED, GREEN = Lamp.RED, Lamp.GREEN


def _reader(one: Any, *lit: Lamp, frames: int = 5) -> HeadReader:
    reader = HeadReader(one.head)
    for seed in range(frames):
        reader.read(one.frame(*lit, seed=seed))
    return reader


@pytest.mark.parametrize("size_px", [4, 7, 12])
def test_a_lamp_dark_for_a_frame_is_dark_behind_a_lorry_unknown(drawn: Any, size_px: int) -> None:
    one = drawn.changed(size_px=size_px, noise=3.0)
    reader = _reader(one, RED)
    assert reader.read(one.frame(seed=50)).aspect is Aspect.DARK
    for level in (15, 60, 150, 240):
        lorry = np.clip(np.random.default_rng(level).normal(level, 4, (*one.shape, 3)), 0, 255).astype(np.uint8)
        assert set(reader.read(lorry).states.values()) == {LampState.UNKNOWN}
    assert reader.read(one.frame(seed=51)).aspect is Aspect.DARK


def test_a_lorry_before_half_of_the_head_leaves_it_unknown(drawn: Any) -> None:
    reader = _reader(drawn, GREEN)
    frame = drawn.frame(GREEN)
    frame[drawn.shape[0] // 2 + 6 :] = 70
    assert reader.read(frame).aspect is Aspect.UNKNOWN


def test_a_textured_lorry_is_not_the_housing(drawn: Any) -> None:
    reader = _reader(drawn, RED)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        stripes = np.kron(rng.uniform(20, 110, (drawn.shape[0] // 6 + 1, 1, 1)), np.ones((6, drawn.shape[1], 3)))
        frame = stripes[: drawn.shape[0]].astype(np.uint8)
        assert reader.read(frame).aspect is Aspect.UNKNOWN


def test_before_any_lamp_shone_nobody_can_tell(drawn: Any) -> None:
    assert HeadReader(drawn.head).read(drawn.frame()).aspect is Aspect.UNKNOWN


def test_by_night_an_unlit_head_cannot_be_told_from_nothing(drawn: Any) -> None:
    one = drawn.changed(scene=0.02, light=1.2)
    reader = _reader(one, RED)
    assert reader.read(one.frame(RED)).aspect is Aspect.RED
    assert reader.read(one.frame()).aspect is Aspect.UNKNOWN


def test_a_cloud_before_the_sun_hides_nothing(drawn: Any) -> None:
    reader = _reader(drawn, RED)
    assert reader.read(drawn.changed(scene=0.6).frame()).aspect is Aspect.DARK


def test_a_lorry_is_never_learnt(drawn: Any) -> None:
    reader = _reader(drawn, RED)
    lorry = np.full((*drawn.shape, 3), 90, dtype=np.uint8)
    for _ in range(200):
        reader.read(lorry)
    assert reader.read(lorry).aspect is Aspect.UNKNOWN
    assert reader.read(drawn.frame()).aspect is Aspect.DARK


def test_dark_where_the_housing_is_pale_is_something_else(drawn: Any) -> None:
    reader = _reader(drawn, RED)
    frame = drawn.frame()
    x0, y0, x1, y1 = (round(edge) for edge in (*drawn.boxes()[0][:2], *drawn.boxes()[-1][2:]))
    negative = 190 - np.minimum(frame, 190)
    negative[y0:y1, x0:x1] = 30
    assert reader.read(negative).aspect is Aspect.UNKNOWN
