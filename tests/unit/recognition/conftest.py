"""A pinhole camera over a straight road with vehicles on it, and what a reader says of a plate, in numbers only."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.contracts import Site
from recognition.geometry import TrackSample
from recognition.plates import Reading, load_grammars
from recognition.plates.ctc import ALPHABET
from recognition.plates.decode import NOTHING

NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pinhole:
    """The true camera: 7 m up, looking along +Y."""

    focal_px: float = 1900.0
    height_m: float = 7.0
    pitch_rad: float = 0.24
    width_px: int = 1280
    height_px: int = 720

    def project(self, points_m: Array) -> Array:
        """Road metres (N, 3) to pixels (N, 2)."""
        sine, cosine = np.sin(self.pitch_rad), np.cos(self.pitch_rad)
        rotation = np.array([[1, 0, 0], [0, -sine, -cosine], [0, cosine, -sine]])
        seen = (np.atleast_2d(points_m) - np.array([0.0, 0.0, self.height_m])) @ rotation.T
        return np.array([self.width_px / 2, self.height_px / 2]) + self.focal_px * seen[:, :2] / seen[:, 2:]


@dataclass(frozen=True)
class Road:
    """A surveyed site under the camera, and passes over it."""

    camera: Pinhole = field(default_factory=Pinhole)
    survey_sigma_px: float = 0.3
    survey_sigma_m: float = 0.01
    scale_relative: float = 0.001

    def content(self, rng: np.random.Generator | None = None, **changes: Any) -> dict[str, Any]:
        """The site as a site file would hold it; with ``rng`` the survey carries the errors it declares."""
        points = []
        for index, (y, x) in enumerate((y, x) for y in (22.0, 28.0, 34.0, 40.0) for x in (-4.0, 0.0, 4.0)):
            pixel = self.camera.project(np.array([x, y, 0.0]))[0]
            road = np.array([x, y])
            if rng is not None:
                pixel = pixel + rng.normal(0, self.survey_sigma_px, 2)
                road = road + rng.normal(0, self.survey_sigma_m, 2)
            points.append({"name": f"p{index}", "pixel_px": tuple(pixel), "road_m": tuple(road)})
        return {
            "schema": "rubezh.site/1",
            "site_id": "test-road",
            "version": 1,
            "valid_from": NOON - timedelta(days=100),
            "region": "77",
            "jurisdiction": "ru",
            "timezone": "Europe/Moscow",
            "place": {"address": "Test road 1", "latitude": 55.75, "longitude": 37.6},
            "camera": {"camera_id": "cam", "width_px": self.camera.width_px, "height_px": self.camera.height_px},
            "survey": {
                "surveyed_at": NOON - timedelta(days=100),
                "surveyor": "A. Surveyor",
                "method": "tape",
                "sigma_px": self.survey_sigma_px,
                "sigma_m": self.survey_sigma_m,
                "scale_relative": self.scale_relative,
                "points": points,
            },
            "lanes": [
                {"lane_id": "left", "direction": "receding", "polygon_m": [(-4, 0), (0, 0), (0, 80), (-4, 80)]},
                {"lane_id": "right", "direction": "receding", "polygon_m": [(0, 0), (4, 0), (4, 80), (0, 80)]},
            ],
            "lines": [{"line_id": "middle", "kind": "solid", "points_m": [(0.0, 20.0), (0.0, 45.0)]}],
            "speed": {"limit_kmh": 60, "from_m": 22.0, "to_m": 40.0},
            "certificate": {
                "device_model": "R1",
                "type_approval": "TA-1",
                "verification": "V-1",
                "verified_at": NOON - timedelta(days=30),
                "valid_until": NOON + timedelta(days=335),
            },
            "rules": {"point_speed": {"mode": "fine"}, "solid_line": {"mode": "fine"}},
            **changes,
        }

    def site(self, rng: np.random.Generator | None = None, **changes: Any) -> Site:
        """The surveyed site; changes replace whole top-level keys."""
        return Site.model_validate(self.content(rng, **changes))

    def drive(
        self,
        speed_kmh: float,
        *,
        rng: np.random.Generator | None = None,
        x_m: Callable[[Array], Array] | float = 2.0,
        from_m: float = 16.0,
        to_m: float = 46.0,
        fps: float = 25.0,
        width_m: float = 1.8,
        tall_m: float = 1.45,
        bumper_m: float = 0.25,
        overhang_m: float = 0.75,
        plate_m: float | None = 0.6,
        noise_px: float = 0.8,
        plate_noise_px: float = 0.5,
        plate_wider_px: float = 1.4,
        lower_relative: float = 0.0139,
        correlation: float = 0.0,
        at: datetime = NOON,
    ) -> tuple[TrackSample, ...]:
        """The samples of a vehicle's rear going away (or coming, at a negative speed) through the picture.

        The box spans the vehicle's rear, down to the bumper's lower edge or, where that hangs lower in the picture,
        to the tyres past it; ``plate_m`` is the plate's height, None for no plate read.  Plates are drawn wider and
        boxes end lower than they should by what the networks do on average.  Errors of neighbouring frames correlate
        with ``correlation``.
        """
        start = from_m if speed_kmh >= 0 else to_m
        count = int((to_m - from_m) / max(abs(speed_kmh) / 3.6, 0.1) * fps) if speed_kmh else 50
        at_s = np.arange(count) / fps
        along = start + speed_kmh / 3.6 * at_s
        aside = x_m(at_s) if callable(x_m) else np.full(count, x_m)
        noise = _drifting(rng, (count, 4), correlation) * noise_px
        plate_noise = _drifting(rng, (count, 4, 2), correlation) * plate_noise_px
        seen = self.camera.project
        level = np.ones(count)
        left = seen(np.column_stack([aside - width_m / 2, along, bumper_m * level]))
        right = seen(np.column_stack([aside + width_m / 2, along, bumper_m * level]))
        tyre = seen(np.column_stack([aside, along + overhang_m, 0 * level]))
        top = seen(np.column_stack([aside, along, tall_m * level]))
        boxes = np.column_stack([left[:, 0], top[:, 1], right[:, 0], np.maximum(left[:, 1], tyre[:, 1])]) + noise
        boxes[:, 3] += lower_relative * (right - left)[:, 0]
        corners = np.zeros((count, 4, 2))
        for k, (a, b) in enumerate(((-1, 1), (1, 1), (1, -1), (-1, -1))):
            plate = np.column_stack([aside + a * 0.26, along, ((plate_m or 0.0) + b * 0.056) * level])
            corners[:, k] = seen(plate) + np.array([a * plate_wider_px / 2, 0.0]) + plate_noise[:, k]
        samples = [
            TrackSample(
                frame_sequence=i,
                pts_s=float(at_s[i]),
                captured_at=at + timedelta(seconds=float(at_s[i])),
                box_px=tuple(boxes[i].tolist()),
                confidence=0.9,
                plate_corners_px=tuple(map(tuple, corners[i].tolist())) if plate_m is not None else None,
            )
            for i in range(count)
        ]
        return tuple(samples)


def _drifting(rng: np.random.Generator | None, shape: tuple[int, ...], correlation: float) -> Array:
    if rng is None:
        return np.zeros(shape)
    noise = rng.normal(size=shape)
    for i in range(1, shape[0]):
        noise[i] = correlation * noise[i - 1] + np.sqrt(1 - correlation**2) * noise[i]
    return noise


@pytest.fixture(scope="session")
def perfect_road() -> Road:
    """A straight two-lane road under a camera at 7 m, surveyed and certified, limit 60 km/h."""
    return Road()


@pytest.fixture
def road(perfect_road: Road) -> Road:
    """The same, by a shorter name."""
    return perfect_road


@pytest.fixture(scope="session")
def high_road() -> Road:
    """The same road from 10 m, the height from which speeds to about 95 km/h are enforceable."""
    return Road(camera=Pinhole(height_m=10.0, pitch_rad=0.33))


@pytest.fixture
def retimed() -> Callable[..., tuple[TrackSample, ...]]:
    """Shift the stream time (and wall clock) of samples from one index on."""

    def shift(samples: tuple[TrackSample, ...], index: int, by_s: float, *, wall_too: bool = True) -> Any:
        return tuple(
            replace(
                sample,
                pts_s=sample.pts_s + by_s,
                captured_at=sample.captured_at + timedelta(seconds=by_s if wall_too else 0),
            )
            if i >= index
            else sample
            for i, sample in enumerate(samples)
        )

    return shift


def _all_kinds() -> tuple[str, ...]:
    names = {f"{one.plate_region}/{layout.plate_type}" for one in load_grammars() for layout in one.layouts}
    return (*sorted(names), NOTHING)


def _reading(
    text: str,
    kinds: str | dict[str, float] = "ru/1",
    *,
    confidence: float = 0.97,
    torn: dict[int, dict[str, float]] | None = None,
    nothing: float = 0.01,
) -> Reading:
    rows = []
    for place, mark in enumerate(text):
        chances = (torn or {}).get(place, {mark: confidence})
        row = np.full(1 + len(ALPHABET), 0.0)
        for other, chance in chances.items():
            row[1 + ALPHABET.index(other)] = chance
        row[0] = (1 - row.sum()) / 2
        row += (1 - row.sum()) / len(row)
        blank = np.full(1 + len(ALPHABET), 1e-5)
        blank[0] = 1 - 1e-5 * len(ALPHABET)
        rows += [blank, row]
    given = {kinds: 0.9} if isinstance(kinds, str) else dict(kinds)
    given.setdefault(NOTHING, nothing)
    others = [one for one in _all_kinds() if one not in given]
    rest = max(0.0, 1.0 - sum(given.values())) / len(others)
    steps = np.array([*rows, np.eye(1 + len(ALPHABET))[0]])
    return Reading(steps, {**given, **dict.fromkeys(others, rest)})


@pytest.fixture(scope="session")
def make_reading() -> Callable[..., Reading]:
    """Make what the reader gives for a plate: a text, its kind or kinds, how sure it is, and where it is torn.

    ``torn``: place → characters and their chances, instead of the text's own at that place.
    """
    return _reading
