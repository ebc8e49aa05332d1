"""The way of a vehicle as far as its near end was seen down to the road.

A corner that another vehicle hides says nothing of the road: in a queue the lower edge of a box is where the next roof
begins, and a car that waits beyond a line seems to stand before it.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recognition.geometry import TrackSample
from recognition.violations.case import RuleInput
from recognition.violations.gates import OVERLAP_MAX, overlap
from recognition.violations.path import RoadPath

_HIDES_SHARE = 0.05
_HIDES_BELOW = 0.1
_MISSED_MAX_S = 0.5
"""So long a vehicle that was not found may still be where it was."""


@lru_cache(maxsize=4)
def seen_path(case: RuleInput) -> RoadPath:
    """Return the way of the vehicle where its near end was seen down to the road; found once for all rules."""
    is_hidden = np.zeros(len(case.samples), dtype=np.bool_)
    at_s = np.array([sample.pts_s for sample in case.samples])
    for other in case.others:
        near = _nearest_in_time(other, at_s)
        pairs = zip(near, case.samples, strict=True)
        is_hidden |= np.array([one is not None and _hides(one, mine) for one, mine in pairs], dtype=np.bool_)
    seen = (sample for sample, hidden in zip(case.samples, is_hidden.tolist(), strict=True) if not hidden)
    return RoadPath.of(tuple(seen), case.plane)


def _nearest_in_time(track: tuple[TrackSample, ...], at_s: NDArray[np.float64]) -> list[TrackSample | None]:
    """Return for every moment (N,) the sample of a track next to it, None where the track was not there.

    A detector misses a vehicle for a frame now and then, and what it hides does not come out from behind it.
    """
    if not len(track) or not len(at_s):
        return [None] * len(at_s)
    moments = np.array([sample.pts_s for sample in track])
    after = np.clip(np.searchsorted(moments, at_s), 0, len(moments) - 1)
    before = np.clip(after - 1, 0, len(moments) - 1)
    nearest = np.where(np.abs(moments[before] - at_s) < np.abs(moments[after] - at_s), before, after)
    is_there = np.abs(moments[nearest] - at_s) <= _MISSED_MAX_S
    return [track[i] if there else None for i, there in zip(nearest.tolist(), is_there.tolist(), strict=True)]


def _hides(other: TrackSample, mine: TrackSample) -> bool:
    """Tell whether a nearer vehicle stands before the lower edge of a box.

    Boxes that lie over each other outright are one for the gate, which says so, not for silence.
    """
    (x0, y0, x1, y1), (u0, v0, u1, v1) = mine.box_px, other.box_px
    is_nearer = v1 > y1 and v0 < y1 + _HIDES_BELOW * (y1 - y0)
    shared = min(x1, u1) - max(x0, u0)
    return is_nearer and shared > _HIDES_SHARE * (x1 - x0) and overlap(mine.box_px, other.box_px) <= OVERLAP_MAX
