"""The small pictures a passage carries: the plate with some ground around it, and the vehicle."""

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx, PlateRead

MAX_PICTURE_BYTES = 64 * 1024
_QUALITIES = (92, 85, 75, 60, 45)
_MAX_SIDE_PX = 720
_PLATE_MARGIN_SHARE = 0.4
"""Margin around a plate as a share of its width and height: the eye wants to see what the plate hangs on."""
_VEHICLE_MARGIN_SHARE = 0.06


def cut(bgr: NDArray[np.uint8], box_px: BoxPx) -> tuple[NDArray[np.uint8], BoxPx]:
    """Return the part of the picture inside the box, and the box as it was really cut (whole pixels, inside)."""
    height, width = bgr.shape[:2]
    x0, y0 = max(0, int(box_px[0])), max(0, int(box_px[1]))
    x1, y1 = min(width, int(np.ceil(box_px[2]))), min(height, int(np.ceil(box_px[3])))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    return bgr[y0:y1, x0:x1], (float(x0), float(y0), float(x1), float(y1))


def plate_box(read: PlateRead) -> BoxPx:
    """Return the upright box around a plate with its margin."""
    return _grown(
        (
            min(x for x, _ in read.corners_px),
            min(y for _, y in read.corners_px),
            max(x for x, _ in read.corners_px),
            max(y for _, y in read.corners_px),
        ),
        _PLATE_MARGIN_SHARE,
    )


def vehicle_box(box_px: BoxPx) -> BoxPx:
    """Return a vehicle's box with a little margin."""
    return _grown(box_px, _VEHICLE_MARGIN_SHARE)


def to_jpeg(bgr: NDArray[np.uint8], *, max_bytes: int = MAX_PICTURE_BYTES) -> bytes:
    """Return the picture as JPEG of at most ``max_bytes``: poorer first, then smaller."""
    side = max(bgr.shape[:2])
    scale = min(1.0, _MAX_SIDE_PX / side)
    while True:
        size = (max(1, round(bgr.shape[1] * scale)), max(1, round(bgr.shape[0] * scale)))
        sized = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA) if scale < 1 else bgr
        for quality in _QUALITIES:
            _, encoded = cv2.imencode(".jpg", sized, [cv2.IMWRITE_JPEG_QUALITY, quality])
            data = encoded.tobytes()
            if len(data) <= max_bytes or max(size) <= 1:
                return data
        scale *= 0.7


def _grown(box_px: BoxPx, share: float) -> BoxPx:
    x0, y0, x1, y1 = box_px
    across, down = share * (x1 - x0), share * (y1 - y0)
    return (x0 - across, y0 - down, x1 + across, y1 + down)
