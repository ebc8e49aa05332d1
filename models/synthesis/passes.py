"""Straight passes over a surveyed road, as tracks only: what detector and plate finder would give, and the truth.

Numbers without pixels, for thousands of passes a minute.  The noise is what the project's own networks were seen to do
on the rendered demonstration against its known geometry (nine vehicles, 20 to 41 m, plates 42 to 74 px wide): a plate's
middle scatters by 0.1 to 0.3 px without memory and is off by up to 0.5 px in common; plates come out 1 to 2 px too
wide; box edges scatter by 0.6 to 1.2 px; the lower edge lies 1.4 ± 0.4 % of the box's width too low, into the shadow.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes import SceneCamera
from models.synthesis.tracks.noise import LOWER_RELATIVE, PLATE_WIDER_PX
from recognition.contracts import BoxPx, PointPx, Site
from recognition.geometry import TrackSample
from recognition.vision import AnalysisPolicy
from recognition.vision.look_pace import LookPace

NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
PLATE_M = (0.520, 0.112)
_SURVEY_ROWS = 5
_SEEN_FARTHER_M = 12.0
"""An approaching vehicle is seen from so far before its way begins: a car is large enough there, its plate not."""
_SEEN_NEARER_M = 2.0
"""So far on the camera's side of the zone a vehicle is seen as well, until the picture's lower edge cuts its box."""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeenNoise:
    """Standard deviations of what detector and finder err by; ``_common`` ones are drawn once a vehicle.

    Time stamps are rounded to ``stamp_s``, and the camera's clock runs off by ``clock_rate``.
    """

    box_px: float = 0.9
    bottom_low_relative: tuple[float, float] = LOWER_RELATIVE
    plate_middle_px: tuple[float, float] = (0.20, 0.11)
    plate_common_px: tuple[float, float] = (0.30, 0.12)
    plate_wider_px: tuple[float, float] = PLATE_WIDER_PX
    plate_width_px: float = 0.5
    stamp_s: float = 0.001
    clock_rate: float = 1e-4
    miss_rate: float = 0.03


@dataclass(frozen=True, slots=True)
class PassingVehicle:
    """A vehicle's near end: sizes in metres, speed on entering the zone, constant acceleration."""

    speed_kmh: float
    acceleration_ms2: float
    x_m: float
    width_m: float
    tall_m: float
    bumper_m: float
    overhang_m: float
    plate_m: float
    is_heavy: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, speed_kmh: float) -> "PassingVehicle":
        """Draw a vehicle: nine cars to one lorry; one in four brakes or speeds up gently."""
        is_heavy = bool(rng.random() < 0.1)
        changes = float(rng.uniform(-1.5, 1.5)) if rng.random() < 0.25 else 0.0
        return cls(
            speed_kmh=speed_kmh,
            acceleration_ms2=changes,
            x_m=float(rng.choice([-1.75, 1.75]) + rng.normal(0, 0.25)),
            width_m=float(rng.uniform(2.35, 2.55) if is_heavy else rng.uniform(1.65, 1.95)),
            tall_m=float(rng.uniform(2.8, 3.6) if is_heavy else rng.uniform(1.4, 1.75)),
            bumper_m=float(rng.uniform(0.30, 0.60) if is_heavy else rng.uniform(0.15, 0.35)),
            overhang_m=float(rng.uniform(0.9, 1.45) if is_heavy else rng.uniform(0.60, 0.95)),
            plate_m=float(rng.uniform(0.45, 0.85) if is_heavy else rng.uniform(0.35, 0.75)),
            is_heavy=is_heavy,
        )


@dataclass(frozen=True)
class Stretch:
    """A camera over a straight road, and the zone in which speed is measured (near and far end, m)."""

    camera: SceneCamera = field(default_factory=lambda: SceneCamera(height_m=10.0, pitch_deg=20.0, focal_px=3100.0))
    zone_m: tuple[float, float] = (21.0, 41.0)
    fps: float = 25.0
    survey_sigma_px: float = 0.3
    survey_sigma_m: float = 0.01
    scale_relative: float = 0.0005
    policy: AnalysisPolicy = field(default_factory=AnalysisPolicy)
    readable_px: float = 8.0
    """Plates less tall are found but not read, and give no corners."""

    def site(self, rng: np.random.Generator) -> Site:
        """Return the site as a surveyor with the declared errors would survey it."""
        rows_m = np.linspace(self.zone_m[0], self.zone_m[1], _SURVEY_ROWS)
        scale = 1 + rng.normal(0, self.scale_relative)
        points = []
        for number, (x, y) in enumerate((x, y) for y in rows_m for x in (-3.5, 0.0, 3.5)):
            pixel = self.camera.project_road(np.array([[x, y]]))[0] + rng.normal(0, self.survey_sigma_px, 2)
            road = (np.array([x, y - rows_m[0]]) * scale + [0.0, rows_m[0]]) + rng.normal(0, self.survey_sigma_m, 2)
            points.append({"name": f"p{number}", "pixel_px": tuple(pixel), "road_m": tuple(road)})
        return Site.model_validate(
            {
                "schema": "rubezh.site/1",
                "site_id": "stretch",
                "version": 1,
                "valid_from": NOON - timedelta(days=9),
                "region": "77",
                "jurisdiction": "ru",
                "timezone": "Europe/Moscow",
                "place": {"address": "Simulated stretch", "latitude": 55.7, "longitude": 37.6},
                "camera": {
                    "camera_id": "cam",
                    "width_px": self.camera.width_px,
                    "height_px": self.camera.height_px,
                },
                "survey": {
                    "surveyed_at": NOON - timedelta(days=9),
                    "surveyor": "models.synthesis.passes",
                    "method": "simulated",
                    "sigma_px": self.survey_sigma_px,
                    "sigma_m": self.survey_sigma_m,
                    "scale_relative": self.scale_relative,
                    "points": points,
                },
                "speed": {"limit_kmh": 60, "from_m": self.zone_m[0], "to_m": self.zone_m[1]},
            }
        )

    def samples(
        self, vehicle: PassingVehicle, rng: np.random.Generator, noise: SeenNoise, *, approaching: bool = True
    ) -> tuple[tuple[TrackSample, ...], float]:
        """Return the track of one pass, and the mean speed in km/h while its plate is within the zone."""
        at_s, along_m = self._way(vehicle, rng, approaching=approaching)
        boxes = self._boxes(vehicle, along_m, rng, noise)
        corners = self._plates(vehicle, along_m, rng, noise)
        inside = (along_m >= self.zone_m[0]) & (along_m <= self.zone_m[1])
        true_kmh = 3.6 * float(np.ptp(along_m[inside]) / np.ptp(at_s[inside]))
        seen = rng.random(len(at_s)) >= noise.miss_rate
        stamps_s = at_s * (1 + rng.normal(0, noise.clock_rate)) + rng.uniform(-0.5, 0.5, len(at_s)) * noise.stamp_s
        is_looked = self._looks(stamps_s, boxes, corners, seen)
        samples = [
            TrackSample(
                frame_sequence=i,
                pts_s=float(stamps_s[i]),
                captured_at=NOON + timedelta(seconds=float(stamps_s[i])),
                box_px=_box(boxes[i]),
                confidence=0.9,
                plate_corners_px=_four(corners[i]) if is_looked[i] else None,
            )
            for i in np.flatnonzero(seen).tolist()
        ]
        return tuple(samples), true_kmh

    def _looks(self, stamps_s: Array, boxes: Array, corners: Array, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return in which frames (N,) the analyser would have looked at the plate and read it."""
        pace, is_looked = LookPace(self.policy), np.zeros(len(stamps_s), dtype=np.bool_)
        heights_px = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)
        for i in np.flatnonzero(seen).tolist():
            at_s, box_px = float(stamps_s[i]), _box(boxes[i])
            if pace.why_not(box_px, self.camera.height_px) is None and pace.is_due(at_s, box_px):
                is_looked[i] = heights_px[i] >= self.readable_px
                pace.took(at_s, box_px, float(heights_px[i]) if is_looked[i] else None)
        return is_looked

    def _way(self, vehicle: PassingVehicle, rng: np.random.Generator, *, approaching: bool) -> tuple[Array, Array]:
        """Return times and places along the road of the vehicle's near end."""
        near_m, far_m = self.zone_m
        start, end = (far_m + 4.0, near_m - _SEEN_NEARER_M) if approaching else (near_m, far_m)
        before_m = _SEEN_FARTHER_M if approaching else _SEEN_NEARER_M
        speed, gain = vehicle.speed_kmh / 3.6, vehicle.acceleration_ms2
        frames = np.arange(-np.ceil(2 * before_m / speed * self.fps), np.ceil(60.0 * self.fps))
        times = frames / self.fps + rng.uniform(0, 1 / self.fps)
        way = speed * times + gain * times**2 / 2
        keep = (way >= -before_m) & (way <= abs(end - start)) & (speed + gain * times > speed / 2)
        return times[keep], start + np.sign(end - start) * way[keep]

    def _boxes(self, vehicle: PassingVehicle, along_m: Array, rng: np.random.Generator, noise: SeenNoise) -> Array:
        level = np.ones(len(along_m))
        half = vehicle.width_m / 2
        left = self.camera.project(np.column_stack([(vehicle.x_m - half) * level, along_m, vehicle.bumper_m * level]))
        right = self.camera.project(np.column_stack([(vehicle.x_m + half) * level, along_m, vehicle.bumper_m * level]))
        tyre_m = along_m + vehicle.overhang_m
        tyre = self.camera.project(np.column_stack([vehicle.x_m * level, tyre_m, 0 * level]))
        top = self.camera.project(np.column_stack([vehicle.x_m * level, along_m + 1.5, vehicle.tall_m * level]))
        boxes = np.column_stack([left[:, 0], top[:, 1], right[:, 0], np.maximum(left[:, 1], tyre[:, 1])])
        lower = rng.normal(*noise.bottom_low_relative) * (boxes[:, 2] - boxes[:, 0])
        boxes[:, 3] += lower
        return np.asarray(boxes + rng.normal(0, noise.box_px, boxes.shape))

    def _plates(self, vehicle: PassingVehicle, along_m: Array, rng: np.random.Generator, noise: SeenNoise) -> Array:
        level, count = np.ones(len(along_m)), len(along_m)
        common = rng.normal(0, noise.plate_common_px)
        wider = rng.normal(*noise.plate_wider_px) + rng.normal(0, noise.plate_width_px, count)
        shift = common + rng.normal(0, noise.plate_middle_px, (count, 2))
        corners = np.zeros((count, 4, 2))
        for k, (a, b) in enumerate(((-1, 1), (1, 1), (1, -1), (-1, -1))):
            place = [
                (vehicle.x_m + a * PLATE_M[0] / 2) * level,
                along_m,
                (vehicle.plate_m + b * PLATE_M[1] / 2) * level,
            ]
            corners[:, k] = self.camera.project(np.column_stack(place)) + shift
            corners[:, k, 0] += a * wider / 2
            corners[:, k, 1] -= b * wider / 2 * PLATE_M[1] / PLATE_M[0]
        return corners


def _box(row: Array) -> BoxPx:
    x0, y0, x1, y1 = row.tolist()
    return x0, y0, x1, y1


def _four(corners: Array) -> tuple[PointPx, PointPx, PointPx, PointPx]:
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return first, second, third, fourth
