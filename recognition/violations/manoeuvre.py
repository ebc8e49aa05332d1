"""A banned move: surely in one zone and later surely in another, seen all the way, and turned far enough between.

Turned is the direction of travel, from the way through the first zone to the way through the second.  Who backs turns
the direction at once, by a half turn on the spot, and a track handed from one vehicle to another leaps: neither drove
round a bend.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from recognition.contracts import BannedMove, Zone
from recognition.violations.case import RuleInput
from recognition.violations.path import COVERAGE, Array, RoadPath, runs
from recognition.violations.proof import Act, Facts
from recognition.violations.seen_path import seen_path
from recognition.violations.zone_drive import GAP_MAX_S

IN_ZONE_FRAMES_MIN = 3
BETWEEN_FRAMES_MIN = 3
"""Looks between the zones without which the bend itself was not seen."""
HEADING_OVER_M = 2.0
"""A direction of travel is known from no shorter way."""
SPEED_MAX_MS = 15.0
"""Nobody drives round a bend of a junction faster than this."""
LEAP_M = 1.0
_STEP_M = 1.5

Kind = Literal["turn", "u_turn"]
CUSPS_DEG: Mapping[Kind, tuple[float, ...]] = {"turn": (70.0, 80.0), "u_turn": (100.0,)}
"""How far nobody turns from one step of a bend to the next, and to the one after: on a radius of four metres by 21 and
43 degrees; vehicles that are exchanged where they cross turn by 90, where they meet by 180."""


@dataclass(frozen=True, eq=False)
class Manoeuvre:
    """A banned move that was made: in the first zone until ``left``, in the second from ``came`` to ``last``."""

    move: BannedMove
    path: RoadPath
    first: int
    left: int
    came: int
    last: int
    turned_deg: float
    turned_bound_deg: float

    @property
    def is_leap(self) -> bool:
        """Tell whether the track went from look to look farther than a vehicle can have driven."""
        steps = np.diff(self.path.middle_m[self.first : self.last + 1], axis=0)
        allowed = LEAP_M + SPEED_MAX_MS * np.diff(self.path.at_s[self.first : self.last + 1])
        return bool(np.any(np.linalg.norm(steps, axis=1) > allowed))

    @property
    def act(self) -> Act:
        """What shows it: before, in the bend, and after."""
        middle = (self.left + self.came) // 2
        return Act(self.path, self.first, self.last, (self.left, middle, self.came), middle)

    @property
    def facts(self) -> Facts:
        """What is written beside the evidence."""
        return {
            "move_id": self.move.move_id,
            "from_zone": self.move.from_zone,
            "to_zone": self.move.to_zone,
            "turned_deg": round(self.turned_deg, 1),
            "turned_bound_deg": round(self.turned_bound_deg, 1),
            "took_s": round(float(self.path.at_s[self.came] - self.path.at_s[self.left]), 2),
        }


def find_manoeuvre(case: RuleInput, kind: Kind, turned_min_deg: float) -> Manoeuvre | None:
    """Find a banned move of a kind on which the direction of travel surely turned by more than ``turned_min_deg``."""
    moves = [move for move in case.site.banned_moves if move.kind == kind]
    if not moves:
        return None
    path = seen_path(case)
    zones = {zone.zone_id: zone for zone in case.site.zones}
    for move in moves:
        if not len(path.at_s) or move.from_zone not in zones or move.to_zone not in zones:
            continue
        for spans in _spans(path, zones[move.from_zone], zones[move.to_zone]):
            found = _manoeuvre(path, move, *spans)
            if found is not None and found.turned_deg - found.turned_bound_deg > turned_min_deg:
                return found
    return None


def _spans(path: RoadPath, left_zone: Zone, into_zone: Zone) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Pair every stay in the second zone with the last one before it in the first."""
    earlier, later = (
        [span for span in runs(path.is_surely_in(zone.polygon_m)) if span[1] - span[0] + 1 >= IN_ZONE_FRAMES_MIN]
        for zone in (left_zone, into_zone)
    )
    for into in later:
        before = [span for span in earlier if span[1] < into[0]]
        if before:
            yield before[-1], into


def _manoeuvre(path: RoadPath, move: BannedMove, away: tuple[int, int], into: tuple[int, int]) -> Manoeuvre | None:
    between = into[0] - away[1] - 1
    if between < BETWEEN_FRAMES_MIN or np.any(np.diff(path.at_s[away[1] : into[0] + 1]) > GAP_MAX_S):
        return None
    first, last = _since_gap(path, *away), _until_gap(path, *into)
    before, after = _heading(path, first, away[1]), _heading(path, into[0], last)
    if before is None or after is None or _has_cusp(path.smooth_m[first : last + 1], CUSPS_DEG[move.kind]):
        return None
    cosine = float(np.clip(before[0] @ after[0], -1.0, 1.0))
    turned, bound = np.degrees(np.arccos(cosine)), np.degrees(np.hypot(before[1], after[1]))
    return Manoeuvre(move, path, first, away[1], into[0], last, float(turned), float(bound))


def _since_gap(path: RoadPath, first: int, last: int) -> int:
    gaps = np.flatnonzero(np.diff(path.at_s[first : last + 1]) > GAP_MAX_S)
    return first + int(gaps[-1]) + 1 if len(gaps) else first


def _until_gap(path: RoadPath, first: int, last: int) -> int:
    gaps = np.flatnonzero(np.diff(path.at_s[first : last + 1]) > GAP_MAX_S)
    return first + int(gaps[0]) if len(gaps) else last


def _heading(path: RoadPath, first: int, last: int) -> tuple[Array, float] | None:
    """Return the direction of travel (2,) over a span and how far it may be wrong, radians; None where it is short."""
    step = path.smooth_m[last] - path.smooth_m[first]
    way_m = float(np.linalg.norm(step))
    if way_m < HEADING_OVER_M:
        return None
    heading = step / way_m
    across = np.array([heading[1], -heading[0]])
    # An error common to both ends turns nothing; counting it at each doubts more.
    covariance = path.covariance_m2[[first, last]].mean(axis=1).sum(axis=0)
    return heading, COVERAGE * float(np.sqrt(across @ covariance @ across)) / way_m


def _has_cusp(places: Array, limits_deg: tuple[float, ...]) -> bool:
    """Tell whether a way (N, 2) turns on the spot, as nobody does who drives round a bend."""
    kept = [places[0]]
    for place in places[1:]:
        if np.linalg.norm(place - kept[-1]) >= _STEP_M:
            kept.append(place)
    steps = np.diff(np.array(kept), axis=0)
    steps = steps / np.linalg.norm(steps, axis=1, keepdims=True)
    return any(_turns(steps[:-apart], steps[apart:], limit) for apart, limit in enumerate(limits_deg, start=1))


def _turns(one: Array, other: Array, limit_deg: float) -> bool:
    """Tell whether any direction (N, 2) differs from its partner by more than a limit."""
    return bool(np.any(np.sum(one * other, axis=1) < np.cos(np.radians(limit_deg))))
