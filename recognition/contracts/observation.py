"""What one camera sees: frames, boxes, glyphs, looks at plates, and the passage they add up to."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from recognition.contracts.base import (
    BoxPx,
    ClockQuality,
    Confidence,
    Contract,
    Count,
    Identifier,
    PlateKey,
    PlateText,
    PointPx,
    Sha256,
    UtcTime,
    VehicleClass,
)
from recognition.contracts.measurement import Measurement


class Frame(Contract):
    """What is known of one decoded image (the pixels travel beside it, never inside)."""

    camera_id: Identifier
    sequence: Count = Field(description="number of the decoded frame since the source was opened")
    pts_s: float = Field(description="presentation time within the stream, s")
    captured_at: UtcTime
    clock: ClockQuality
    width_px: Count = Field(gt=0)
    height_px: Count = Field(gt=0)


class Detection(Contract):
    """One vehicle box in one frame."""

    frame_sequence: Count
    box_px: BoxPx
    vehicle_class: VehicleClass
    confidence: Confidence


class CharacterRead(Contract):
    """One glyph with what else it may have been."""

    character: str = Field(min_length=1, max_length=1)
    confidence: Confidence
    alternatives: tuple[tuple[str, float], ...] = ()


class PlateRead(Contract):
    """One look at one plate in one frame."""

    plate: PlateText
    plate_region: Identifier
    plate_type: Identifier
    raw_text: str = Field(max_length=64, description="what the reader said before the grammar")
    confidence: Confidence
    frame_sequence: Count
    captured_at: UtcTime
    corners_px: tuple[PointPx, PointPx, PointPx, PointPx] = Field(
        description="top left, top right, bottom right, bottom left; pixels of the whole frame",
    )
    height_px: float = Field(gt=0)
    characters: tuple[CharacterRead, ...] = ()


class PlateConsensus(PlateKey):
    """The vote over all looks of one track."""

    confidence: Confidence
    support: Count = Field(ge=1, description="looks that agree with the winner")
    looks: Count = Field(ge=1, description="looks that passed the grammar")
    alternatives: tuple[tuple[PlateText, float], ...] = Field(default=(), description="other texts and their share")
    best: PlateRead = Field(description="the look whose frame is shown as evidence")


class ImageRole(StrEnum):
    """What a picture of a passage shows."""

    PLATE = "plate"
    VEHICLE = "vehicle"


class ImageRef(Contract):
    """A picture named by its digest; bound to the frame it was cut from."""

    role: ImageRole
    sha256: Sha256
    media_type: str = Field(pattern=r"^image/(jpeg|png)$")
    size_bytes: Count = Field(gt=0)
    frame_sequence: Count
    box_px: BoxPx


class Passage(Contract):
    """One transit of one vehicle past one camera, with its consensus plate read."""

    passage_id: UUID
    device_id: Identifier
    site_id: Identifier
    site_version: Count = Field(ge=1)
    camera_id: Identifier
    track_id: Count
    started_at: UtcTime
    ended_at: UtcTime
    captured_at: UtcTime = Field(
        description="capture time of the frame the plate was read from, else of the track's middle"
    )
    clock: ClockQuality
    vehicle_class: VehicleClass
    vehicle_confidence: Confidence
    frames: Count = Field(ge=1, description="frames in which the vehicle was seen")
    lane_id: Identifier | None = None
    direction: str | None = Field(default=None, pattern=r"^(approaching|receding|stationary)$")
    plate: PlateConsensus | None = None
    speed: Measurement | None = None
    images: tuple[ImageRef, ...] = ()
    models: dict[str, Sha256] = Field(default_factory=dict, description="model name to SHA-256 of its weights")
    code_version: str
