"""The chain for one camera: detect, track, look at plates, and give each vehicle back once when it has left."""

from collections import Counter, deque
from collections.abc import Iterable

from recognition.contracts import BoxPx, ModelError
from recognition.geometry import TrackSample
from recognition.plates import Grammar, load_grammars
from recognition.vision.behind import QueueOrder
from recognition.vision.detect import RoadUserDetector, VehicleBox
from recognition.vision.live_track import LiveTrack
from recognition.vision.look import PlateLooker
from recognition.vision.models import VisionModels
from recognition.vision.people import PersonWatch
from recognition.vision.policy import AnalysisPolicy
from recognition.vision.track import VehicleTracker
from recognition.vision.vehicle import TrackedVehicle
from recognition.vision.video import Image

_PLATE_ZONE = 0.25
"""Plates ride on the lower three quarters of a vehicle's box."""
_PLATE_ZONE_MARGIN = 0.03
_TIME_TOLERANCE_S = 1e-6


class SceneAnalyser:
    """Turns the frames of one camera into vehicles.

    The same frames give the same vehicles, bit for bit: one inference thread, no clock but the capture times, no
    random number.  One instance per camera; instances share nothing but the networks.

    Args:
        models: the networks.
        camera_id: the camera all frames must come from.
        home: country of the camera (``ru``), whose plates are expected.
        grammars: plate grammars; default all that come with the program.
        policy: thresholds.
        rate_hz: nominal frame rate, for the tracker's motion model.
        watch_people: also follow persons, for rules that protect them.

    ``dropped`` counts why tracks were not given back (``too_short``, ``too_far``, ``doubtful``, ``parked_again``).
    """

    def __init__(
        self,
        models: VisionModels,
        *,
        camera_id: str,
        home: str | None = None,
        grammars: Iterable[Grammar] | None = None,
        policy: AnalysisPolicy | None = None,
        rate_hz: float = 25.0,
        watch_people: bool = False,
    ) -> None:
        self.camera_id = camera_id
        self.dropped: Counter[str] = Counter()
        self._policy = policy or AnalysisPolicy()
        self._detector = models.detector
        self._looker = PlateLooker(
            models.finder,
            models.reader,
            tuple(grammars or load_grammars()),
            home=home,
            calibration=models.calibration,
        )
        self._tracker = VehicleTracker(rate_hz=rate_hz, lost_s=self._policy.lost_s)
        self._queue = QueueOrder(lost_s=self._policy.lost_s)
        self._people = PersonWatch(rate_hz=rate_hz, lost_s=self._policy.lost_s) if watch_people else None
        self._analysed_s = float("-inf")
        self._tracks: dict[int, LiveTrack] = {}
        self._standing: dict[int, BoxPx] = {}
        self._parked: deque[BoxPx] = deque(maxlen=self._policy.parked_memory)

    def feed(self, image: Image) -> list[TrackedVehicle]:
        """Take the next frame; return the vehicles that have left, in the order of their tracks.

        Raises:
            ValueError: the frame is another camera's.
        """
        if image.meta.camera_id != self.camera_id:
            raise ValueError(f"a frame of {image.meta.camera_id} was fed to the analyser of {self.camera_id}")
        now_s = image.meta.pts_s
        if now_s - self._analysed_s < self._policy.interval_s - _TIME_TOLERANCE_S:
            return []
        self._analysed_s = now_s
        for tracked in self._queue.mend(self._tracker.update(self._detect(image), now_s), now_s):
            track = self._tracks.get(tracked.track_id)
            if track is None:
                known = self._standing.pop(tracked.track_id, None)
                track = LiveTrack(tracked.track_id, image, tracked.vehicle, self._policy, known)
                self._tracks[tracked.track_id] = track
            track.add(image, tracked.vehicle)
            if track.wants_look(image, tracked.vehicle):
                self._look(track, image, tracked.vehicle)
        return self._take_ended(now_s)

    def finish(self) -> list[TrackedVehicle]:
        """Return the vehicles still in the picture; the stream has ended."""
        left = [self._close(track) for track in self._tracks.values()]
        self._tracks.clear()
        return [vehicle for vehicle in left if vehicle is not None]

    def present(self) -> tuple[tuple[TrackSample, ...], ...]:
        """Return the samples so far of the vehicles still in the picture."""
        return tuple(track.samples for track in self._tracks.values())

    def people(self, first_s: float, last_s: float) -> tuple[tuple[TrackSample, ...], ...]:
        """Return the tracks of the persons seen from one stream time to another; none where nobody watches for them."""
        return self._people.between(first_s, last_s) if self._people is not None else ()

    def _detect(self, image: Image) -> list[VehicleBox]:
        if self._people is None:
            return self._detector.detect(image.bgr)
        if not isinstance(self._detector, RoadUserDetector):
            raise ModelError(
                "the detector does not tell persons, which a rule of this site needs",
                code="model.no_people",
                hint="use the ONNX detector of the registry, or switch the rule off",
            )
        vehicles, people = self._detector.detect_all(image.bgr)
        self._people.see(image, people)
        return vehicles

    def _look(self, track: LiveTrack, image: Image, box: VehicleBox) -> None:
        x0, y0, x1, y1 = box.box_px
        margin_px = _PLATE_ZONE_MARGIN * (x1 - x0)
        zone = (x0 - margin_px, y0 + _PLATE_ZONE * (y1 - y0), x1 + margin_px, y1 + margin_px)
        track.take_look(image, box, self._looker.look(image.bgr, zone, vehicle=track.vehicle_class.value))

    def _take_ended(self, now_s: float) -> list[TrackedVehicle]:
        ended = []
        for track in list(self._tracks.values()):
            is_gone = now_s - track.last_pts_s > self._policy.lost_s
            has_arrived = track.still_for_s >= self._policy.report_after_s
            if is_gone or has_arrived:
                del self._tracks[track.track_id]
                vehicle = self._close(track)
                ended += [vehicle] if vehicle is not None else []
            if has_arrived and not is_gone:
                # It goes on under its number as a new track, which counts again only if the vehicle drives off.
                self._standing[track.track_id] = track.box_px
        return ended

    def _close(self, track: LiveTrack) -> TrackedVehicle | None:
        reason = track.why_no_passage()
        vehicle = track.finish()
        box = vehicle.samples[-1].box_px
        is_known = any(_overlap(box, parked) >= self._policy.parked_overlap for parked in self._parked)
        if reason is None and track.is_still() and is_known:
            reason = "parked_again"
        elif reason is None and not is_known and (track.is_still() or track.still_for_s >= self._policy.report_after_s):
            self._parked.append(box)
        if reason is not None:
            self.dropped[reason] += 1
            return None
        return vehicle


def _overlap(one: BoxPx, other: BoxPx) -> float:
    """Intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)
