"""The place of a scene: a camera and the road under it, and the surveyed site that an installer would have written."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from models.synthesis.scenes import SceneCamera
from recognition.contracts import (
    BannedMove,
    Camera,
    Certificate,
    Lane,
    MarkedLine,
    RuleMode,
    RuleSetting,
    Section,
    SignalHead,
    Site,
    SpeedZone,
    StopLine,
    Survey,
    SurveyPoint,
    Zone,
)
from recognition.contracts import Place as Address
from recognition.geometry import RoadPlane

RULE_NAMES = (
    "point_speed", "section_speed", "red_light", "stop_line", "oncoming_lane", "one_way", "solid_line", "shoulder",
    "bus_lane", "tram_tracks", "no_stopping", "no_parking", "box_junction", "banned_turn", "banned_u_turn",
    "no_lorries", "pedestrian", "lights_off", "low_emission", "insurance", "inspection", "seat_belt", "phone",
)  # fmt: skip
SURVEYED_AT = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
_CERTIFIED_UNTIL = datetime(2027, 3, 1, tzinfo=UTC)
_EXPIRED = datetime(2026, 5, 25, tzinfo=UTC)
_SIGMA_PX = 0.3
_SIGMA_M = 0.01
_SCALE_RELATIVE = 0.0005
_ROWS = 5


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A camera over a road, and what of the road a site holds; ``survey_m`` are the near and far end of the survey."""

    name: str
    camera: SceneCamera
    survey_m: tuple[float, float]
    lanes: tuple[Lane, ...] = ()
    lines: tuple[MarkedLine, ...] = ()
    zones: tuple[Zone, ...] = ()
    stop_lines: tuple[StopLine, ...] = ()
    signals: tuple[SignalHead, ...] = ()
    banned_moves: tuple[BannedMove, ...] = ()
    is_one_way: bool = False
    speed: SpeedZone | None = None
    section: Section | None = None
    survey_x_m: tuple[float, ...] = (-3.5, 0.0, 3.5)


@dataclass(frozen=True, eq=False, slots=True)
class Surveyed:
    """A place as the product knows it: the site with the errors its survey declares, and the plane adjusted to it."""

    site: Site
    plane: RoadPlane


@lru_cache(maxsize=256)
def surveyed(place: Place, survey_seed: int, *, is_certified: bool = True) -> Surveyed:
    """Survey a place; each seed errs otherwise, within what the survey declares."""
    site = Site(
        schema="rubezh.site/1",
        site_id=place.name,
        version=1,
        valid_from=SURVEYED_AT,
        region="77",
        jurisdiction="ru",
        timezone="Europe/Moscow",
        place=Address(address="Test road 1", latitude=55.75, longitude=37.6),
        camera=Camera(camera_id="cam", width_px=place.camera.width_px, height_px=place.camera.height_px),
        survey=Survey(
            surveyed_at=SURVEYED_AT,
            surveyor="models.synthesis.tracks",
            method="computed from the camera of the scene",
            sigma_px=_SIGMA_PX,
            sigma_m=_SIGMA_M,
            scale_relative=_SCALE_RELATIVE,
            points=_survey_points(place, survey_seed),
        ),
        certificate=Certificate(
            device_model="R1",
            type_approval="TA-1",
            verification="V-1",
            verified_at=SURVEYED_AT,
            valid_until=_CERTIFIED_UNTIL if is_certified else _EXPIRED,
        ),
        rules={name: RuleSetting(mode=RuleMode.FINE) for name in RULE_NAMES},
        **_geometry(place),
    )
    return Surveyed(site, RoadPlane.from_site(site))


def _geometry(place: Place) -> dict[str, Any]:
    kept = ("lanes", "lines", "zones", "stop_lines", "signals", "banned_moves", "is_one_way", "speed", "section")
    return {name: getattr(place, name) for name in kept}


def _survey_points(place: Place, survey_seed: int) -> tuple[SurveyPoint, ...]:
    rng = np.random.default_rng([survey_seed, len(place.name)])
    points = []
    for y in np.linspace(*place.survey_m, _ROWS):
        for x in place.survey_x_m:
            road_m = np.array([x, y])
            pixel_px = place.camera.project_road(road_m[None])[0]
            inside = 0 <= pixel_px[0] <= place.camera.width_px and 0 <= pixel_px[1] <= place.camera.height_px
            if inside:
                u, v = pixel_px + rng.normal(0, _SIGMA_PX, 2)
                seen_x, seen_y = road_m + rng.normal(0, _SIGMA_M, 2)
                name = f"{x:+.1f} at {y:.1f}"
                points.append(SurveyPoint(name=name, pixel_px=(float(u), float(v)), road_m=(seen_x, seen_y)))
    return tuple(points)


def oblong(left_m: float, right_m: float, near_m: float, far_m: float) -> tuple[tuple[float, float], ...]:
    """Return the polygon of a stretch of road between two X and two Y."""
    return ((left_m, near_m), (right_m, near_m), (right_m, far_m), (left_m, far_m))
