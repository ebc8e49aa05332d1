"""A stream held against the still of its survey every few seconds, so that a camera that moved measures nothing.

The still lies beside the site file: ``site.toml`` and ``site.still.png``.  Without one nothing is checked.
"""

from collections import deque
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Site, SiteError
from recognition.geometry.moved import ViewReference

EVERY_S = 10.0
CHECKS_KEPT = 720
"""Two hours: longer than any vehicle stands before it is reported."""


def still_beside(site_path: Path) -> Path:
    """Return where the still of a site's survey lies."""
    return site_path.with_name(f"{site_path.stem}.still.png")


def load_view(site_path: Path, site: Site) -> ViewReference | None:
    """Return what the camera saw when it was surveyed, None where no still lies beside the site file.

    Raises:
        SiteError: the still is no picture, or of another size than the survey's (``site.still``).
        RecognitionError: it has too little to be recognised by (``view.no_texture``).
    """
    path = still_beside(site_path)
    if not path.exists():
        return None
    still = cv2.imdecode(np.frombuffer(path.read_bytes(), dtype=np.uint8), cv2.IMREAD_COLOR)
    size = (site.camera.width_px, site.camera.height_px)
    if still is None or (still.shape[1], still.shape[0]) != size:
        found = "no picture" if still is None else f"{still.shape[1]}x{still.shape[0]} px"
        raise SiteError(
            f"{path.name} is {found}, the site was surveyed at {size[0]}x{size[1]} px",
            code="site.still",
            hint="put a still of the surveyed camera there, or remove the file",
        )
    fixed = tuple(point.pixel_px for point in site.survey.points) if site.survey is not None else ()
    return ViewReference.from_still(np.asarray(still, dtype=np.uint8), fixed_px=fixed)


def keep_still(bgr: NDArray[np.uint8], site_path: Path) -> None:
    """Put the still of a survey, (H, W, 3) uint8, beside its site file.

    Raises:
        RecognitionError: it has too little to be recognised by (``view.no_texture``); nothing is written.
    """
    ViewReference.from_still(bgr)
    _, data = cv2.imencode(".png", bgr)
    still_beside(site_path).write_bytes(data.tobytes())


class ViewWatch:
    """Checks a stream's pictures now and then; one instance per stream."""

    def __init__(self, reference: ViewReference, *, every_s: float = EVERY_S) -> None:
        self._reference = reference
        self._every_s = every_s
        self._checks: deque[tuple[float, float]] = deque(maxlen=CHECKS_KEPT)
        self._next_s = float("-inf")

    def see(self, pts_s: float, bgr: NDArray[np.uint8]) -> None:
        """Take the next picture ``(H, W, 3)`` uint8; most are let go by unchecked."""
        if pts_s < self._next_s:
            return
        self._next_s = pts_s + self._every_s
        shift_px = self._reference.check(bgr).shift_px
        if shift_px is not None:
            self._checks.append((pts_s, shift_px))

    def shift_px(self, first_s: float, last_s: float) -> float | None:
        """Return the largest shift found from one stream time to another, and a check to either side, px.

        None where nothing could be told: at night.
        """
        span = (first_s - self._every_s, last_s + self._every_s)
        return max((shift for at_s, shift in self._checks if span[0] <= at_s <= span[1]), default=None)
