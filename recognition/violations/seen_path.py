"""The way of a vehicle as far as its near end was seen down to the road.

A corner that another vehicle hides says nothing of the road: in a queue the lower edge of a box is where the next roof
begins, and a car that waits beyond a line seems to stand before it.
"""

from functools import lru_cache

from recognition.geometry import TrackSample
from recognition.violations.case import RuleInput
from recognition.violations.gates import OVERLAP_MAX, overlap
from recognition.violations.path import RoadPath

_HIDES_SHARE = 0.05
_HIDES_BELOW = 0.1


@lru_cache(maxsize=4)
def seen_path(case: RuleInput) -> RoadPath:
    """Return the way of the vehicle where its near end was seen down to the road; found once for all rules."""
    boxes: dict[int, list[TrackSample]] = {}
    for other in case.others:
        for sample in other:
            boxes.setdefault(sample.frame_sequence, []).append(sample)
    seen = [s for s in case.samples if not any(_hides(o, s) for o in boxes.get(s.frame_sequence, ()))]
    return RoadPath.of(tuple(seen), case.plane)


def _hides(other: TrackSample, mine: TrackSample) -> bool:
    """Tell whether a nearer vehicle stands before the lower edge of a box.

    Boxes that lie over each other outright are one for the gate, which says so, not for silence.
    """
    (x0, y0, x1, y1), (u0, v0, u1, v1) = mine.box_px, other.box_px
    is_nearer = v1 > y1 and v0 < y1 + _HIDES_BELOW * (y1 - y0)
    shared = min(x1, u1) - max(x0, u0)
    return is_nearer and shared > _HIDES_SHARE * (x1 - x0) and overlap(mine.box_px, other.box_px) <= OVERLAP_MAX
