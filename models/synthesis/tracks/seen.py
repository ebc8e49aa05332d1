"""What a camera sees of a scene: exact boxes and plates, then hidden by what stands before, then with noise."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes import SceneCamera
from models.synthesis.tracks.body import PLATE_HALF_M, outline_m, shadow_m
from models.synthesis.tracks.motion import Timetable, along_path, heading_vector, right_of
from models.synthesis.tracks.scene import Person, Scene, Vehicle

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
PERSON_HALF_M = 0.24
PLATE_READABLE_PX = 32.0
"""Narrower than this no plate is outlined."""
_FACING_MIN = 0.6
_DEPTH_MIN_M = 1.0
_SMALLEST_PX = 14.0
_SHOWN_MIN = 0.35
_COVERED_MIN = 0.6


@dataclass(frozen=True, eq=False, slots=True)
class Course:
    """Where a vehicle's middle is and where it heads, at each frame: (F, 2) m, (F,) radians, (F,) m above the road."""

    middle_m: Array
    heading: Array
    deck_m: float = 0.0

    @property
    def ahead(self) -> Array:
        """Unit vectors forward, (F, 2)."""
        return heading_vector(self.heading)

    @property
    def right(self) -> Array:
        """Unit vectors to the right, (F, 2)."""
        return right_of(self.heading)

    def front_m(self, length_m: float) -> Array:
        """Return the middle of the front end, (F, 2) m."""
        return np.asarray(self.middle_m + length_m / 2 * self.ahead)


@dataclass(frozen=True, eq=False, slots=True)
class Sight:
    """What is seen of a thing in each frame: boxes (F, 4) px, NaN where it is not; plates (F, 4, 2) px likewise."""

    boxes_px: Array
    plates_px: Array | None = None


def courses(scene: Scene, at_s: Array) -> dict[str, Course]:
    """Return where every vehicle is at the given moments."""
    return {one.vehicle_id: course_of(one, scene, at_s) for one in scene.vehicles}


def course_of(vehicle: Vehicle, scene: Scene, at_s: Array) -> Course:
    """Return where a vehicle is at moments (F,) of true time."""
    if vehicle.carried is not None:
        under = course_of(scene.vehicle(vehicle.carried.carrier), scene, at_s)
        return Course(under.middle_m + vehicle.carried.forward_m * under.ahead, under.heading, vehicle.carried.deck_m)
    leader, behind_m, later_s = vehicle, vehicle.size.length_m / 2, 0.0
    while leader.follow is not None:
        ahead = scene.vehicle(leader.follow.leader)
        behind_m += ahead.size.length_m + leader.follow.gap_m
        later_s += leader.follow.after_s
        leader = ahead
    way_m = Timetable.of(leader.pace).way_m(at_s - later_s) - behind_m
    return Course(*along_path(leader.start_m, leader.heading_deg, leader.path, leader.shifts, way_m))


def sight_of(vehicle: Vehicle, course: Course, camera: SceneCamera) -> Sight:
    """Return the exact boxes and plate corners of a vehicle."""
    outline = outline_m(vehicle.size)
    ground = (
        course.middle_m[:, None]
        + outline[None, :, :1] * course.ahead[:, None]
        + outline[None, :, 1:2] * course.right[:, None]
    )
    up = np.broadcast_to(outline[None, :, 2:] + course.deck_m, (*ground.shape[:2], 1))
    points = np.concatenate([ground, up], axis=2)
    if vehicle.shadow is not None:
        fallen = shadow_m(vehicle.size, course.ahead, course.right, vehicle.shadow)
        fallen[:, :, :2] += course.middle_m[:, None]
        points = np.concatenate([points, fallen], axis=1)
    return Sight(_boxes(points, camera), _plates(vehicle, course, camera))


def sight_of_person(person: Person, at_s: Array, ridden: Course | None, camera: SceneCamera) -> Sight:
    """Return the exact boxes of a person."""
    feet, low = walked_to(person, at_s), 0.0
    if ridden is not None:
        feet, low = ridden.middle_m, 0.45
    # A person is as wide from every side: a post with a cross of shoulders at feet and head.
    offsets = np.array([
        (x, y, z)
        for z in (low, low + person.tall_m)
        for x, y in ((-PERSON_HALF_M, 0), (PERSON_HALF_M, 0), (0, -PERSON_HALF_M), (0, PERSON_HALF_M))
    ])  # fmt: skip
    flat = np.concatenate([feet, np.zeros((len(feet), 1))], axis=1)
    return Sight(_boxes(flat[:, None] + offsets[None], camera))


def walked_to(person: Person, at_s: Array) -> Array:
    """Return where the feet of a person who walks are at moments (F,), (F, 2) m."""
    walked_s = at_s
    if person.halts_s is not None:
        walked_s = at_s - np.clip(at_s - person.halts_s[0], 0.0, person.halts_s[1] - person.halts_s[0])
    return np.asarray(np.array(person.start_m) + walked_s[:, None] * np.array(person.velocity_ms))


def hide_behind_nearer(sights: Mapping[str, Sight]) -> dict[str, Sight]:
    """Cut the lower part of every box that a nearer vehicle's box covers; drop what is hardly to be seen."""
    out = {}
    for name, sight in sights.items():
        boxes = sight.boxes_px.copy()
        tall = boxes[:, 3] - boxes[:, 1]
        for other, front in sights.items():
            if other != name:
                boxes[:, 3] = _cut_by(boxes, front.boxes_px)
        hidden = boxes[:, 3] - boxes[:, 1] < _SHOWN_MIN * tall
        boxes[hidden] = np.nan
        plates = sight.plates_px
        if plates is not None:
            covered = hidden | (plates[:, :, 1].max(axis=1) > boxes[:, 3])
            plates = np.where(covered[:, None, None], np.nan, plates)
        out[name] = Sight(boxes, plates)
    return out


def _cut_by(boxes: Array, front: Array) -> Array:
    """Return the lower edges (F,) of boxes (F, 4) as far as a vehicle in front leaves them to be seen."""
    shared = np.minimum(boxes[:, 2], front[:, 2]) - np.maximum(boxes[:, 0], front[:, 0])
    is_before = (front[:, 3] > boxes[:, 3]) & (front[:, 1] < boxes[:, 3]) & (front[:, 1] > boxes[:, 1])
    is_cut = is_before & (shared > _COVERED_MIN * (boxes[:, 2] - boxes[:, 0]))
    return np.where(is_cut, front[:, 1], boxes[:, 3])


def _boxes(points_m: Array, camera: SceneCamera) -> Array:
    """Return the boxes (F, 4) of points (F, P, 3), cut to the picture; NaN where little or nothing is in it."""
    flat = points_m.reshape(-1, 3)
    depth = camera.depth_m(flat).reshape(points_m.shape[:2])
    pixels = camera.project(flat).reshape(*points_m.shape[:2], 2)
    low, high = pixels.min(axis=1), pixels.max(axis=1)
    edge = np.array([camera.width_px - 1.0, camera.height_px - 1.0])
    shown_low, shown_high = np.clip(low, 0.0, edge), np.clip(high, 0.0, edge)
    shown = (shown_high - shown_low) / np.maximum(high - low, 1e-9)
    gone = (
        (depth.min(axis=1) < _DEPTH_MIN_M)
        | (shown.min(axis=1) < _SHOWN_MIN)
        | (shown_high - shown_low < _SMALLEST_PX).any(axis=1)
    )
    boxes = np.concatenate([shown_low, shown_high], axis=1)
    boxes[gone] = np.nan
    return np.asarray(boxes)


def _plates(vehicle: Vehicle, course: Course, camera: SceneCamera) -> Array:
    """Return the corners (F, 4, 2) of the plate that faces the camera; NaN where none can be read."""
    to_camera = camera.position_m[:2] - course.middle_m
    to_camera = to_camera / np.maximum(np.linalg.norm(to_camera, axis=1, keepdims=True), 1e-9)
    facing = np.sum(to_camera * course.ahead, axis=1)
    sign = np.where(facing >= 0, 1.0, -1.0)
    centre = course.middle_m + (sign * vehicle.size.length_m / 2)[:, None] * course.ahead
    across = -sign[:, None] * course.right  # from left to right as read
    height = vehicle.size.plate_m + course.deck_m
    corners = []
    for a, b in ((-1, 1), (1, 1), (1, -1), (-1, -1)):
        ground = centre + a * PLATE_HALF_M[0] * across
        corners.append(np.column_stack([ground, np.full(len(ground), height + b * PLATE_HALF_M[1])]))
    points = np.stack(corners, axis=1)
    pixels = camera.project(points.reshape(-1, 3)).reshape(len(points), 4, 2)
    edge = np.array([camera.width_px - 1.0, camera.height_px - 1.0])
    outside = ((pixels < 0) | (pixels > edge)).any(axis=(1, 2)) | (
        camera.depth_m(points.reshape(-1, 3)).reshape(-1, 4).min(axis=1) < _DEPTH_MIN_M
    )
    pixels[outside | (np.abs(facing) < _FACING_MIN) | (np.ptp(pixels[:, :, 0], axis=1) < PLATE_READABLE_PX)] = np.nan
    return np.asarray(pixels)
