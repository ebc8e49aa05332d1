"""A track while it lives: samples, looks, and the few pictures that must be kept; memory is bounded."""

from collections import Counter, defaultdict
from dataclasses import replace

from recognition.contracts import BoxPx, PlateRead, VehicleClass
from recognition.geometry import TrackSample
from recognition.plates import vote
from recognition.plates.vote import look_weight
from recognition.vision.detect import VehicleBox
from recognition.vision.look import LookResult, PlateLook
from recognition.vision.look_pace import LookPace, is_unmoved
from recognition.vision.policy import AnalysisPolicy
from recognition.vision.vehicle import TrackedVehicle
from recognition.vision.video import Image

_MAX_KEPT_PLATES = 3
"""Plate texts per track whose best picture is kept until the vote decides."""
_VIEW_GROWTH = 1.15

Key = tuple[str, str, str]


class LiveTrack:
    """Grows with every frame its vehicle is seen in; ``finish`` turns it into a value.

    ``known_box``: the vehicle was already reported standing there, and is not looked at while it still does.
    """

    def __init__(
        self,
        track_id: int,
        image: Image,
        box: VehicleBox,
        policy: AnalysisPolicy,
        known_box: BoxPx | None = None,
    ) -> None:
        self.track_id = track_id
        self._known_box = known_box
        self._still_box = box.box_px
        self._still_since_s = image.meta.pts_s
        self._policy = policy
        self._samples: list[TrackSample] = []
        self._reads: list[PlateRead] = []
        self._class_weight: defaultdict[VehicleClass, float] = defaultdict(float)
        self._rejections: Counter[str] = Counter()
        self._plates: dict[Key, tuple[PlateRead, Image, BoxPx]] = {}
        self._view: tuple[Image, BoxPx, float] = (image, box.box_px, 0.0)
        self._best_confidence = 0.0
        self._pace = LookPace(policy)
        self.last_pts_s = image.meta.pts_s

    def add(self, image: Image, box: VehicleBox) -> None:
        """Take the vehicle's box of one frame."""
        self._samples.append(
            TrackSample(
                frame_sequence=image.meta.sequence,
                pts_s=image.meta.pts_s,
                captured_at=image.meta.captured_at,
                box_px=box.box_px,
                confidence=box.confidence,
            )
        )
        self.last_pts_s = image.meta.pts_s
        self._class_weight[box.vehicle_class] += box.confidence
        self._best_confidence = max(self._best_confidence, box.confidence)
        if not is_unmoved(self._still_box, box.box_px):
            self._still_box, self._still_since_s = box.box_px, image.meta.pts_s
        self._keep_view(image, box)
        if len(self._samples) > self._policy.max_samples:
            self._samples = [*self._samples[:-1:2], self._samples[-1]]

    @property
    def vehicle_class(self) -> VehicleClass:
        """The class with the most weight so far; the rarer name on a tie, for the same answer every time."""
        return max(self._class_weight, key=lambda kind: (self._class_weight[kind], kind.value))

    @property
    def samples(self) -> tuple[TrackSample, ...]:
        """The samples so far."""
        return tuple(self._samples)

    @property
    def duration_s(self) -> float:
        """From the first to the last sample."""
        return self._samples[-1].pts_s - self._samples[0].pts_s

    def wants_look(self, image: Image, box: VehicleBox) -> bool:
        """Tell whether the plate is worth a look in this frame; counts the reason when it is not readable."""
        reason = self._pace.why_not(box.box_px, image.meta.height_px)
        if reason is None and self._known_box is not None and is_unmoved(self._known_box, box.box_px):
            reason = "known_parked"
        if reason is not None:
            self._rejections[reason] += 1
            return False
        return self._pace.is_due(image.meta.pts_s, box.box_px)

    def take_look(self, image: Image, box: VehicleBox, result: LookResult) -> None:
        """Take what a look at this frame gave; the sample of the frame gets the plate's corners."""
        read_height_px = result.plates[0].height_px if result.plates else None
        self._pace.took(image.meta.pts_s, box.box_px, read_height_px)
        self._rejections.update(dict(result.rejections))
        if not result.plates:
            return
        read = _plate_read(result.plates[0], image)
        self._reads.append(read)
        self._samples[-1] = replace(self._samples[-1], plate_corners_px=read.corners_px)
        key = (read.plate_region, read.plate_type, read.plate)
        if key not in self._plates or look_weight(read) > look_weight(self._plates[key][0]):
            self._plates[key] = (read, image, box.box_px)
        while len(self._plates) > _MAX_KEPT_PLATES:
            del self._plates[min(self._plates, key=self._key_weight)]

    def why_no_passage(self) -> str | None:
        """Return why this track is no passage of a vehicle, or None when it is one."""
        policy = self._policy
        height_px = self._view[0].meta.height_px
        tallest_px = max(sample.box_px[3] - sample.box_px[1] for sample in self._samples)
        if len(self._samples) < policy.min_samples or self.duration_s < policy.min_duration_s:
            return "too_short"
        if tallest_px < policy.min_height_share * height_px:
            return "too_far"
        return "doubtful" if self._best_confidence < policy.min_confidence else None

    @property
    def box_px(self) -> BoxPx:
        """Where the vehicle was last seen."""
        return self._samples[-1].box_px

    @property
    def still_for_s(self) -> float:
        """For how long the vehicle has stood where it is now."""
        return self.last_pts_s - self._still_since_s

    def is_still(self) -> bool:
        """Tell whether the vehicle stayed where it was: last box against first, in shares of the box."""
        return is_unmoved(self._samples[0].box_px, self._samples[-1].box_px)

    def finish(self) -> TrackedVehicle:
        """Vote and return the vehicle as a value."""
        consensus = vote(self._reads)
        plate_image: Image | None = None
        plate_box: BoxPx | None = None
        if consensus is not None:
            key = (consensus.plate_region, consensus.plate_type, consensus.plate)
            if key in self._plates:
                # The look whose picture was kept is the one shown: a read without its own picture is no evidence.
                read, plate_image, plate_box = self._plates[key]
                consensus = consensus.model_copy(update={"best": read})
            else:
                consensus = None
                self._rejections["picture_not_kept"] += 1
        total = sum(self._class_weight.values())
        return TrackedVehicle(
            track_id=self.track_id,
            vehicle_class=self.vehicle_class,
            confidence=round(self._class_weight[self.vehicle_class] / total * self._best_confidence, 6),
            samples=tuple(self._samples),
            reads=tuple(self._reads),
            consensus=consensus,
            plate_image=plate_image,
            plate_box_px=plate_box,
            view_image=self._view[0],
            view_box_px=self._view[1],
            rejections=tuple(sorted(self._rejections.items())),
        )

    def _keep_view(self, image: Image, box: VehicleBox) -> None:
        """Keep the frame in which the vehicle is largest; one that is cut off by the picture's edge counts half."""
        x0, y0, x1, y1 = box.box_px
        edge = self._policy.border_px
        is_cut = x0 <= edge or y0 <= edge or x1 >= image.meta.width_px - edge or y1 >= image.meta.height_px - edge
        area = (x1 - x0) * (y1 - y0) * (0.5 if is_cut else 1.0)
        # A standing car must not change its picture with every pixel: each kept picture holds a whole frame.
        if area > _VIEW_GROWTH * self._view[2]:
            self._view = (image, box.box_px, area)

    def _key_weight(self, key: Key) -> tuple[float, Key]:
        weight = sum(look_weight(one) for one in self._reads if (one.plate_region, one.plate_type, one.plate) == key)
        return weight, key


def _plate_read(plate: PlateLook, image: Image) -> PlateRead:
    points = [(round(float(x), 2), round(float(y), 2)) for x, y in plate.corners_px]
    return PlateRead(
        plate=plate.candidate.plate,
        plate_region=plate.candidate.plate_region,
        plate_type=plate.candidate.series,  # a passage's key; the same number on a two-row plate is no other vehicle
        raw_text=plate.raw_text,
        confidence=round(plate.candidate.confidence, 6),
        frame_sequence=image.meta.sequence,
        captured_at=image.meta.captured_at,
        corners_px=(points[0], points[1], points[2], points[3]),
        height_px=round(plate.height_px, 2),
        characters=plate.candidate.characters,
    )
