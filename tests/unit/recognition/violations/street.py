"""Whole vehicles of any heading, driving, standing and turning on the road under a camera, and zones on that road."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Site
from recognition.geometry import TrackSample
from recognition.violations import Refusal

NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
Array = NDArray[np.float64]
ON_SITE = {
    "oncoming_lane", "one_way", "shoulder", "bus_lane", "tram_tracks", "no_stopping", "no_parking", "box_junction",
    "banned_turn", "banned_u_turn", "no_lorries", "low_emission",
}  # fmt: skip


@dataclass(frozen=True)
class Street:
    """Whole vehicles, of any heading, on the road under a camera; and sites with zones on that road."""

    road: Any
    fps: float = 25.0

    def site(self, *zones: dict[str, Any], **changes: Any) -> Site:
        """A site with zones, every rule about places in force."""
        rules = {name: {"mode": "fine"} for name in ON_SITE}
        site: Site = self.road.site(**{"zones": zones, "lines": [], "rules": rules, **changes})
        return site

    def times(self, took_s: float, fps: float | None = None) -> Array:
        """Times of the frames of a scene."""
        return np.arange(int(took_s * (fps or self.fps)) + 1) / (fps or self.fps)

    def vehicle(
        self,
        at_s: Array,
        x_m: Array | float,
        y_m: Array | float,
        *,
        heading_deg: Array | float = 0.0,
        length_m: float = 4.5,
        width_m: float = 1.8,
        tall_m: float = 1.45,
        bumper_m: float = 0.25,
        seed: int | None = 5,
        noise_px: float = 0.8,
    ) -> tuple[TrackSample, ...]:
        """The samples of a vehicle with its middle at (x, y), heading away (0°), to the left (90°), or coming (180°).

        Frames are numbered by time, so that all vehicles of a scene share them; what the picture cuts is cut, and what
        is outside has no sample.
        """
        count, camera = len(at_s), self.road.camera
        angle = np.radians(np.broadcast_to(heading_deg, count))
        ahead, right = np.column_stack([-np.sin(angle), np.cos(angle)]), np.column_stack([np.cos(angle), np.sin(angle)])
        middle = np.column_stack([np.broadcast_to(x_m, count), np.broadcast_to(y_m, count)])
        half, side, tyre = length_m / 2, width_m / 2, length_m / 2 - 0.8
        solid = [(a, b, bumper_m) for a in (-half, half) for b in (-side, side)]
        solid += [(a, b, 0.0) for a in (-tyre, tyre) for b in (-side, side)]
        solid += [(a, b, tall_m) for a in (-0.7 * half, 0.2 * half) for b in (-0.8 * side, 0.8 * side)]
        seen = np.stack(
            [camera.project(np.column_stack([middle + a * ahead + b * right, np.full(count, z)])) for a, b, z in solid],
            axis=1,
        )
        boxes = np.concatenate([seen.min(axis=1), seen.max(axis=1)], axis=1)
        if seed is not None:
            boxes = boxes + np.random.default_rng(seed).normal(0, noise_px, boxes.shape)
        edge = np.array([camera.width_px - 1.0, camera.height_px - 1.0] * 2)
        shown = np.clip(boxes, 0.0, edge)
        is_shown = (shown[:, 2] - shown[:, 0] > 20) & (shown[:, 3] - shown[:, 1] > 20)
        numbers = np.round(at_s * self.fps).astype(int)
        return tuple(
            TrackSample(
                frame_sequence=int(numbers[i]),
                pts_s=float(at_s[i]),
                captured_at=NOON + timedelta(seconds=float(at_s[i])),
                box_px=tuple(shown[i].tolist()),
                confidence=0.9,
            )
            for i in np.flatnonzero(is_shown)
        )

    @staticmethod
    def zone(kind: str, *sides_m: float, **more: Any) -> dict[str, Any]:
        """An oblong zone as a site file holds it: kind, then left, right, near and far, m."""
        return {"zone_id": f"{kind}-1", "kind": kind, "polygon_m": _oblong(*sides_m), **more}

    @staticmethod
    def lane(direction: str, left_m: float, right_m: float, **more: Any) -> dict[str, Any]:
        """A straight lane as a site file holds it: direction, then left and right, m."""
        given = {"lane_id": direction, "direction": direction, "polygon_m": _oblong(left_m, right_m, 0, 80)}
        return {**given, **more}

    def two_way(self) -> list[dict[str, Any]]:
        """Lanes of a road with right-hand traffic: coming on the left of the picture, going away on the right."""
        return [self.lane("approaching", -4.0, 0.0), self.lane("receding", 0.0, 4.0)]

    @staticmethod
    def answer(rule: Any, case: Any) -> Any:
        """Judge a case by one rule: the finding, the reason of a refusal, or None."""
        answer = rule.judge(case)
        return answer.reason if isinstance(answer, Refusal) else answer


def _oblong(left_m: float, right_m: float, near_m: float, far_m: float) -> list[tuple[float, float]]:
    """The polygon of a stretch of road between two X and two Y."""
    return [(left_m, near_m), (right_m, near_m), (right_m, far_m), (left_m, far_m)]
