"""The peers whose networks are ONNX files: open-image-models' finder, fast-plate-ocr's readers, PP-OCR's reader."""

import re
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.evaluation.peers.pp_ocr import TextReader
from models.evaluation.peers.system import CropText, PeerAbsentError, present, single_threaded
from models.evaluation.systems import FoundBox

_SIDE_PX = 416
_GREY = 114
_MIN_SCORE = 0.25
_SLOT_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_SLOT_SIZE_PX = (128, 64)
_PP_OCR = "rapidocr/models/PP-OCRv6_rec_small.onnx"


class OpenImageModelsFinder:
    """YOLOv9-t with its suppression inside: input ``(1, 3, 416, 416)`` RGB 0..1, grey borders on both sides.

    Output ``(N, 7)``: picture, x0, y0, x1, y1 in the input's pixels, class, score.
    """

    def __init__(self, path: Path) -> None:
        self._session = single_threaded(path)

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundBox]:
        """Return the plates of a BGR picture ``(H, W, 3)``, at the makers' own threshold."""
        height, width = bgr.shape[:2]
        zoom = _SIDE_PX / max(height, width)
        inner = (round(width * zoom), round(height * zoom))
        left, top = (_SIDE_PX - inner[0]) / 2, (_SIDE_PX - inner[1]) / 2
        canvas = np.full((_SIDE_PX, _SIDE_PX, 3), _GREY, dtype=np.uint8)
        # The makers round halves of a pixel down here and keep them when they map the boxes back.
        x, y = round(left - 0.1), round(top - 0.1)
        canvas[y : y + inner[1], x : x + inner[0]] = cv2.resize(bgr, inner, interpolation=cv2.INTER_LINEAR)
        batch = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32) / np.float32(255)
        rows = self._session.run(None, {"images": batch})[0]
        boxes = (rows[:, 1:5].astype(np.float64) - [left, top, left, top]) / zoom
        return [
            FoundBox((float(x0), float(y0), float(x1), float(y1)), float(score))
            for (x0, y0, x1, y1), score in zip(boxes, rows[:, 6], strict=True)
            if score >= _MIN_SCORE
        ]


class SlotReader:
    """fast-plate-ocr: input ``(1, 64, 128, 3)`` uint8 RGB, output ``(1, slots, 37)``, v2 ``(1, regions)`` too.

    The confidence is that of the least sure slot that holds a character.  Averaged over us, eu and ru it gave the peers
    a larger share at 99 % than mean and product by about a tenth of a point; on us alone those two are better.
    """

    def __init__(self, path: Path) -> None:
        self._session = single_threaded(path)
        self._input = self._session.get_inputs()[0].name
        self._regions = _regions(present(path.with_name(f"{path.stem}_plate_config.yaml")))

    def read(self, bgr: NDArray[np.uint8]) -> CropText:
        """Return the text of a cut-out ``(H, W, 3)``."""
        sized = cv2.resize(bgr, _SLOT_SIZE_PX, interpolation=cv2.INTER_LINEAR)
        outputs = self._session.run(None, {self._input: np.ascontiguousarray(sized[None, :, :, ::-1])})
        slots = outputs[0][0]
        marks = "".join(_SLOT_ALPHABET[place] for place in slots.argmax(axis=1))
        sure = [float(row.max()) for row, mark in zip(slots, marks, strict=True) if mark != "_"]
        region = self._regions[int(outputs[1][0].argmax())] if len(outputs) > 1 and self._regions else ""
        return CropText(marks.replace("_", ""), min(sure, default=0.0), region)


class PpOcrReader:
    """The general text reader that RapidOCR carries, read greedily; the confidence is the product of its glyphs'."""

    def __init__(self) -> None:
        try:
            path = Path(str(metadata.distribution("rapidocr").locate_file(_PP_OCR)))
        except metadata.PackageNotFoundError as error:
            raise PeerAbsentError("rapidocr is not installed", hint="install rapidocr") from error
        self._reader = TextReader(present(path))

    def read(self, bgr: NDArray[np.uint8]) -> CropText:
        """Return the text of a cut-out ``(H, W, 3)``."""
        glyphs = self._reader.read(bgr)
        confidence = float(np.prod([glyph.confidence for glyph in glyphs])) if glyphs else 0.0
        return CropText("".join(glyph.character for glyph in glyphs), confidence)


def _regions(configuration: Path) -> tuple[str, ...]:
    """Return the names in ``plate_regions: [ 'A', 'B' ]``; a YAML parser is not among our packages for one list."""
    found = re.search(r"^plate_regions:\s*\[(.*?)\]", configuration.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return tuple(re.findall(r"'([^']*)'", found.group(1))) if found else ()
