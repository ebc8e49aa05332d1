"""The track as numbers, so that an expert can compute the measurement again without the agent."""

from typing import Any

import numpy as np

from recognition.contracts import isoformat_utc
from recognition.geometry import RoadPlane, TrackSample
from recognition.violations import Finding
from recognition.vision import TrackedVehicle


def track_record(vehicle: TrackedVehicle, plane: RoadPlane | None, finding: Finding) -> dict[str, Any]:
    """Return the samples with their place on the road (middle of the box's lower edge, m), the reads, the result."""
    road_m = _road_path(vehicle.samples, plane)
    return {
        "schema_id": "rubezh.track/1",
        "track_id": vehicle.track_id,
        "vehicle_class": vehicle.vehicle_class.value,
        "road_point": "middle of the lower edge of box_px",
        "samples": [_sample(sample, place) for sample, place in zip(vehicle.samples, road_m, strict=True)],
        "reads": [read.model_dump(mode="json") for read in vehicle.reads],
        "rule": finding.rule,
        "measurement": finding.measurement.model_dump(mode="json") if finding.measurement else None,
        "facts": dict(finding.facts),
    }


def _road_path(samples: tuple[TrackSample, ...], plane: RoadPlane | None) -> list[list[float] | None]:
    if plane is None:
        return [None] * len(samples)
    boxes = np.array([sample.box_px for sample in samples], dtype=np.float64)
    points_px = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
    on_road = plane.is_on_road(points_px)
    placed = iter(plane.to_road(points_px[on_road]).tolist())
    return [next(placed) if is_on_road else None for is_on_road in on_road.tolist()]


def _sample(sample: TrackSample, road_m: list[float] | None) -> dict[str, Any]:
    return {
        "frame_sequence": sample.frame_sequence,
        "pts_s": sample.pts_s,
        "captured_at": isoformat_utc(sample.captured_at),
        "box_px": list(sample.box_px),
        "confidence": sample.confidence,
        "plate_corners_px": sample.plate_corners_px and [list(corner) for corner in sample.plate_corners_px],
        "road_m": road_m,
    }
