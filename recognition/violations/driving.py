"""Whether a vehicle is being driven: nobody is accused of how a parked car looks or of its papers."""

from recognition.geometry import describe_way
from recognition.geometry.motion import Way
from recognition.violations.case import RuleInput
from recognition.violations.seen_path import seen_path

SEEN_MIN_S = 1.0
_MOVING: tuple[Way, ...] = ("approaching", "receding")


def is_driven(case: RuleInput) -> bool:
    """Tell whether the vehicle came at least two metres in at least a second, its wheels or bumper seen on the road.

    What is seen for less, or always above another vehicle (a load behind the cab of its carrier), may be carried.
    """
    seen = seen_path(case).samples
    lasted_s = seen[-1].pts_s - seen[0].pts_s if seen else 0.0
    return lasted_s >= SEEN_MIN_S and describe_way(seen, case.plane, case.site).direction in _MOVING


def way_of(case: RuleInput) -> Way | None:
    """Return which way the vehicle went, seen from the camera; None where that cannot be told."""
    return describe_way(case.samples, case.plane, case.site).direction
