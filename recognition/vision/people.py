"""Persons on and beside the road, followed as long as a vehicle that passed them may still be judged."""

from collections.abc import Sequence

from recognition.contracts import VehicleClass
from recognition.geometry import TrackSample
from recognition.vision.detect import PersonBox, VehicleBox
from recognition.vision.track import VehicleTracker
from recognition.vision.video import Image

MEMORY_S = 60.0
"""A person who left is remembered for so long: until the vehicles that were there have left too."""
SAMPLES_MAX = 1500


class PersonWatch:
    """Follows the persons of one camera; memory is bounded by time and by samples of each."""

    def __init__(self, *, rate_hz: float, lost_s: float) -> None:
        self._tracker = VehicleTracker(rate_hz=rate_hz, lost_s=lost_s)
        self._tracks: dict[int, list[TrackSample]] = {}

    def see(self, image: Image, people: Sequence[PersonBox]) -> None:
        """Take the persons of the next frame."""
        meta = image.meta
        boxes = [VehicleBox(one.box_px, VehicleClass.UNKNOWN, one.confidence) for one in people]
        for tracked in self._tracker.update(boxes, meta.pts_s):
            samples = self._tracks.setdefault(tracked.track_id, [])
            box = tracked.vehicle
            samples.append(TrackSample(meta.sequence, meta.pts_s, meta.captured_at, box.box_px, box.confidence))
            del samples[:-SAMPLES_MAX]
        for track_id in [key for key, samples in self._tracks.items() if samples[-1].pts_s < meta.pts_s - MEMORY_S]:
            del self._tracks[track_id]

    def between(self, first_s: float, last_s: float) -> tuple[tuple[TrackSample, ...], ...]:
        """Return the tracks of the persons seen at any moment from ``first_s`` to ``last_s``, those samples only."""
        spans = ((s for s in samples if first_s <= s.pts_s <= last_s) for samples in self._tracks.values())
        return tuple(track for track in map(tuple, spans) if track)
