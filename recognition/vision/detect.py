"""Vehicles in one picture: a YOLO network on ONNX Runtime behind a one-method port."""

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx, ModelError, VehicleClass
from recognition.vision.runtime import OnnxNetwork

_STRIDE_PX = 32
_PAD_GREY = 114
_PERSON = "person"
_VEHICLES = frozenset(VehicleClass) - {VehicleClass.UNKNOWN}


@dataclass(frozen=True, slots=True)
class VehicleBox:
    """One vehicle in one picture; ``box_px`` is ``(x_min, y_min, x_max, y_max)``."""

    box_px: BoxPx
    vehicle_class: VehicleClass
    confidence: float


@dataclass(frozen=True, slots=True)
class PersonBox:
    """One person in one picture; ``box_px`` is ``(x_min, y_min, x_max, y_max)``."""

    box_px: BoxPx
    confidence: float


class VehicleDetector(Protocol):
    """Finds vehicles in a BGR picture ``(H, W, 3)`` uint8."""

    def detect(self, bgr: NDArray[np.uint8]) -> list[VehicleBox]:
        """Return every vehicle seen, most certain first."""


@runtime_checkable
class RoadUserDetector(Protocol):
    """Finds vehicles and persons at once."""

    def detect_all(self, bgr: NDArray[np.uint8]) -> tuple[list[VehicleBox], list[PersonBox]]:
        """Return every vehicle and every person seen, most certain first."""
        ...


class YoloDetector:
    """Ultralytics-style YOLO export: input ``(1, 3, H, W)`` RGB 0..1, output ``(1, 4 + classes, anchors)``.

    The picture is shrunk to ``side_px`` on its longer side and padded only to the network's stride, so a 16:9 picture
    costs 640×384 and not 640×640.
    """

    def __init__(
        self, path: Path, *, side_px: int = 640, min_confidence: float = 0.15, max_overlap: float = 0.6
    ) -> None:
        self._network = OnnxNetwork(path)
        self._side_px = side_px
        self._min_confidence = min_confidence
        self._max_overlap = max_overlap
        try:
            names: dict[int, str] = ast.literal_eval(self._network.notes["names"])
        except (KeyError, ValueError, SyntaxError) as error:
            raise ModelError(f"{path.name} does not name its classes", code="model.unusable") from error
        self._classes = {index: VehicleClass(name) for index, name in names.items() if name in _VEHICLES}
        self._rows = np.array([4 + index for index in self._classes])
        self._kinds = tuple(self._classes.values())
        self._person_rows = np.array([4 + index for index, name in names.items() if name == _PERSON], dtype=np.intp)

    def detect(self, bgr: NDArray[np.uint8]) -> list[VehicleBox]:
        """Return every vehicle seen, most certain first; a box is kept once, whatever classes claim it."""
        output, scale = self._run(bgr)
        return self._vehicles(output, scale, bgr.shape)

    def detect_all(self, bgr: NDArray[np.uint8]) -> tuple[list[VehicleBox], list[PersonBox]]:
        """Return every vehicle and every person seen, most certain first; the network runs once."""
        output, scale = self._run(bgr)
        people: list[PersonBox] = []
        if len(self._person_rows):
            confidences = output[self._person_rows].max(axis=0)
            people = [
                PersonBox(_box(box), float(confidences[place]))
                for place, box in self._boxes(output, confidences, scale, bgr.shape)
            ]
        return self._vehicles(output, scale, bgr.shape), people

    def _run(self, bgr: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
        batch, scale = self._letterbox(bgr)
        return self._network.run(batch)[0], scale

    def _vehicles(self, output: NDArray[np.float32], scale: float, shape: tuple[int, ...]) -> list[VehicleBox]:
        scores = output[self._rows]
        confidences = scores.max(axis=0)
        return [
            VehicleBox(_box(box), self._kinds[int(scores[:, place].argmax())], float(confidences[place]))
            for place, box in self._boxes(output, confidences, scale, shape)
        ]

    def _boxes(
        self, output: NDArray[np.float32], confidences: NDArray[np.float32], scale: float, shape: tuple[int, ...]
    ) -> list[tuple[int, NDArray[np.float64]]]:
        """Return the anchors to keep and their boxes in the picture, most certain first."""
        kept = np.flatnonzero(confidences >= self._min_confidence)
        kept = kept[np.argsort(-confidences[kept], kind="stable")]
        centres, sizes = output[0:2, kept].T / scale, output[2:4, kept].T / scale
        limits = np.array([shape[1], shape[0]], dtype=np.float64)
        boxes = np.hstack([np.clip(centres - sizes / 2, 0, limits), np.clip(centres + sizes / 2, 0, limits)])
        return [(int(kept[place]), boxes[place]) for place in non_maximum_suppression(boxes, self._max_overlap)]

    def _letterbox(self, bgr: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
        height, width = bgr.shape[:2]
        scale = self._side_px / max(height, width)
        inner = (max(1, round(width * scale)), max(1, round(height * scale)))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(bgr, inner, interpolation=way)
        padded = np.full((_up(inner[1]), _up(inner[0]), 3), _PAD_GREY, dtype=np.uint8)
        padded[: inner[1], : inner[0]] = small
        batch = np.ascontiguousarray(padded[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32)
        batch /= 255.0
        return batch, scale


def non_maximum_suppression(boxes: NDArray[np.float64], max_overlap: float) -> list[int]:
    """Return the places of the boxes to keep.

    Args:
        boxes: ``(N, 4)`` ``(x_min, y_min, x_max, y_max)``, best first.
        max_overlap: intersection over union above which the later box is dropped.
    """
    kept: list[int] = []
    left = np.arange(len(boxes))
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while len(left):
        first, rest = int(left[0]), left[1:]
        kept.append(first)
        low = np.maximum(boxes[first, :2], boxes[rest, :2])
        high = np.minimum(boxes[first, 2:], boxes[rest, 2:])
        shared = np.prod(np.clip(high - low, 0, None), axis=1)
        union = np.maximum(areas[first] + areas[rest] - shared, 1e-9)
        left = rest[shared / union <= max_overlap]
    return kept


def _up(length_px: int) -> int:
    return -(-length_px // _STRIDE_PX) * _STRIDE_PX


def _box(row: NDArray[np.float64]) -> BoxPx:
    return (round(float(row[0]), 2), round(float(row[1]), 2), round(float(row[2]), 2), round(float(row[3]), 2))
