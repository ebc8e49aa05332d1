"""What one vehicle left behind: its track, every look at its plate, the vote, and the very pictures they came from."""

from dataclasses import dataclass

from recognition.contracts import BoxPx, PlateConsensus, PlateRead, VehicleClass
from recognition.geometry import TrackSample
from recognition.vision.video import Image


@dataclass(frozen=True, eq=False, slots=True)
class TrackedVehicle:
    """One vehicle from when it was first seen to when it left.

    Attributes:
        plate_image: the very picture ``consensus.best`` was read from; None without consensus.
        plate_box_px: the vehicle's box in that picture.
        view_image: the picture where the vehicle is seen largest and whole; ``view_box_px`` is its box there.
        rejections: why looks gave no plate, reason → count, sorted by reason.
    """

    track_id: int
    vehicle_class: VehicleClass
    confidence: float
    samples: tuple[TrackSample, ...]
    reads: tuple[PlateRead, ...]
    consensus: PlateConsensus | None
    plate_image: Image | None
    plate_box_px: BoxPx | None
    view_image: Image
    view_box_px: BoxPx
    rejections: tuple[tuple[str, int], ...]
