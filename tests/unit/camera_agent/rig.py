"""A tiny surveyed road, a clip of boxes driving down it, and an analyser that knows beforehand what drives there."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from recognition.contracts import CharacterRead, PlateConsensus, PlateRead, VehicleClass
from recognition.geometry import TrackSample
from recognition.vision import TrackedVehicle
from recognition.vision.video import Image

WIDTH_PX, HEIGHT_PX, RATE_HZ = 320, 240, 25
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_FOCAL_PX, _HEIGHT_M, _TILT = 300.0, 5.0, 0.25


def to_pixel(x_m: float, y_m: float) -> tuple[float, float]:
    """Where a road point is seen by a camera 5 m high that looks a little down."""
    depth = y_m * math.cos(_TILT) + _HEIGHT_M * math.sin(_TILT)
    down = _HEIGHT_M * math.cos(_TILT) - y_m * math.sin(_TILT)
    return WIDTH_PX / 2 + _FOCAL_PX * x_m / depth, HEIGHT_PX / 2 + _FOCAL_PX * down / depth


def site_toml(*, limit_kmh: int = 60) -> str:
    """The survey of that road."""
    points = "\n".join(
        f'[[survey.points]]\nname = "p{x}_{y}"\npixel_px = [{u:.3f}, {v:.3f}]\nroad_m = [{x:.1f}, {y:.1f}]'
        for x, y in ((-4.0, 14.0), (4.0, 14.0), (-4.0, 24.0), (4.0, 24.0), (-4.0, 44.0), (4.0, 44.0))
        for u, v in [to_pixel(x, y)]
    )
    return f"""schema = "rubezh.site/1"
site_id = "rig-road"
version = 1
valid_from = 2026-01-01T00:00:00Z
region = "50"
jurisdiction = "ru"
timezone = "Europe/Moscow"
[place]
address = "Rig road, km 1"
latitude = 55.0
longitude = 37.0
[camera]
camera_id = "rig-camera"
width_px = {WIDTH_PX}
height_px = {HEIGHT_PX}
[certificate]
device_model = "Rig"
type_approval = "RIG-TA-1"
verification = "RIG-V-1"
verified_at = 2026-01-01T00:00:00Z
valid_until = 2027-12-31T00:00:00Z
[rules.point_speed]
mode = "fine"
[speed]
limit_kmh = {limit_kmh}
from_m = 14.0
to_m = 40.0
[survey]
surveyed_at = 2026-01-01T00:00:00Z
surveyor = "rig"
method = "computed"
sigma_px = 0.3
sigma_m = 0.01
{points}
"""


@dataclass(frozen=True)
class Drive:
    """One car of the script: straight towards the camera at a constant speed."""

    track_id: int
    plate: str
    x_m: float
    first_frame: int
    speed_kmh: float
    from_m: float = 42.0
    to_m: float = 12.0

    @property
    def last_frame(self) -> int:
        """The frame before it leaves."""
        return self.first_frame + int((self.from_m - self.to_m) / (self.speed_kmh / 3.6) * RATE_HZ)

    def box_px(self, frame: int) -> tuple[float, float, float, float] | None:
        """Its box in a frame."""
        if not self.first_frame <= frame <= self.last_frame:
            return None
        y_m = self.from_m - (frame - self.first_frame) / RATE_HZ * self.speed_kmh / 3.6
        u, v = to_pixel(self.x_m, y_m)
        half = _FOCAL_PX * 0.9 / y_m
        return u - half, v - 1.6 * half, u + half, v


SCRIPT = (
    Drive(0, "A111AA77", -2.0, 0, 95.0),
    Drive(1, "B222BB77", 2.0, 6, 90.0),
    Drive(2, "E333EE77", -2.0, 30, 55.0, from_m=30.0),
    Drive(3, "K444KK77", 2.0, 38, 98.0),
)
FRAMES = 70


def draw(frame: int, script: tuple[Drive, ...] = SCRIPT) -> np.ndarray:
    """The picture of one frame, (H, W, 3) BGR."""
    rng = np.random.default_rng(frame)
    bgr = rng.integers(90, 110, (HEIGHT_PX, WIDTH_PX, 3), dtype=np.uint8)
    for drive in script:
        box = drive.box_px(frame)
        if box:
            x0, y0, x1, y1 = (max(0, round(edge)) for edge in box)
            bgr[y0:y1, x0:x1] = (40 * drive.track_id, 60, 200)
    return bgr


def write_clip(path: Path, *, frames: int = FRAMES, codec: str = "libx264", gop: int = 12) -> Path:
    """Encode the script."""
    pix_fmt = {"mjpeg": "yuvj420p"}.get(codec, "yuv420p")
    options = {"preset": "ultrafast", "threads": "1"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=RATE_HZ, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, pix_fmt
        stream.codec_context.gop_size = gop
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(draw(number), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _read(drive: Drive, image: Image, box: tuple[float, float, float, float]) -> PlateRead:
    x0, _, x1, y1 = box
    middle, quarter = (x0 + x1) / 2, (x1 - x0) / 8
    corners = (
        (middle - quarter, y1 - 8),
        (middle + quarter, y1 - 8),
        (middle + quarter, y1 - 4),
        (middle - quarter, y1 - 4),
    )
    return PlateRead(
        plate=drive.plate,
        plate_region="ru",
        plate_type="1",
        raw_text=drive.plate,
        confidence=0.97,
        frame_sequence=image.meta.sequence,
        captured_at=image.meta.captured_at,
        corners_px=corners,
        height_px=4.0,
        characters=tuple(CharacterRead(character=mark, confidence=0.97) for mark in drive.plate),
    )


class ScriptedAnalyser:
    """Gives the cars of the script back, each two frames after its last; looks at no pixel."""

    def __init__(self, script: tuple[Drive, ...] = SCRIPT) -> None:
        self._script = script
        self._samples: dict[int, list[TrackSample]] = {drive.track_id: [] for drive in script}
        self._reads: dict[int, list[PlateRead]] = {drive.track_id: [] for drive in script}
        self._pictures: dict[int, Image] = {}
        self._given: set[int] = set()

    def feed(self, image: Image) -> list[TrackedVehicle]:
        """Follow the script."""
        number = image.meta.sequence
        for drive in self._script:
            box = drive.box_px(number)
            if box is None:
                continue
            meta = image.meta
            self._samples[drive.track_id].append(TrackSample(number, meta.pts_s, meta.captured_at, box, 0.9))
            if number % 8 == 0 or drive.track_id not in self._pictures:
                self._reads[drive.track_id].append(_read(drive, image, box))
                self._pictures[drive.track_id] = image
        return [self._give(drive) for drive in self._script if number >= drive.last_frame + 2 and self._is_due(drive)]

    def finish(self) -> list[TrackedVehicle]:
        """Give back who is left."""
        return [self._give(drive) for drive in self._script if self._is_due(drive)]

    def present(self) -> tuple[tuple[TrackSample, ...], ...]:
        """Who is still there."""
        return tuple(tuple(self._samples[drive.track_id]) for drive in self._script if self._is_due(drive))

    def people(self, first_s: float, last_s: float) -> tuple[tuple[TrackSample, ...], ...]:
        """Nobody walks there."""
        assert first_s <= last_s
        return ()

    def _is_due(self, drive: Drive) -> bool:
        return drive.track_id not in self._given and bool(self._samples[drive.track_id])

    def _give(self, drive: Drive) -> TrackedVehicle:
        self._given.add(drive.track_id)
        samples, reads = tuple(self._samples[drive.track_id]), tuple(self._reads[drive.track_id])
        image = self._pictures[drive.track_id]
        box = drive.box_px(image.meta.sequence)
        assert box is not None
        return TrackedVehicle(
            track_id=drive.track_id,
            vehicle_class=VehicleClass.CAR,
            confidence=0.9,
            samples=samples,
            reads=reads,
            consensus=PlateConsensus(
                plate=drive.plate,
                plate_region="ru",
                plate_type="1",
                confidence=0.97,
                support=len(reads),
                looks=len(reads),
                best=reads[-1],
            ),
            plate_image=image,
            plate_box_px=box,
            view_image=image,
            view_box_px=box,
            rejections=(),
        )
