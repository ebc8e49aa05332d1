"""A peer put together: one of the finders, one of the readers of upright cut-outs, and the cut between them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.evaluation.systems import FoundBox, PlateAnswer
from recognition.contracts import BoxPx, RecognitionError

_runtime: Any = onnxruntime  # the package does not declare what it exports


class PeerAbsentError(RecognitionError):
    """A peer's weights or packages are not on this machine."""

    code = "peer.absent"


@dataclass(frozen=True, slots=True)
class CropText:
    """What a reader sees on one cut-out."""

    text: str
    confidence: float
    plate_region: str = ""


class BoxFinder(Protocol):
    """Finds plates in a BGR picture ``(H, W, 3)`` uint8."""

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundBox]:
        """Return their upright boxes."""


class CropReader(Protocol):
    """Reads one plate cut out upright, BGR ``(H, W, 3)`` uint8."""

    def read(self, bgr: NDArray[np.uint8]) -> CropText:
        """Return its text, empty where there is none."""


@dataclass(frozen=True, eq=False)
class PeerSystem:
    """A finder and a reader as one system.

    ``margin`` widens the cut on every side by that share of the box.  fast-alpr, which joins the same networks, cuts
    without any; that is the default.
    """

    name: str
    finder: BoxFinder
    reader: CropReader
    margin: float = 0.0

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundBox]:
        """Return where the finder sees plates."""
        return self.finder.find(bgr)

    def read(self, bgr: NDArray[np.uint8]) -> list[PlateAnswer]:
        """Return the text of every place the finder gives."""
        answers: list[PlateAnswer] = []
        for found in self.finder.find(bgr):
            crop = cut(bgr, found.box_px, self.margin)
            if crop.size:
                seen = self.reader.read(crop)
                answers.append(PlateAnswer(found.box_px, seen.text, seen.confidence, seen.plate_region))
        return answers


def cut(bgr: NDArray[np.uint8], box_px: BoxPx, margin: float) -> NDArray[np.uint8]:
    """Return the part of the picture inside the widened box, possibly empty."""
    x0, y0, x1, y1 = box_px
    aside, above = (x1 - x0) * margin, (y1 - y0) * margin
    rows = slice(max(0, int(y0 - above)), max(0, int(np.ceil(y1 + above))))
    columns = slice(max(0, int(x0 - aside)), max(0, int(np.ceil(x1 + aside))))
    return bgr[rows, columns]


def present(path: Path) -> Path:
    """Return the path of a weight file.

    Raises:
        PeerAbsentError: it is not there.
    """
    if not path.is_file():
        raise PeerAbsentError(f"there is no {path}", hint="put the peer's weights into the data folder")
    return path


def single_threaded(path: Path) -> Any:
    """Return an ONNX Runtime session of one thread on the processor, like the project's own networks.

    Raises:
        PeerAbsentError: there is no such file.
    """
    options = _runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return _runtime.InferenceSession(str(present(path)), options, providers=["CPUExecutionProvider"])
