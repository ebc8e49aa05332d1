"""One vehicle, one number: ByteTrack (Zhang et al., ECCV 2022) on capture timestamps, one instance per camera."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.vision.detect import VehicleBox

_REFERENCE_RATE_HZ = 30.0
"""ByteTrack counts its buffer in frames of this rate whatever the camera gives."""


@dataclass(frozen=True, slots=True)
class TrackedBox:
    """A vehicle box that belongs to a confirmed track."""

    track_id: int
    vehicle: VehicleBox


class VehicleTracker:
    """Gives each vehicle of one camera a number; numbers start at 0 and are the instance's own.

    Args:
        lost_s: how long a vehicle may stay unseen before its track ends.
        min_consecutive: pictures in a row before a track is believed.
    """

    def __init__(self, *, rate_hz: float = 25.0, lost_s: float = 1.0, min_consecutive: int = 3) -> None:
        # Imported here: what reads photos tracks nothing, and these cost 75 MiB.
        import supervision  # noqa: PLC0415
        from trackers import ByteTrackTracker  # noqa: PLC0415

        self._detections = supervision.Detections
        self._tracker = ByteTrackTracker(
            lost_track_buffer=round(lost_s * _REFERENCE_RATE_HZ),
            frame_rate=rate_hz,
            track_activation_threshold=0.45,
            high_conf_det_threshold=0.4,
            minimum_consecutive_frames=min_consecutive,
            minimum_iou_threshold=0.15,
        )

    def update(self, vehicles: Sequence[VehicleBox], pts_s: float) -> list[TrackedBox]:
        """Return the boxes that belong to confirmed tracks; ``pts_s`` must grow from call to call."""
        if not vehicles:
            self._tracker.update(self._detections.empty(), timestamp=pts_s)
            return []
        detections = self._detections(
            xyxy=np.array([one.box_px for one in vehicles], dtype=np.float64),
            confidence=np.array([one.confidence for one in vehicles], dtype=np.float64),
            data={"place": np.arange(len(vehicles))},
        )
        tracked = self._tracker.update(detections, timestamp=pts_s)
        numbers = np.asarray(tracked.tracker_id).tolist()
        pairs = zip(numbers, np.asarray(tracked.data["place"]).tolist(), strict=True) if numbers else ()
        return sorted(
            (TrackedBox(int(number), vehicles[int(place)]) for number, place in pairs if number >= 0),
            key=lambda box: box.track_id,
        )
