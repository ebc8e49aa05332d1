"""Light, weather and cameras: what happens to a whole picture between the plate and the network."""

import math

import cv2
import numpy as np

from models.training.finder_pasting import Picture

_LEVELS = np.arange(256, dtype=np.float32) / 255
_NIGHT, _GREY, _PALE, _MOVED, _SOFT, _NOISY, _PACKED = 0.12, 0.12, 0.2, 0.15, 0.12, 0.35, 0.4
_NOISE_SIDE_PX = 640


class Light:
    """Changes pictures by chance; holds one sheet of noise, because drawing noise anew costs more than the rest."""

    def __init__(self, seed: int) -> None:
        sheet = np.random.default_rng(seed).normal(0, 1, (_NOISE_SIDE_PX, _NOISE_SIDE_PX, 3))
        self._noise = sheet.astype(np.float32)

    def change(self, bgr: Picture, rng: np.random.Generator) -> Picture:
        """Return the picture under other light, through another lens."""
        is_night = rng.random() < _NIGHT
        if rng.random() < _MOVED:
            bgr = _moved(bgr, rng)
        if rng.random() < _SOFT:
            bgr = cv2.GaussianBlur(bgr, (0, 0), rng.uniform(0.4, 1.6))
        bgr = _toned(bgr, rng, is_night=is_night)
        bgr = _coloured(bgr, rng)
        if is_night or rng.random() < _NOISY:
            bgr = self._noised(bgr, rng, rng.uniform(2, 16 if is_night else 9))
        return _packed(bgr, rng) if rng.random() < _PACKED else bgr

    def _noised(self, bgr: Picture, rng: np.random.Generator, strength: float) -> Picture:
        height, width = bgr.shape[:2]
        top, left = rng.integers(_NOISE_SIDE_PX - height), rng.integers(_NOISE_SIDE_PX - width)
        sheet = self._noise[top : top + height, left : left + width]
        return cv2.addWeighted(bgr, 1.0, sheet, strength, 0.0, dtype=cv2.CV_8U)


def _toned(bgr: Picture, rng: np.random.Generator, *, is_night: bool) -> Picture:
    gamma = math.exp(rng.normal(0.35 if is_night else 0.0, 0.25))
    gain = rng.uniform(0.25, 0.6) if is_night else rng.uniform(0.75, 1.25)
    lift = rng.uniform(-0.08, 0.1) if not is_night else rng.uniform(0, 0.05)
    casts = 1 + rng.normal(0, 0.05, 3)
    table = np.stack([_LEVELS**gamma * gain * cast + lift for cast in casts], axis=1)
    return cv2.LUT(bgr, np.clip(table * 255, 0, 255).astype(np.uint8)[:, None, :])


def _coloured(bgr: Picture, rng: np.random.Generator) -> Picture:
    chance = rng.random()
    if chance > _GREY + _PALE:
        return bgr
    grey = cv2.cvtColor(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if chance < _GREY:
        return grey
    share = rng.uniform(-0.5, 0.8)
    return cv2.addWeighted(grey, share, bgr, 1 - share, 0.0)


def _moved(bgr: Picture, rng: np.random.Generator) -> Picture:
    side = int(rng.integers(1, 5)) * 2 + 1
    line = np.zeros((side, side), np.float32)
    angle = rng.normal(0, 0.4) if rng.random() < 0.7 else rng.uniform(0, math.pi)
    reach = np.array([math.cos(angle), math.sin(angle)]) * (side // 2)
    middle = side // 2
    start, end = (np.round(middle + sign * reach).astype(int).tolist() for sign in (-1, 1))
    cv2.line(line, start, end, 1.0)
    return cv2.filter2D(bgr, -1, line / line.sum())


def _packed(bgr: Picture, rng: np.random.Generator) -> Picture:
    done, packed = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 90))])
    unpacked = cv2.imdecode(packed, cv2.IMREAD_COLOR) if done else None
    return bgr if unpacked is None else unpacked
