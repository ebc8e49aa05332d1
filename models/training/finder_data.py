"""Samples for the plate finder, made while it trains: real pictures with drawn plates and lettering on them."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset

from models.synthesis.plates import draw_plate
from models.training.finder_lettering import draw_lettering
from models.training.finder_light import Light
from models.training.finder_pasting import FlatPool, Picture, Quad, paste, perspective_quad, smear, white_of
from models.training.finder_scenes import Scene, SceneStore, View, view_of_nothing, view_of_plate
from models.training.finder_settings import Canvas, FinderSettings, Pasting

_LETTERING_POOL = 300
_COVER_YAW_DEG, _COVER_ROLL_DEG = 25.0, 3.0
_BESIDE = 1.25
"""How much room a drawn thing wants for itself, as a share of its size."""


@dataclass(slots=True)
class Sample:
    """One picture for the network and its plates: boxes ``(x0, y0, x1, y1)`` and corners ``(x, y, visibility)``."""

    bgr: Picture
    boxes: list[NDArray[np.float64]] = field(default_factory=list)
    corners: list[NDArray[np.float64]] = field(default_factory=list)
    taken: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, low: NDArray[np.float64], high: NDArray[np.float64], quad: Quad | None, wish: Canvas) -> None:
        """Count a plate; one too small or mostly beyond the border is blurred, for it is neither plate nor none."""
        self.taken.append(np.hstack([low, high]))
        size = np.array(self.bgr.shape[1::-1], float)
        inner_low, inner_high = np.clip(low, 0, size), np.clip(high, 0, size)
        is_cut = np.prod(inner_high - inner_low) < wish.min_visible * np.prod(high - low)
        if is_cut or high[0] - low[0] < wish.label_min_px:
            smear(self.bgr, tuple(low), tuple(high))
            return
        self.boxes.append(np.hstack([inner_low, inner_high]))
        corners = np.zeros((4, 3))
        if quad is not None:
            inside = ((quad >= 0) & (quad < size)).all(1)
            corners = np.hstack([quad, np.where(inside, 2.0, 1.0)[:, None]])
        self.corners.append(corners)

    def is_free(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
        """Tell whether nothing of account stands at a place."""
        return all((high < box[:2]).any() or (low > box[2:]).any() for box in self.taken)


class SampleMaker:
    """Makes samples; everything it needs is drawn or read when first wanted."""

    def __init__(self, store: SceneStore, wish: FinderSettings) -> None:
        self._store, self._canvas, self._pasting = store, wish.canvas, wish.pasting
        self._light = Light(wish.training.seed)
        self._plates = FlatPool(_draw_flat_plate, wish.pasting.pool, [])
        self._lettering = FlatPool(draw_lettering, _LETTERING_POOL, [])

    def renew(self, rng: np.random.Generator) -> None:
        """Draw the first flats, or some fresh ones."""
        first = not self._plates.flats
        self._plates.renew(rng, self._pasting.pool_start if first else self._pasting.pool_renewed)
        self._lettering.renew(rng, self._pasting.pool_start if first else 2)

    def make(self, rng: np.random.Generator, size: tuple[int, int]) -> Sample:
        """Return one sample of a size ``(width, height)``."""
        scene = self._store.pick(rng)
        view = view_of_nothing(scene, rng, size, self._canvas) if rng.random() < self._canvas.empty_share else None
        is_empty = view is not None or not scene.plates
        view = view or view_of_plate(scene, rng, size, self._canvas)
        sample = Sample(view.render(scene, size))
        self._add_real(sample, scene, view, rng)
        if not is_empty:
            self._scatter(sample, rng, view, rng.poisson(self._pasting.scattered), self._add_plate)
        self._scatter(sample, rng, view, rng.poisson(self._pasting.lettering), self._add_lettering)
        self._scatter(sample, rng, view, rng.poisson(self._pasting.smeared), _add_smear)
        sample.bgr = self._light.change(sample.bgr, rng)
        return sample

    def _add_real(self, sample: Sample, scene: Scene, view: View, rng: np.random.Generator) -> None:
        size = np.array(sample.bgr.shape[1::-1])
        is_covered = rng.random() < self._pasting.covered_share
        for box in scene.doubtful:
            low, high = view.box(box)
            smear(sample.bgr, tuple(low), tuple(np.minimum(high, size)))
        for box in scene.plates:
            low, high = view.box(box)
            if (high <= 0).any() or (low >= size).any():
                continue
            if is_covered:
                self._cover(sample, low, high, view, rng)
            else:
                sample.add(low, high, None, self._canvas)

    def _cover(
        self, sample: Sample, low: NDArray[np.float64], high: NDArray[np.float64], view: View, rng: np.random.Generator
    ) -> None:
        white = white_of(sample.bgr, tuple(low), tuple(high))
        smear(sample.bgr, tuple(low - 1), tuple(high + 1))
        width = (high[0] - low[0]) * rng.uniform(1.0, 1.15)
        flat = self._plates.pick(rng, float((high[0] - low[0]) / (high[1] - low[1])))
        yaw = float(rng.normal(0, _COVER_YAW_DEG / 2))
        turn = math.degrees(math.atan2(view.matrix[1, 0], view.matrix[0, 0])) if view.matrix[0, 0] > 0 else 0.0
        centre = (low + high) / 2
        size = (width / math.cos(math.radians(yaw)), width * flat.shape[0] / flat.shape[1] * rng.uniform(0.92, 1.08))
        quad = perspective_quad(rng, (centre[0], centre[1]), size, yaw, turn + rng.normal(0, _COVER_ROLL_DEG))
        paste(sample.bgr, flat, quad, rng, white=max(white, 30.0), blur_px=_blur(view, rng))
        sample.add(quad.min(0), quad.max(0), quad, self._canvas)

    def _scatter(
        self,
        sample: Sample,
        rng: np.random.Generator,
        view: View,
        count: int,
        add: Callable[[Sample, Quad, Picture, View, np.random.Generator], None],
    ) -> None:
        for _ in range(count):
            flat = (self._plates if add == self._add_plate else self._lettering).pick(rng)
            quad = _anywhere(sample, flat, rng, self._canvas, self._pasting)
            reach = (quad.max(0) - quad.min(0)) * (_BESIDE - 1)
            if sample.is_free(quad.min(0) - reach, quad.max(0) + reach):
                add(sample, quad, flat, view, rng)

    def _add_plate(self, sample: Sample, quad: Quad, flat: Picture, view: View, rng: np.random.Generator) -> None:
        self._lay(sample, quad, flat, view, rng)
        sample.add(quad.min(0), quad.max(0), quad, self._canvas)

    def _add_lettering(self, sample: Sample, quad: Quad, flat: Picture, view: View, rng: np.random.Generator) -> None:
        self._lay(sample, quad, flat, view, rng)
        sample.taken.append(np.hstack([quad.min(0), quad.max(0)]))

    def _lay(self, sample: Sample, quad: Quad, flat: Picture, view: View, rng: np.random.Generator) -> None:
        around = white_of(sample.bgr, tuple(quad.min(0) - 4), tuple(quad.max(0) + 4))
        white = float(np.clip(around + rng.uniform(-30, 80), 40, 255))
        paste(sample.bgr, flat, quad, rng, white=white, blur_px=_blur(view, rng))


def _add_smear(sample: Sample, quad: Quad, _flat: Picture, _view: View, _rng: np.random.Generator) -> None:
    smear(sample.bgr, tuple(quad.min(0)), tuple(quad.max(0)))


def _anywhere(sample: Sample, flat: Picture, rng: np.random.Generator, canvas: Canvas, pasting: Pasting) -> Quad:
    height, width = sample.bgr.shape[:2]
    wide = math.exp(rng.uniform(math.log(canvas.plate_min_px), math.log(canvas.plate_max_px)))
    centre = (rng.uniform(0, width), rng.uniform(0, height))
    yaw = float(np.clip(rng.normal(0, pasting.max_yaw_deg / 2), -pasting.max_yaw_deg, pasting.max_yaw_deg))
    roll = float(np.clip(rng.normal(0, pasting.max_roll_deg / 2.5), -pasting.max_roll_deg, pasting.max_roll_deg))
    return perspective_quad(rng, centre, (wide, wide * flat.shape[0] / flat.shape[1]), yaw, roll)


def _blur(view: View, rng: np.random.Generator) -> float:
    return float(0.4 * view.enlarged + abs(rng.normal(0, 0.35)))


def _draw_flat_plate(rng: np.random.Generator) -> Picture:
    picture: Picture = draw_plate(rng).picture
    return picture


class SampleStream(IterableDataset):
    """Batches without end, from a given step on; the chance of a batch depends on the seed and its step only."""

    def __init__(self, store: SceneStore, wish: FinderSettings, first_step: int) -> None:
        self._store, self._wish, self._first = store, wish, first_step

    def __iter__(self) -> Iterator[dict[str, Any]]:
        cv2.setNumThreads(1)
        maker, canvas = SampleMaker(self._store, self._wish), self._wish.canvas
        step = self._first
        while True:
            rng = np.random.default_rng([self._wish.training.seed, step])
            maker.renew(rng)
            is_portrait = rng.random() < canvas.portrait_share
            size = (canvas.short_px, canvas.long_px) if is_portrait else (canvas.long_px, canvas.short_px)
            yield collate([maker.make(rng, size) for _ in range(self._wish.training.batch)])
            step += 1


def collate(samples: list[Sample]) -> dict[str, Any]:
    """Return samples as the loss of ultralytics wants a batch: everything in shares of the picture."""
    height, width = samples[0].bgr.shape[:2]
    pictures = np.stack([sample.bgr[:, :, ::-1].transpose(2, 0, 1) for sample in samples])
    boxes = np.array([box for sample in samples for box in sample.boxes]).reshape(-1, 4) / [
        width,
        height,
        width,
        height,
    ]
    corners = np.array([four for sample in samples for four in sample.corners]).reshape(-1, 4, 3)
    owners = [place for place, sample in enumerate(samples) for _ in sample.boxes]
    return {
        "img": torch.from_numpy(pictures),
        "batch_idx": torch.tensor(owners, dtype=torch.float32),
        "cls": torch.zeros(len(boxes), 1),
        "bboxes": torch.from_numpy(np.hstack([(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]])).float(),
        "keypoints": torch.from_numpy(corners / [width, height, 1]).float(),
    }


def open_stream(store: SceneStore, wish: FinderSettings, first_step: int) -> Iterator[dict[str, Any]]:
    """Return batches made by another process, a few ahead."""
    stream = SampleStream(store, wish, first_step)
    return iter(DataLoader(stream, batch_size=None, num_workers=1, prefetch_factor=4))
