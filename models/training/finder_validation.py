"""What the finder finds on held-out real pictures: plates found of those labelled, and finds nobody labelled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from models.datasets import LabelledPicture
from models.training.finder_settings import Validation
from recognition.contracts import BoxPx
from recognition.vision.detect import non_maximum_suppression
from recognition.vision.stills import load_still

_STRIDE_PX = 32
_PAD_GREY = 114
_MAX_OVERLAP = 0.5
_FOUND_OVERLAP = 0.5
_STRAY_OVERLAP = 0.2


@dataclass(frozen=True, slots=True)
class Judgement:
    """Counts over the pictures looked at."""

    plates: int
    found: int
    strays: int
    overlap: float

    @property
    def recall(self) -> float:
        """Share of labelled plates found at an overlap of one half."""
        return self.found / max(self.plates, 1)


def held_out(pictures: Sequence[LabelledPicture], count: int) -> list[LabelledPicture]:
    """Return as many pictures of each set as of every other, spread over it and always the same."""
    names = sorted({picture.dataset for picture in pictures})
    chosen: list[LabelledPicture] = []
    for name in names:
        some = [picture for picture in pictures if picture.dataset == name and not picture.is_training]
        share = min(count // len(names), len(some))
        chosen += [some[place * len(some) // share] for place in range(share)]
    return chosen


def judge(network: Any, pictures: Sequence[LabelledPicture], wish: Validation) -> Judgement:
    """Return how a network in evaluation mode does; labels are upright boxes, so corners are not judged here."""
    plates, found, strays, overlaps = 0, 0, 0, 0.0
    for picture in pictures:
        boxes, scores = look(network, load_still(picture.path), wish)
        best = [_overlaps(plate.box_px, boxes).max(initial=0.0) for plate in picture.plates]
        hits = [overlap for overlap in best if overlap >= _FOUND_OVERLAP]
        plates, found, overlaps = plates + len(best), found + len(hits), overlaps + float(sum(hits))
        near = np.array([_overlaps(plate.box_px, boxes) for plate in picture.plates]).reshape(
            len(picture.plates), len(boxes)
        )
        strays += int(((scores >= wish.stray_score) & (near.max(0, initial=0.0) < _STRAY_OVERLAP)).sum())
    return Judgement(plates, found, strays, overlaps / max(found, 1))


def look(network: Any, bgr: NDArray[np.uint8], wish: Validation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the boxes found in a picture, best first, and their scores."""
    batch, scale = letterbox(bgr, wish.side_px)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        output = network(batch)[0][0].float().numpy().astype(np.float64)
    rows = output[:, output[4] >= wish.min_score]
    rows = rows[:, np.argsort(-rows[4], kind="stable")]
    boxes = np.vstack([rows[:2] - rows[2:4] / 2, rows[:2] + rows[2:4] / 2]).T / scale
    kept = non_maximum_suppression(boxes, _MAX_OVERLAP)
    return boxes[kept], rows[4, kept]


def letterbox(bgr: NDArray[np.uint8], side_px: int) -> tuple[Any, float]:
    """Return the picture as a batch of one, its longer side ``side_px``, and how much it was enlarged."""
    scale = side_px / max(bgr.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=way)
    height, width = (-(-length // _STRIDE_PX) * _STRIDE_PX for length in small.shape[:2])
    padded = np.full((height, width, 3), _PAD_GREY, np.uint8)
    padded[: small.shape[0], : small.shape[1]] = small
    return torch.from_numpy(np.ascontiguousarray(padded[:, :, ::-1].transpose(2, 0, 1)[None])).float() / 255, scale


def _overlaps(box: BoxPx, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + (box[2] - box[0]) * (box[3] - box[1])
    overlap: NDArray[np.float64] = shared / np.maximum(areas - shared, 1e-9)
    return overlap
