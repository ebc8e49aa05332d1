"""A marked copy of an evidence frame for people's eyes; the original is never written to.

Import it as ``recognition.evidence.annotate``: it needs OpenCV, which verifying a package does not.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx, EvidenceError, PointPx

_BOX_BGR = (0, 200, 255)
_PLATE_BGR = (80, 255, 80)
_TEXT_BGR = (255, 255, 255)
_BAND_BGR = (0, 0, 0)
_REFERENCE_HEIGHT_PX = 720.0
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def annotate(
    bgr: NDArray[np.uint8],
    *,
    box_px: BoxPx | None,
    plate_corners_px: Sequence[PointPx] | None,
    captions: Sequence[str],
) -> NDArray[np.uint8]:
    """Draw the vehicle's box, the plate's corners and lines of text on a copy.

    Args:
        bgr: picture ``(H, W, 3)``, blue first.
        box_px: vehicle, ``(x_min, y_min, x_max, y_max)``.
        plate_corners_px: top left, top right, bottom right, bottom left.
        captions: lines of ASCII text for the band above the picture's lower edge.

    Returns:
        The marked copy ``(H, W, 3)``.
    """
    scale = max(0.4, bgr.shape[0] / _REFERENCE_HEIGHT_PX)
    thickness = max(1, round(2 * scale))
    copy = bgr.copy()
    if box_px is not None:
        x_min, y_min, x_max, y_max = (round(edge) for edge in box_px)
        cv2.rectangle(copy, (x_min, y_min), (x_max, y_max), _BOX_BGR, thickness)
    if plate_corners_px is not None:
        corners = np.array(plate_corners_px, dtype=np.float64).round().astype(np.int32)
        cv2.polylines(copy, [corners], isClosed=True, color=_PLATE_BGR, thickness=thickness)
    return _with_captions(copy, captions, scale)


def encode_png(bgr: NDArray[np.uint8]) -> bytes:
    """Encode a picture without loss.

    Raises:
        EvidenceError: the picture has no pixels (``evidence.picture``).
    """
    return _encode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 3])


def encode_jpeg(bgr: NDArray[np.uint8], quality: int = 95) -> bytes:
    """Encode a picture as JPEG.

    Raises:
        EvidenceError: the picture has no pixels (``evidence.picture``).
    """
    return _encode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])


def cut(bgr: NDArray[np.uint8], corners_px: Sequence[PointPx], margin: float) -> tuple[NDArray[np.uint8], BoxPx]:
    """Cut the upright box around corners out of a picture, widened by ``margin`` times its height on every side.

    Returns:
        The cut-out ``(h, w, 3)`` and its box in the picture, px.
    """
    corners = np.array(corners_px, dtype=np.float64)
    (x_min, y_min), (x_max, y_max) = corners.min(axis=0), corners.max(axis=0)
    room = margin * (y_max - y_min)
    left, top = max(0, int(x_min - room)), max(0, int(y_min - room))
    right = min(bgr.shape[1], int(np.ceil(x_max + room)) + 1)
    bottom = min(bgr.shape[0], int(np.ceil(y_max + room)) + 1)
    return bgr[top:bottom, left:right], (float(left), float(top), float(right), float(bottom))


def _with_captions(bgr: NDArray[np.uint8], captions: Sequence[str], scale: float) -> NDArray[np.uint8]:
    line_px = round(26 * scale)
    top_px = bgr.shape[0] - line_px * len(captions) - round(8 * scale)
    cv2.rectangle(bgr, (0, top_px), (bgr.shape[1], bgr.shape[0]), _BAND_BGR, cv2.FILLED)
    for number, caption in enumerate(captions, start=1):
        at = (round(8 * scale), top_px + number * line_px - round(4 * scale))
        cv2.putText(bgr, caption, at, _FONT, 0.65 * scale, _TEXT_BGR, max(1, round(scale)), cv2.LINE_AA)
    return bgr


def _encode(suffix: str, bgr: NDArray[np.uint8], settings: list[int]) -> bytes:
    if not bgr.size:
        raise EvidenceError("a picture without pixels cannot be evidence", code="evidence.picture")
    is_encoded, data = cv2.imencode(suffix, bgr, settings)
    if not is_encoded:
        raise EvidenceError(f"the picture cannot be encoded as {suffix}", code="evidence.picture")
    return bytes(data.tobytes())
