"""Plates nobody labelled in the training pictures, as another finder sees them, asked once and kept in a file."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.datasets import LabelledPicture
from models.training.finder_settings import Teacher
from recognition.contracts import BoxPx
from recognition.vision.runtime import OnnxNetwork
from recognition.vision.stills import load_still

_SIDE_PX = 416
_PAD_GREY = 114
_WIDE = 1.25
"""From this ratio of its sides on a picture is looked at in two squares as well: small plates vanish otherwise."""

_SAME_SHARE = 0.4

Find = tuple[BoxPx, float]
"""A box in pixels of the picture and the teacher's score."""


def unlabelled_plates(
    pictures: Sequence[LabelledPicture], weights: Path, kept: Path, wish: Teacher
) -> dict[str, list[Find]]:
    """Return what the teacher finds beside the labelled plates, by ``dataset/name``; doubtful finds included."""
    found: dict[str, list[Find]] = {}
    if kept.is_file():
        found = {
            key: [((*box,), score) for box, score in finds]
            for key, finds in json.loads(kept.read_text(encoding="utf-8")).items()
        }
    missing = [picture for picture in pictures if key_of(picture) not in found]
    if missing:
        network = OnnxNetwork(weights)
        found |= {key_of(picture): _beside_labels(network, picture, wish) for picture in missing}
        kept.write_text(json.dumps(found), encoding="utf-8")
    return found


def key_of(picture: LabelledPicture) -> str:
    """Return the name under which a picture's finds are kept."""
    return f"{picture.dataset}/{picture.path.name}"


def _beside_labels(network: OnnxNetwork, picture: LabelledPicture, wish: Teacher) -> list[Find]:
    bgr = load_still(picture.path)
    known = [plate.box_px for plate in picture.plates]
    finds: list[Find] = []
    for box, score in sorted(_finds(network, bgr, wish.doubtful_score), key=lambda find: -find[1]):
        if all(shared_share(box, other) < _SAME_SHARE for other in known):
            finds.append((box, round(score, 3)))
            known.append(box)
    return finds


def _finds(network: OnnxNetwork, bgr: NDArray[np.uint8], min_score: float) -> Iterator[Find]:
    height, width = bgr.shape[:2]
    windows = [(0, width)]
    if width > height * _WIDE:
        windows += [(0, height), (width - height, width)]
    for left, right in windows:
        part = bgr[:, left:right]
        scale = _SIDE_PX / max(part.shape[:2])
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=way)
        canvas = np.full((_SIDE_PX, _SIDE_PX, 3), _PAD_GREY, np.uint8)
        top, start = (_SIDE_PX - small.shape[0]) // 2, (_SIDE_PX - small.shape[1]) // 2
        canvas[top : top + small.shape[0], start : start + small.shape[1]] = small
        batch = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], np.float32) / np.float32(255)
        for row in network.run(batch):
            if row[6] >= min_score:
                corners = (row[1:5].astype(float) - [start, top, start, top]) / scale + [left, 0, left, 0]
                yield tuple(round(float(edge), 1) for edge in corners), float(row[6])  # type: ignore[misc]


def shared_share(one: BoxPx, other: BoxPx) -> float:
    """Return the area two boxes share as a share of the smaller."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / max(smaller, 1e-9)
