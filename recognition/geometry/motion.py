"""What a vehicle did on the road: lane, direction, way covered, speed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from recognition.contracts import Measurement, Site
from recognition.geometry.anchor import box_bottoms_px, whole_samples
from recognition.geometry.plane import Points, RoadPlane
from recognition.geometry.polygon import contains
from recognition.geometry.speed import measure_speed
from recognition.geometry.track import TrackSample

Way = Literal["approaching", "receding", "stationary"]
STATIONARY_M = 2.0
_ENDS = 5
_GROWTH = 1.15
_SHIFT_HEIGHTS = 0.5


@dataclass(frozen=True, slots=True)
class Motion:
    """Motion of one track; what the survey does not allow to say is None."""

    lane_id: str | None
    direction: Way | None
    speed: Measurement | None
    path_m: float | None


def describe_motion(samples: Sequence[TrackSample], plane: RoadPlane | None, site: Site) -> Motion:
    """Tell lane, direction, way and speed of a track.

    Without a survey (``plane`` is None) only the direction can be told, from the picture.  A vehicle that moves less
    than two metres is stationary and has no speed.
    """
    motion = describe_way(samples, plane, site)
    if plane is None or motion.path_m is None or motion.direction == "stationary":
        return motion
    return replace(motion, speed=measure_speed(samples, plane, site))


def describe_way(samples: Sequence[TrackSample], plane: RoadPlane | None, site: Site) -> Motion:
    """Tell lane, direction and way of a track as ``describe_motion`` does, and measure no speed."""
    if len(samples) < 2:  # noqa: PLR2004 - one look is no motion
        return Motion(None, None, None, None)
    whole = whole_samples(samples, plane) if plane is not None else ()
    if plane is None or len(whole) < 2:  # noqa: PLR2004
        return Motion(None, _direction_in_picture(samples), None, None)
    road_m = plane.to_road(box_bottoms_px(whole))
    shift_m = _ends_apart(road_m)
    path_m = float(np.linalg.norm(shift_m))
    lane_id = _lane_of(road_m, site)
    if path_m < STATIONARY_M:
        return Motion(lane_id, "stationary", None, path_m)
    direction: Way = "receding" if shift_m[1] > 0 else "approaching"
    return Motion(lane_id, direction, None, path_m)


def _ends_apart(points: Points) -> Points:
    """Return last place minus first place (2,), each the median of a few samples."""
    count = max(1, min(_ENDS, len(points) // 2))
    return np.asarray(np.median(points[-count:], axis=0) - np.median(points[:count], axis=0))


def _lane_of(road_m: Points, site: Site) -> str | None:
    """Return the lane that holds most of the track, if it holds at least half of what lies in any lane."""
    counts = {lane.lane_id: int(contains(np.array(lane.polygon_m), road_m).sum()) for lane in site.lanes}
    total = sum(counts.values())
    if not total:
        return None
    best = max(counts, key=lambda lane_id: counts[lane_id])
    return best if 2 * counts[best] >= total else None


def _direction_in_picture(samples: Sequence[TrackSample]) -> Way:
    boxes = np.array([sample.box_px for sample in samples], dtype=np.float64)
    heights = boxes[:, 3] - boxes[:, 1]
    count = max(1, min(_ENDS, len(boxes) // 2))
    growth = float(np.median(heights[-count:]) / max(float(np.median(heights[:count])), 1.0))
    if growth > _GROWTH:
        return "approaching"
    if growth < 1 / _GROWTH:
        return "receding"
    shift_px = float(_ends_apart(box_bottoms_px(samples))[1])
    if abs(shift_px) < _SHIFT_HEIGHTS * float(np.median(heights)):
        return "stationary"
    return "approaching" if shift_px > 0 else "receding"
