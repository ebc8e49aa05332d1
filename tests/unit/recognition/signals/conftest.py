"""Signal heads drawn in numbers: a housing before trees, lenses, light that blooms, a sensor that clips."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.contracts import Lamp, SignalHead

Array = NDArray[np.float64]
_FINE = 3  # subpixels per pixel
_LIGHT = {Lamp.RED: (0.12, 0.10, 1.0), Lamp.AMBER: (0.06, 0.62, 1.0), Lamp.GREEN: (0.72, 1.0, 0.12)}  # blue first
_LENS = {Lamp.RED: (0.9, 0.8, 1.6), Lamp.AMBER: (0.7, 1.2, 1.5), Lamp.GREEN: (1.2, 1.4, 0.8)}


@dataclass(frozen=True)
class DrawnHead:
    """A head of lamps of ``size_px``, touching each other in their boxes, in a picture of its own.

    ``light`` is how bright a lit lamp is (1 = just white in its own channel), ``glare`` the level of sun on all lenses.
    """

    size_px: int = 12
    is_upright: bool = True
    lamps: tuple[Lamp, ...] = (Lamp.RED, Lamp.AMBER, Lamp.GREEN)
    light: float = 0.9
    bloom: float = 0.04
    scene: float = 1.0
    housing: float = 28.0
    glare: float = 0.0
    noise: float = 2.0
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    arrow: bool = False
    shift_px: tuple[float, float] = (0.0, 0.0)
    seed: int = 1
    red_light: float | None = None

    @property
    def margin_px(self) -> int:
        return 2 * self.size_px + 6

    @property
    def shape(self) -> tuple[int, int]:
        long, short = self.size_px * len(self.lamps) + 2 * self.margin_px, self.size_px + 2 * self.margin_px
        return (long, short) if self.is_upright else (short, long)

    def boxes(self) -> list[tuple[float, float, float, float]]:
        out = []
        for i in range(len(self.lamps)):
            along, aside = self.margin_px + i * self.size_px, self.margin_px
            x, y = (aside, along) if self.is_upright else (along, aside)
            out.append((float(x), float(y), float(x + self.size_px), float(y + self.size_px)))
        return out

    @property
    def head(self) -> SignalHead:
        lamps = [{"lamp": lamp, "box_px": box} for lamp, box in zip(self.lamps, self.boxes(), strict=True)]
        return SignalHead.model_validate({"head_id": "drawn", "lamps": lamps, "feed": "group"})

    def changed(self, **changes: object) -> "DrawnHead":
        return replace(self, **changes)  # type: ignore[arg-type]

    def exposed(self) -> Array:
        """The scene without lamps, subpixels (3h, 3w, 3): trees, the housing with a pale rim, unlit lenses."""
        rng = np.random.default_rng(7)
        height, width = self.shape
        trees = rng.uniform(40, 130, (height // 3 + 1, width // 3 + 1, 1)) * np.array([0.8, 1.0, 0.8])
        scene = np.kron(trees, np.ones((3 * _FINE, 3 * _FINE, 1)))[: height * _FINE, : width * _FINE]
        boxes = self.boxes()
        x0, y0, x1, y1 = boxes[0][0], boxes[0][1], boxes[-1][2], boxes[-1][3]
        _fill(scene, (x0 - 2, y0 - 2, x1 + 2, y1 + 2), 150.0)
        _fill(scene, (x0 - 1, y0 - 1, x1 + 1, y1 + 1), self.housing)
        scene *= self.scene
        for lamp, box in zip(self.lamps, boxes, strict=True):
            lens = self._lens(box)
            level = self.housing * self.scene * np.array(_LENS[lamp])
            scene[lens] = level + self.glare * (0.6 + 0.25 * np.array(_LENS[lamp]))
        return scene

    def frame(self, *lit: Lamp, seed: int | None = None) -> NDArray[np.uint8]:
        """The picture (H, W, 3) uint8, blue first, with some lamps lit."""
        clean = _sensor(replace(self, noise=0.0, seed=0), lit)
        rng = np.random.default_rng(self.seed if seed is None else seed)
        return np.asarray(np.clip(clean + rng.normal(0, self.noise, clean.shape), 0, 255).astype(np.uint8))

    def sensor(self, lit: tuple[Lamp, ...]) -> Array:
        """What falls on the sensor, levels (H, W, 3), not clipped, without noise."""
        glow = np.zeros((self.shape[0] * _FINE, self.shape[1] * _FINE, 3))
        for lamp, box in zip(self.lamps, self.boxes(), strict=True):
            if lamp in lit:
                light = self.red_light if lamp is Lamp.RED and self.red_light is not None else self.light
                glow[self._lens(box, is_arrow=self.arrow)] += 255 * light * np.array(_LIGHT[lamp])
        halo = self.bloom * (_blurred(glow, self.size_px * _FINE / 2) + 0.5 * _blurred(glow, self.size_px * _FINE))
        fine = np.roll(self.exposed() + glow + halo, [round(s * _FINE) for s in self.shift_px], axis=(1, 0))
        height, width = self.shape
        optics = _blurred(fine, 0.5 * _FINE)
        return np.asarray(optics.reshape(height, _FINE, width, _FINE, 3).mean(axis=(1, 3)) * np.array(self.gains))

    def _lens(self, box: tuple[float, float, float, float], *, is_arrow: bool = False) -> NDArray[np.bool_]:
        y, x = (np.indices((self.shape[0] * _FINE, self.shape[1] * _FINE)) + 0.5) / _FINE
        x, y = x - (box[0] + box[2]) / 2, y - (box[1] + box[3]) / 2
        inside = np.hypot(x, y) <= 0.45 * self.size_px
        if is_arrow:
            inside &= (np.abs(x) < 0.1 * self.size_px) | (np.abs(y - np.abs(x) + 0.25 * self.size_px) < 1.0)
        return np.asarray(inside)


def _fill(scene: Array, box: tuple[float, float, float, float], level: float) -> None:
    x0, y0, x1, y1 = (round(edge * _FINE) for edge in box)
    scene[y0:y1, x0:x1] = level


def _blurred(picture: Array, sigma: float) -> Array:
    down, across = (_smoother(size, sigma) for size in picture.shape[:2])
    return np.asarray(np.einsum("ij,jkc,lk->ilc", down, picture, across, optimize=True))


@lru_cache(maxsize=64)
def _smoother(size: int, sigma: float) -> Array:
    away = np.subtract.outer(np.arange(size), np.arange(size))
    return np.asarray(np.exp(-0.5 * (away / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi)))


@lru_cache(maxsize=512)
def _sensor(one: DrawnHead, lit: tuple[Lamp, ...]) -> Array:
    return one.sensor(lit)


@pytest.fixture(scope="session")
def drawn() -> DrawnHead:
    """A head of three lamps of 12 px by day; ``changed`` gives others."""
    return DrawnHead()
