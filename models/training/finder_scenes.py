"""Real training pictures kept at several sizes, and the view of one that becomes a sample."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.datasets import LabelledPicture
from models.training.finder_pasting import Picture
from models.training.finder_settings import Canvas, Teacher
from models.training.finder_teacher import Find, key_of
from recognition.contracts import BoxPx
from recognition.vision.stills import load_still

_KEPT_SIDE_PX = 1600
_LEVELS = 3
_PAD_GREY = 114
_FILLED_SHARE = 0.8

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture, whole, halved and quartered, with its plates and the places that may be plates."""

    levels: tuple[Picture, ...]
    plates: tuple[BoxPx, ...]
    doubtful: tuple[BoxPx, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole picture."""
        return self.levels[0].shape[1], self.levels[0].shape[0]


@dataclass(frozen=True, slots=True)
class View:
    """Where a picture's points come to lie on the canvas: a 2×3 matrix, and its mean enlargement."""

    matrix: NDArray[np.float64]
    enlarged: float

    def box(self, box: BoxPx) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the low and the high corner of a box on the canvas."""
        x0, y0, x1, y1 = box
        points = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ self.matrix.T
        return points.min(0), points.max(0)

    def render(self, scene: Scene, size: tuple[int, int]) -> Picture:
        """Return the canvas, taken from the level that needs no more than halving: more would flicker."""
        level = min(max(0, math.floor(-math.log2(self.enlarged))), len(scene.levels) - 1)
        half = 2.0**level
        # Pixel centres lie at half pixels, so shrinking moves them.
        shift = (half - 1) / 2
        matrix = self.matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ [shift, shift]
        matrix[:, :2] *= half
        return cv2.warpAffine(
            scene.levels[level], matrix, size, flags=cv2.INTER_LINEAR, borderValue=(_PAD_GREY, _PAD_GREY, _PAD_GREY)
        )


class SceneStore:
    """Training pictures by set, read when first asked for."""

    def __init__(
        self,
        pictures: Sequence[LabelledPicture],
        finds: dict[str, list[Find]],
        mix: dict[str, float],
        wish: Teacher,
    ) -> None:
        self._sets = {name: [picture for picture in pictures if picture.dataset == name] for name in mix}
        self._names = [name for name in mix if self._sets[name]]
        shares = np.array([mix[name] for name in self._names])
        self._shares = shares / shares.sum()
        self._finds, self._wish = finds, wish
        self._read: dict[str, Scene] = {}

    def pick(self, rng: np.random.Generator) -> Scene:
        """Return any scene."""
        some = self._sets[self._names[int(rng.choice(len(self._names), p=self._shares))]]
        picture = some[int(rng.integers(len(some)))]
        key = key_of(picture)
        if key not in self._read:
            self._read[key] = self._load(picture)
        return self._read[key]

    def _load(self, picture: LabelledPicture) -> Scene:
        bgr = load_still(picture.path)
        scale = min(1.0, _KEPT_SIDE_PX / max(bgr.shape[:2]))
        levels: list[Picture] = [
            cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else bgr
        ]
        while len(levels) < _LEVELS:
            levels.append(cv2.resize(levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        finds = self._finds.get(key_of(picture), [])
        plates = [plate.box_px for plate in picture.plates]
        plates += [box for box, score in finds if score >= self._wish.min_score]
        doubtful = [box for box, score in finds if self._wish.doubtful_score <= score < self._wish.min_score]
        return Scene(
            tuple(levels), tuple(_scaled(box, scale) for box in plates), tuple(_scaled(box, scale) for box in doubtful)
        )


def view_of_plate(scene: Scene, rng: np.random.Generator, size: tuple[int, int], wish: Canvas) -> View:
    """Return a view with one of the scene's plates somewhere on it, as wide as chance wants and the picture allows."""
    x0, y0, x1, y1 = scene.plates[int(rng.integers(len(scene.plates)))]
    width = math.exp(rng.uniform(math.log(wish.plate_min_px), math.log(wish.plate_max_px)))
    target = (rng.uniform(0.02, 0.98) * size[0], rng.uniform(0.02, 0.98) * size[1])
    return _view(
        scene, rng, size, wish, point=((x0 + x1) / 2, (y0 + y1) / 2), enlarged=width / (x1 - x0), target=target
    )


def view_of_nothing(scene: Scene, rng: np.random.Generator, size: tuple[int, int], wish: Canvas) -> View | None:
    """Return a view without any plate, or nothing where chance finds none."""
    for _ in range(8):
        middle = (rng.uniform(0, scene.size[0]), rng.uniform(0, scene.size[1]))
        enlarged = math.exp(rng.uniform(-1.2, 0.8))
        view = _view(scene, rng, size, wish, point=middle, enlarged=enlarged, target=(size[0] / 2, size[1] / 2))
        boxes = [view.box(box) for box in (*scene.plates, *scene.doubtful)]
        if all((high < 0).any() or (low > size).any() for low, high in boxes):
            return view
    return None


def _view(
    scene: Scene,
    rng: np.random.Generator,
    size: tuple[int, int],
    wish: Canvas,
    *,
    point: _Point,
    target: _Point,
    enlarged: float,
) -> View:
    smallest = wish.min_covered * max(size[0] / scene.size[0], size[1] / scene.size[1])
    enlarged = min(max(enlarged, smallest), wish.max_enlarged)
    turn = math.radians(float(np.clip(rng.normal(0, wish.max_turn_deg / 2.5), -wish.max_turn_deg, wish.max_turn_deg)))
    stretched = math.exp(rng.uniform(-0.08, 0.08))
    across = -enlarged * stretched if rng.random() < wish.flipped_share else enlarged * stretched
    turned = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    linear = turned @ np.diag([across, enlarged / stretched])
    offset = np.array(target) - linear @ np.array(point)
    if rng.random() < _FILLED_SHARE:
        offset += _shift_to_fill(linear, offset, scene.size, size)
    return View(np.hstack([linear, offset[:, None]]), enlarged)


def _shift_to_fill(
    linear: NDArray[np.float64], offset: NDArray[np.float64], picture: tuple[int, int], canvas: tuple[int, int]
) -> NDArray[np.float64]:
    """Return the move after which as much of the canvas as possible is picture: padding teaches nothing."""
    width, height = picture
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) @ linear.T + offset
    low, high = corners.min(0), corners.max(0)
    gap_before, gap_after = low, np.array(canvas) - high
    inner, outer = np.minimum(-gap_before, gap_after), np.maximum(-gap_before, gap_after)
    move: NDArray[np.float64] = np.clip(0.0, inner, outer)
    return move


def _scaled(box: BoxPx, scale: float) -> BoxPx:
    return box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale
