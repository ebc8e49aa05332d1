import numpy as np

from camera_agent.capture.breaks import is_break
from camera_agent.capture.tamper import PictureHealth, TamperWatch

SHAPE = (240, 320, 3)


def watch(pictures: list[np.ndarray], interval_s: float = 1.0) -> PictureHealth:
    looking, health = TamperWatch(), PictureHealth()
    for number, picture in enumerate(pictures):
        health = looking.look(picture, number * interval_s)
    return health


def noisy(level: int, seed: int) -> np.ndarray:
    pattern = np.linspace(0, 60, SHAPE[1])[None, :, None]
    noise = np.random.default_rng(seed).normal(0, 2, SHAPE)
    return np.clip(level + pattern + noise, 0, 255).astype(np.uint8)


def test_a_quiet_street_is_not_frozen() -> None:
    assert watch([noisy(80, seed) for seed in range(20)]) == PictureHealth()


def test_the_same_picture_for_ten_seconds_is_frozen() -> None:
    picture = noisy(80, 1)
    assert watch([picture] * 10).frozen_since_s is None
    assert watch([noisy(80, 2), *[picture] * 12]).frozen_since_s == 2.0


def test_movement_ends_the_alarm() -> None:
    assert watch([*[noisy(80, 1)] * 15, noisy(80, 2)]).frozen_since_s is None


def test_a_covered_lens_is_noticed_dark_or_bright() -> None:
    for level in (2, 250):
        dull = [
            np.clip(np.random.default_rng(seed).normal(level, 1, SHAPE), 0, 255).astype(np.uint8) for seed in range(8)
        ]
        assert watch(dull).covered_since_s == 0.0


def test_a_break_is_time_that_stands_runs_back_or_leaps() -> None:
    assert [is_break(*pair) for pair in ((None, 5.0), (1.0, 1.04), (1.0, 1.0), (1.0, 0.9), (1.0, 5.9), (1.0, 6.1))] == [
        False,
        False,
        True,
        True,
        False,
        True,
    ]
