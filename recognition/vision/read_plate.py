"""What a plate says: the project's reader, a CTC network that also tells country and type."""

from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import ModelError
from recognition.plates import Reading
from recognition.plates.ctc import ALPHABET
from recognition.vision.runtime import OnnxNetwork


class PlateReader(Protocol):
    """Reads the plate between four corners ``(4, 2)`` of a BGR picture ``(H, W, 3)`` uint8."""

    def read(self, bgr: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> Reading:
        """Return what each step and the whole say."""


class PlateNetwork:
    """The reader as an ONNX file: input ``(N, 3, H, W)`` RGB −1..1, outputs logits of characters and of kinds.

    The file carries its alphabet, its kinds and the margin around the plate it was trained with.

    Raises:
        ModelError: the file does not say what it must (``model.unusable``).
    """

    def __init__(self, path: Path) -> None:
        self._network = OnnxNetwork(path)
        notes = self._network.notes
        if notes.get("alphabet") != ALPHABET or "kinds" not in notes:
            raise ModelError(f"{path.name} is no plate reader of this version", code="model.unusable")
        self._kinds = tuple(notes["kinds"].split("\n"))
        self._margin = float(notes.get("margin", "0.05"))
        _, _, height, width = self._network.shape
        self._size = (int(width), int(height))

    def read(self, bgr: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> Reading:
        """Straighten the plate and read it.

        Args:
            bgr: the picture.
            corners_px: ``(4, 2)`` from top left clockwise.
        """
        plate = straighten(bgr, corners_px, self._size, self._margin)
        batch = np.ascontiguousarray(plate[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32)
        batch /= 127.5
        batch -= 1.0
        characters, kinds = self._network.run_all(batch)
        chances = _softmax(kinds[0].astype(np.float64))
        return Reading(
            steps=_softmax(characters[0].astype(np.float64)),
            kinds={name: float(chance) for name, chance in zip(self._kinds, chances, strict=True)},
        )


def straighten(
    bgr: NDArray[np.uint8], corners_px: NDArray[np.floating], size_px: tuple[int, int], margin: float = 0.0
) -> NDArray[np.uint8]:
    """Return the plate upright, ``size_px`` (width, height), with a margin in shares of its sides on each side."""
    width, height = size_px
    across, down = (margin / (1 + 2 * margin) * side for side in size_px)
    target = np.array(
        [[across, down], [width - across, down], [width - across, height - down], [across, height - down]], np.float32
    )
    matrix = cv2.getPerspectiveTransform(corners_px.astype(np.float32), target)
    cut = cv2.warpPerspective(bgr, matrix, size_px, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), np.float64)
