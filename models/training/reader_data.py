"""What the reader learns from: drawn plates, real plates of the training half, and things that are no plate."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.datasets import LabelledPicture, LabelledPlate, load_crops, load_pictures
from models.evaluation.matching import iou
from models.evaluation.systems import box_of
from models.synthesis.plates import GlyphBook, SyntheticPlate, View, draw_plate, photograph
from models.synthesis.plates.damage import expose, grain
from recognition.plates import canonical, load_grammars
from recognition.vision import PlateFinder, load_still, straighten

Picture = NDArray[np.uint8]
NOTHING = "none/none"
_REAL_SETS = {"us": "us", "eu": "europe", "ru": "ru"}
_NOT_EUROPEAN = {"us", "br", "ru", "kz", "none"}
_GROUP_WEIGHTS = {"us": 0.40, "ru": 0.28, "europe": 0.22, "ro": 0.10}
"""Few European and Russian pictures against many American crops: each group is drawn by weight, not by number."""
_FINDER_SIDE_PX = 640
_SAME_PLATE = 0.5
_GROWN = 0.35
"""Surroundings kept around a real plate, in shares of its sides: the crop is shaken within them."""


def kinds() -> tuple[str, ...]:
    """Return the names of the kind head's outputs: ``country/type``, and the last for what is no plate."""
    names = {f"{one.plate_region}/{layout.plate_type}" for one in load_grammars() for layout in one.layouts}
    return (*sorted(names), NOTHING)


@dataclass(frozen=True, eq=False, slots=True)
class Example:
    """One input ``(height, width, 3)`` BGR, its text, and a mask ``(K,)`` of the kinds it may be."""

    picture: Picture
    text: str
    allowed: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class RealPlate:
    """A real plate with surroundings: corners ``(4, 2)`` in it, text, country or group of countries."""

    picture: Picture
    corners_px: NDArray[np.float32]
    text: str
    group: str


class ReaderData:
    """An endless source of examples; one per process.

    Args:
        config: the ``[data]`` table.
        size_px: (width, height) of the network's input.
        real: real plates; empty where there is no data folder.
        seed: the process's own.
        made: examples made before, by a run that is resumed: the first ones are mostly mild, so that reading starts.
    """

    def __init__(
        self, config: dict[str, Any], size_px: tuple[int, int], real: tuple[RealPlate, ...], seed: int, made: int = 0
    ) -> None:
        self._made = made
        self._config = config
        self._size_px = size_px
        self._real = real
        self._rng = np.random.default_rng(seed)
        self._book = GlyphBook.open()
        self._pool: list[SyntheticPlate] = []
        self._kinds = kinds()
        counts = Counter(one.group for one in real)
        weights = np.array([_GROUP_WEIGHTS[one.group] / counts[one.group] for one in real])
        self._real_weights = weights / weights.sum() if len(real) else weights

    def __iter__(self) -> Iterator[Example]:
        """Yield examples for ever."""
        while True:
            self._made += 1
            chance = self._rng.random()
            if chance < self._config["nothing_share"]:
                yield self._nothing()
            elif self._real and chance < self._config["nothing_share"] + self._config["real_share"]:
                yield self._real_plate()
            else:
                yield self._drawn()

    def _drawn(self) -> Example:
        rng = self._rng
        if len(self._pool) < self._config["pool"] or rng.random() < self._config["redraw"]:
            plate = draw_plate(rng, book=self._book)
            if len(self._pool) < self._config["pool"]:
                self._pool.append(plate)
            else:
                self._pool[int(rng.integers(len(self._pool)))] = plate
        else:
            plate = self._pool[int(rng.integers(len(self._pool)))]
        start = 0.9 * (1 - self._made / self._config["mild_start"])
        is_mild = bool(rng.random() < max(start, self._config["mild_share"]))
        view = View.choose(rng, plate.picture.shape[1] / plate.picture.shape[0], 70.0 if is_mild else 44.0)
        photo = photograph(rng, plate.picture, view, self._around(), is_mild=is_mild)
        crop = self._cut(photo.picture, photo.corners_px)
        return Example(crop, plate.text, self._allow(f"{plate.country}/{plate.plate_type}"))

    def _real_plate(self) -> Example:
        rng = self._rng
        plate = self._real[int(rng.choice(len(self._real), p=self._real_weights))]
        picture, corners = plate.picture, plate.corners_px
        width = float(np.ptp(corners[:, 0]))
        shrink = float(np.exp(rng.uniform(np.log(min(1.0, 60 / width)), 0))) if rng.random() < 0.4 else 1.0
        if shrink < 0.97:
            size = (max(8, round(picture.shape[1] * shrink)), max(8, round(picture.shape[0] * shrink)))
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
            corners = corners * np.float32(shrink)
        if rng.random() < 0.6:
            picture = _expose_gently(rng, picture, float(np.ptp(corners[:, 1])))
        return Example(self._cut(picture, corners, shake=1.6), plate.text, self._allow(plate.group))

    def _nothing(self) -> Example:
        rng = self._rng
        height, width = int(rng.uniform(12, 60)), int(rng.uniform(40, 240))
        around = self._around()
        if around is None:
            around = np.full((height, width, 3), rng.uniform(20, 230, 3), np.uint8)
        patch = np.asarray(cv2.resize(around, (width, height), interpolation=cv2.INTER_AREA), np.uint8).copy()
        if rng.random() < 0.6:
            _letter(rng, patch)
        crop = cv2.resize(expose(rng, patch, 0.6 * height), self._size_px, interpolation=cv2.INTER_LINEAR)
        return Example(np.asarray(crop, np.uint8), "", self._allow(NOTHING))

    def _around(self) -> Picture | None:
        """Return what stands beside some real plate, if there are any and chance wills it."""
        if not self._real or self._rng.random() < 0.4:
            return None
        plate = self._real[int(self._rng.integers(len(self._real)))]
        edge = max(4, round(0.2 * plate.picture.shape[0]))
        return plate.picture[:edge] if self._rng.random() < 0.5 else plate.picture[-edge:]

    def _cut(self, picture: Picture, corners: NDArray[np.float32], shake: float = 1.0) -> Picture:
        rng = self._rng
        sides = np.array([np.ptp(corners[:, 0]), np.ptp(corners[:, 1])])
        sigma = self._config["jitter"] * shake
        shaken = corners + np.clip(rng.normal(0, sigma, (4, 2)), -2.5 * sigma, 2.5 * sigma) * sides
        if rng.random() < self._config["shear_share"]:
            # Finders see a turned rectangle where a camera beside the road shows a sheared one.
            lean = rng.normal(0, self._config["shear"]) * (shaken[3] - shaken[0] + shaken[2] - shaken[1])[1] / 2
            along = (shaken[1] - shaken[0]) / max(float(np.linalg.norm(shaken[1] - shaken[0])), 1e-6)
            shaken = shaken + np.array([[0.5], [0.5], [-0.5], [-0.5]]) * lean * along
        centre = shaken.mean(axis=0)
        shaken = centre + (shaken - centre) * (1 + rng.normal(0, sigma, 2)) + rng.normal(0, sigma, 2) * sides
        return straighten(picture, shaken, self._size_px, self._config["margin"])

    def _allow(self, kind: str) -> NDArray[np.bool_]:
        if kind == "europe":
            return np.array([name.split("/")[0] not in _NOT_EUROPEAN for name in self._kinds])
        if "/" not in kind:
            return np.array([name.startswith(kind + "/") for name in self._kinds])
        return np.array([name == kind for name in self._kinds])


def load_real(folder: Path, taught: Path | None = None, finder: PlateFinder | None = None) -> tuple[RealPlate, ...]:
    """Load the real plates that training may look at, each with some surroundings.

    Args:
        folder: the data folder.
        taught: a file of ``models.training.teachers``: plates whose text readers of different make agree on.
        finder: gives corners; without it a plate's upright box stands for them.
    """
    pictures = [(one, group) for name, group in _REAL_SETS.items() for one in load_pictures(folder, name)]
    for row in json.loads(taught.read_text("utf-8")) if taught else ():
        path = folder / "plates" / row["image"]
        plate = LabelledPlate(tuple(row["box_px"]), row["text"])
        pictures.append((LabelledPicture(path, path.parent.name, (plate,)), path.parent.name))
    found = [plate for one, group in pictures if one.is_training for plate in plates_of(one, group, finder)]
    for crop in load_crops(folder, "us"):
        image = np.asarray(cv2.imread(str(crop.path)), np.uint8)
        found.append(RealPlate(image, _corners_of((0, 0, image.shape[1], image.shape[0])), canonical(crop.text), "us"))
    return tuple(found)


def plates_of(picture: LabelledPicture, group: str, finder: PlateFinder | None = None) -> Iterator[RealPlate]:
    """Yield the readable plates of a picture."""
    image = load_still(picture.path)
    seen = finder.find(image, side_px=_FINDER_SIDE_PX) if finder is not None else []
    for plate in picture.plates:
        if not plate.text:
            continue
        x0, y0, x1, y1 = plate.box_px
        best = max(seen, key=lambda one: iou(box_of(one.corners_px), plate.box_px), default=None)
        is_sure = best is not None and iou(box_of(best.corners_px), plate.box_px) >= _SAME_PLATE
        corners = best.corners_px.astype(np.float32) if best is not None and is_sure else _corners_of(plate.box_px)
        across, down = _GROWN * (x1 - x0), _GROWN * (y1 - y0)
        left, top = max(0, int(x0 - across)), max(0, int(y0 - down))
        part = image[top : int(y1 + down) + 1, left : int(x1 + across) + 1].copy()
        yield RealPlate(part, corners - np.array([left, top], np.float32), canonical(plate.text), group)


def _corners_of(box_px: tuple[float, float, float, float]) -> NDArray[np.float32]:
    x0, y0, x1, y1 = box_px
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def _expose_gently(rng: np.random.Generator, picture: Picture, height_px: float) -> Picture:
    """A real picture is spoiled already: add only what leaves it readable."""
    image = picture.astype(np.float32)
    image = image * np.float32(rng.uniform(0.6, 1.3)) * rng.uniform(0.9, 1.1, 3).astype(np.float32)
    image = image + np.float32(rng.uniform(-20, 20))
    if rng.random() < 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.2, rng.uniform(0.0, 0.035) * height_px)), np.float32)
    if rng.random() < 0.2:
        image = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    image = image + np.float32(rng.uniform(0, 5)) * grain(rng, image.shape)
    done = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 90))]
        done = np.asarray(cv2.imdecode(cv2.imencode(".jpg", done, quality)[1], 1), np.uint8)
    return done


def _letter(rng: np.random.Generator, patch: Picture) -> None:
    """Write what stands on vehicles and is no number: names, badges, slogans."""
    height, width = patch.shape[:2]
    length = int(rng.integers(1, 14))
    words = "".join(chr(int(rng.choice([65, 97])) + int(rng.integers(26))) for _ in range(length))
    size = rng.uniform(0.3, 0.9) * height / 24
    ink = tuple(int(value) for value in rng.integers(0, 256, 3))
    place = (int(rng.uniform(-0.1, 0.4) * width), int(rng.uniform(0.4, 0.9) * height))
    cv2.putText(patch, words, place, int(rng.integers(0, 5)), size, ink, int(rng.integers(1, 3)), cv2.LINE_AA)
    if rng.random() < 0.3:
        for number in range(4):
            centre = (round(width * (0.25 + 0.16 * number)), height // 2)
            cv2.circle(patch, centre, round(0.3 * height), ink, max(1, height // 14), cv2.LINE_AA)
