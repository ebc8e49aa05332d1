"""What geometry and rules know of a tracked vehicle: where its box was, and when."""

from dataclasses import dataclass
from datetime import datetime

from recognition.contracts import BoxPx, PointPx


@dataclass(frozen=True, slots=True)
class TrackSample:
    """One vehicle in one frame.

    ``pts_s`` is the capture timestamp within the stream in seconds and the only clock of speed;
    ``captured_at`` is the same moment as aware UTC.  ``plate_corners_px`` runs top left, top right,
    bottom right, bottom left in pixels of the whole frame, where a plate was read in this frame.
    """

    frame_sequence: int
    pts_s: float
    captured_at: datetime
    box_px: BoxPx
    confidence: float
    plate_corners_px: tuple[PointPx, PointPx, PointPx, PointPx] | None = None
