"""Plates in a single photo: the finder looks at the whole picture, no vehicle need be recognised."""

import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recognition.contracts import VideoError
from recognition.plates import load_grammars
from recognition.vision.find_plate import FoundPlate
from recognition.vision.look import PlateLook, PlateLooker
from recognition.vision.models import VisionModels

_MAX_PIXELS = 64_000_000
_JPEG, _PNG = b"\xff\xd8", b"\x89P"
_MARK, _SCAN, _JPEG_END, _PNG_END = 0xFF, 0xDA, b"\xff\xd9", b"IEND\xaeB`\x82"
_HINT = "use JPEG or PNG"
_HINT_LARGE = f"scale it down to {_MAX_PIXELS // 1_000_000} million pixels at most"


class StillReader:
    """Reads every plate of a photo.

    Args:
        models: the networks.
        home: the country whose plates are expected, if any is.
        min_confidence: plates below are left out as unreadable; 0 gives every guess with its confidence.
    """

    def __init__(self, models: VisionModels, *, home: str | None = None, min_confidence: float = 0.0) -> None:
        self._looker = PlateLooker(
            models.finder,
            models.reader,
            load_grammars(),
            home=home,
            calibration=models.calibration,
            min_confidence=min_confidence,
        )

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundPlate]:
        """Return where plates are, unread, best first."""
        return self._looker.find(bgr)

    def read(self, bgr: NDArray[np.uint8]) -> list[PlateLook]:
        """Return the plates of the picture ``(H, W, 3)``, surest first, each place once."""
        return list(self._looker.look(bgr).plates)


def load_still(path: Path) -> NDArray[np.uint8]:
    """Read a photo as BGR ``(H, W, 3)``, turned as the camera was held; 16 bits become 8, transparency is left out.

    The header is read before any pixel is: a file that claims to be huge costs no memory.

    Raises:
        VideoError: no such file (``image.missing``), not a picture (``image.unreadable``), cut off
            (``image.truncated``) or larger than 64 million pixels (``image.too_large``).
    """
    if not path.is_file():
        raise VideoError(f"there is no picture {path}", hint="check the path", code="image.missing")
    _check_header(path)
    data = path.read_bytes()
    if not _is_whole(data):
        raise VideoError(f"{path} is cut off before its end", hint="copy the file again", code="image.truncated")
    picture = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise VideoError(f"{path} is not a picture that can be read", hint=_HINT, code="image.unreadable")
    return np.asarray(picture, dtype=np.uint8)


def _is_whole(data: bytes) -> bool:
    """Tell whether a JPEG or PNG file reaches its end; telephones append films to it, and put small pictures before."""
    if data.startswith(_PNG):
        return _PNG_END in data
    if not data.startswith(_JPEG):
        return True
    at = len(_JPEG)
    while at + 4 <= len(data) and data[at] == _MARK and data[at + 1] != _SCAN:
        is_fill = data[at + 1] == _MARK
        at += 1 if is_fill else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(_JPEG_END, at) >= 0


def _check_header(path: Path) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as header:
                width, height = header.size
    except Image.DecompressionBombError as error:
        raise VideoError(f"{path}: {error}", hint=_HINT_LARGE, code="image.too_large") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise VideoError(f"{path} is not a picture that can be read", hint=_HINT, code="image.unreadable") from error
    if width * height > _MAX_PIXELS:
        raise VideoError(f"{path} has {width}×{height} pixels", hint=_HINT_LARGE, code="image.too_large")
