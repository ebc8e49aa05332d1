"""The peers that need torch: LPRNet for Russian plates, and fastanpr's finder; neither package is ours to require."""

from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.evaluation.peers.system import CropText, PeerAbsentError, present
from models.evaluation.systems import FoundBox

_ALPHABET = "0123456789ABEKMHOPCTYX"
_BLANK = len(_ALPHABET)
_SIZE_PX = (94, 24)


class LprNetReader:
    """A spatial transformer and LPRNet: input ``(1, 3, 24, 94)`` RGB -1..1, output ``(1, 23, 18)`` scores for CTC."""

    def __init__(self, folder: Path) -> None:
        names = ("stn_torchscript.pt", "lprnet_torchscript.pt")
        paths = [present(folder / name) for name in names]
        self._torch = _package("torch")
        self._torch.set_num_threads(1)
        # They were saved on a GPU.
        self._networks = [self._torch.jit.load(str(path), map_location="cpu").eval() for path in paths]

    def read(self, bgr: NDArray[np.uint8]) -> CropText:
        """Return the text of a cut-out ``(H, W, 3)``; the confidence is the least sure glyph's."""
        sized = cv2.resize(bgr, _SIZE_PX, interpolation=cv2.INTER_LINEAR)
        batch = (np.ascontiguousarray(sized[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32) - 127.5) / 128
        with self._torch.no_grad():
            straightener, reader = self._networks
            steps = reader(straightener(self._torch.from_numpy(batch)))[0].softmax(dim=0).numpy().T
        best = steps.argmax(axis=1)
        starts = [
            step
            for step, mark in enumerate(best)
            if mark != _BLANK and (step == 0 or mark != best[step - 1])
        ]  # fmt: skip
        sure = min((float(steps[step].max()) for step in starts), default=0.0)
        return CropText("".join(_ALPHABET[best[step]] for step in starts), sure)


class FastAnprFinder:
    """fastanpr's YOLOv8n with one class, run by ultralytics with its defaults."""

    def __init__(self, path: Path) -> None:
        present(path)
        self._torch = _package("torch")
        self._torch.set_num_threads(1)
        _package("torchvision")  # ultralytics asks for it at the first picture only
        self._network = _package("ultralytics").YOLO(str(path))

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundBox]:
        """Return the plates of a BGR picture ``(H, W, 3)``."""
        boxes = self._network.predict(bgr, device="cpu", verbose=False)[0].boxes
        return [
            FoundBox((float(x0), float(y0), float(x1), float(y1)), float(score))
            for (x0, y0, x1, y1), score in zip(boxes.xyxy.tolist(), boxes.conf.tolist(), strict=True)
        ]


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except (ImportError, RuntimeError) as error:  # torchvision built for another torch raises the second
        raise PeerAbsentError(
            f"{name} cannot be imported here: {error}", hint=f"run with a Python that has {name}"
        ) from error
