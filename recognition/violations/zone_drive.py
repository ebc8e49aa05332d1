"""A drive along a zone of the road: both lower corners inside beyond doubt over a way that is surely long enough.

The near end of a box is what is placed, so a corner that another vehicle hides says nothing of the road: such looks are
left out.  Between sure looks a corner may for a moment come within the doubt of the border, but never surely outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recognition.contracts import Measurement, Zone, ZoneKind
from recognition.violations.case import RuleInput
from recognition.violations.path import COVERAGE, Array, Flags, RoadPath, runs
from recognition.violations.proof import Act, Facts, drive_act
from recognition.violations.seen_path import seen_path

FRAMES_MIN = 5
"""Fewer looks than these inside a zone prove no drive along it."""
GAP_MAX_S = 1.0
"""What happened in a longer gap between two looks was not seen."""
DOUBT_MAX_S = 0.5
"""So long the border may come within doubt before a drive counts as two."""

Polygon = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class ZoneDrive:
    """One drive along a zone: the samples ``first`` to ``last`` of the path, and the way between them."""

    zone: Zone
    path: RoadPath
    first: int
    last: int
    way: Measurement

    @property
    def act(self) -> Act:
        """What shows it: beginning, middle and end."""
        return drive_act(self.path, self.first, self.last, self.way)

    @property
    def facts(self) -> Facts:
        """What is written beside the evidence."""
        return {"zone_id": self.zone.zone_id, "frames_in_zone": self.last - self.first + 1}


def find_drives(case: RuleInput, kind: ZoneKind, way_min_m: float, *, is_area: bool = False) -> Iterator[ZoneDrive]:
    """Find every drive of at least ``way_min_m`` beyond doubt along a zone of a kind.

    An area closed to some vehicles (``is_area``) is entered by the middle of a vehicle; a lane must hold both corners.
    """
    zones = [zone for zone in case.site.zones if zone.kind is kind]
    if not zones:
        return
    path = seen_path(case)
    for zone in zones:
        for first, last in stays(path, zone.polygon_m, is_area=is_area):
            way = measure_way(path, first, last)
            if last - first + 1 >= FRAMES_MIN and at_least(way) >= way_min_m:
                yield ZoneDrive(zone, path, first, last, way)


def stays(
    path: RoadPath, polygon_m: Polygon, where: Flags | None = None, *, is_area: bool = False
) -> list[tuple[int, int]]:
    """Return the spans (first, last sample) in which the near end stayed in a polygon, seen without a gap.

    A span begins and ends with both corners (of an area: the middle) surely inside; ``where`` (N,) leaves samples out.
    """
    if not len(path.at_s):
        return []
    depth, bound = path.middle_depth(polygon_m) if is_area else path.depth(polygon_m)
    allowed = np.ones(len(depth), dtype=np.bool_) if where is None else where
    is_sure = np.all(depth > bound, axis=1) & allowed
    is_doubtful = np.all(depth > -bound, axis=1) & allowed
    spans: list[tuple[int, int]] = []
    for first, last in _unbroken(runs(is_sure), path.at_s):
        if spans and _is_one_stay(spans[-1][1], first, path.at_s, is_doubtful):
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def measure_way(path: RoadPath, first: int, last: int, quantity: str = "way_in_zone") -> Measurement:
    """Measure how far the near end came between two samples; a bend is cut short, in the driver's favour."""
    step = path.smooth_m[last] - path.smooth_m[first]
    way_m = float(np.linalg.norm(step))
    along = step / way_m if way_m else np.array([0.0, 1.0])
    # Errors common to both ends would fall out of the difference; counting them twice doubts more.
    covariance = path.covariance_m2[[first, last]].mean(axis=1).sum(axis=0)
    return Measurement(
        quantity=quantity,
        value=round(way_m, 3),
        unit="m",
        expanded_uncertainty=round(COVERAGE * float(np.sqrt(along @ covariance @ along)), 3),
        is_valid=True,
        method="box_corners",
    )


def at_least(measured: Measurement) -> float:
    """Return what a quantity surely amounts to."""
    return measured.value - measured.expanded_uncertainty


def _unbroken(spans: list[tuple[int, int]], at_s: Array) -> Iterator[tuple[int, int]]:
    """Cut spans where the vehicle was not seen for too long."""
    for first, last in spans:
        cuts = [first + int(i) for i in np.flatnonzero(np.diff(at_s[first : last + 1]) > GAP_MAX_S)]
        yield from zip([first, *(cut + 1 for cut in cuts)], [*cuts, last], strict=True)


def _is_one_stay(left: int, back: int, at_s: Array, is_doubtful: Flags) -> bool:
    return bool(at_s[back] - at_s[left] <= DOUBT_MAX_S) and bool(np.all(is_doubtful[left : back + 1]))
