"""What is true of a scene, frame by frame, computed from geometry alone and never from pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.draw import Placed
from models.synthesis.scenes.garage import BODIES, mesh_of
from models.synthesis.scenes.motion import pose_at
from models.synthesis.scenes.render import placed_at
from models.synthesis.scenes.scenario import Scenario, Vehicle
from recognition.contracts import LineKind

SCHEMA = "rubezh.scene-truth/1"
_SMALLEST_PX = 8.0
Array = NDArray[np.float64]


def vehicle_box_px(camera: SceneCamera, placed: Placed) -> tuple[float, float, float, float] | None:
    """The box of the vehicle, cut to the picture; None when nothing of it is in the picture.

    A vehicle that reaches below the camera has no box: part of it is behind the lens.
    """
    road = placed.in_road(mesh_of(placed.vehicle.model).vertices_m)
    ahead = camera.depth_m(road) > 1.0
    if not ahead.any():
        return None
    pixels = camera.project(road[ahead])
    low = np.maximum(pixels.min(axis=0), 0.0)
    high = np.minimum(pixels.max(axis=0), [camera.width_px - 1.0, camera.height_px - 1.0])
    if (high - low < _SMALLEST_PX).any():
        return None
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def plate_corners_px(camera: SceneCamera, placed: Placed) -> Array | None:
    """Corners of the plate that faces the camera, (4, 2) px in reading order; None unless all are in the picture."""
    road = placed.plate_in_road()
    if camera.depth_m(road).min() < 1.0:
        return None
    corners = camera.project(road)
    inside = (corners >= 0).all() and (corners <= [camera.width_px - 1, camera.height_px - 1]).all()
    return corners if inside else None


def violations_of(vehicle: Vehicle, scenario: Scenario) -> list[str]:
    """Names of the rules this vehicle truly breaks in the scene."""
    found = []
    if scenario.limit_kmh is not None and vehicle.speed_kmh > scenario.limit_kmh:
        found.append("point_speed")
    if vehicle.change is not None and any(
        _crosses(vehicle, scenario, line.x_m, line.from_m, line.to_m)
        for line in scenario.road.lines
        if line.kind is LineKind.SOLID
    ):
        found.append("solid_line")
    return found


def _crosses(vehicle: Vehicle, scenario: Scenario, x_m: float, from_m: float, to_m: float) -> bool:
    """Whether the middle of the vehicle goes over the line while the clip runs."""
    moments = np.arange(scenario.frame_count * 4) / (scenario.fps * 4)
    places = np.array([pose_at(vehicle, scenario.road, float(moment)).near_m for moment in moments])
    side = np.sign(places[:, 0] - x_m)
    turns = np.flatnonzero(side[:-1] * side[1:] < 0)
    return bool(((places[turns, 1] > from_m) & (places[turns, 1] < to_m)).any())


def _rounded(points: Any, digits: int) -> Any:
    """Numbers rounded for the file."""
    return np.round(np.asarray(points, dtype=np.float64), digits).tolist()


def _vehicle_record(vehicle: Vehicle, scenario: Scenario) -> dict[str, Any]:
    """What does not change over the clip."""
    lanes = [vehicle.lane] + ([vehicle.change.to_lane] if vehicle.change else [])
    return {
        "vehicle_id": vehicle.vehicle_id,
        "vehicle_class": BODIES[vehicle.model].vehicle_class,
        "colour": vehicle.colour,
        "plate": vehicle.plate,
        "plate_region": "ru",
        "plate_type": "1",
        "speed_kmh": vehicle.speed_kmh,
        "passes_s": vehicle.passes_s,
        "lanes": lanes,
        "violations": violations_of(vehicle, scenario),
    }


def frame_truth(scenario: Scenario, sequence: int) -> dict[str, Any]:
    """Every vehicle in one frame: box, plate corners, road position of its near end, speed along its path."""
    rows = []
    for placed in placed_at(scenario, sequence / scenario.fps):
        box_px = vehicle_box_px(scenario.camera, placed)
        if box_px is None:
            continue
        corners = plate_corners_px(scenario.camera, placed)
        rows.append({
            "vehicle_id": placed.vehicle.vehicle_id,
            "box_px": _rounded(box_px, 2),
            "plate_corners_px": None if corners is None else _rounded(corners, 2),
            "road_m": _rounded(placed.pose.near_m, 3),
            "speed_kmh": round(placed.pose.speed_kmh, 3),
        })  # fmt: skip
    return {"sequence": sequence, "pts_s": round(sequence / scenario.fps, 6), "vehicles": rows}


def scene_truth(scenario: Scenario) -> dict[str, Any]:
    """The truth of the whole clip, ready for JSON."""
    camera = scenario.camera
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "seed": scenario.seed,
        "fps": scenario.fps,
        "frame_count": scenario.frame_count,
        "limit_kmh": scenario.limit_kmh,
        "camera": {
            "height_m": camera.height_m,
            "pitch_deg": camera.pitch_deg,
            "focal_px": camera.focal_px,
            "width_px": camera.width_px,
            "height_px": camera.height_px,
        },
        "homography": _rounded(camera.homography(), 9),
        "vehicles": [_vehicle_record(vehicle, scenario) for vehicle in scenario.vehicles],
        "frames": [frame_truth(scenario, sequence) for sequence in range(scenario.frame_count)],
    }
