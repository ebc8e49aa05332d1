"""Whether a vehicle is being driven: nobody is accused of how a parked car looks or of its papers."""

from recognition.geometry import describe_way
from recognition.geometry.motion import Way
from recognition.violations.case import RuleInput

SEEN_MIN_S = 1.0
_MOVING: tuple[Way, ...] = ("approaching", "receding")


def is_driven(case: RuleInput) -> bool:
    """Tell whether the vehicle came at least two metres in at least a second.

    What is seen for less (a load whose carrier has just left the picture) may be carried.
    """
    lasted_s = case.samples[-1].pts_s - case.samples[0].pts_s if case.samples else 0.0
    return lasted_s >= SEEN_MIN_S and way_of(case) in _MOVING


def way_of(case: RuleInput) -> Way | None:
    """Return which way the vehicle went, seen from the camera; None where that cannot be told."""
    return describe_way(case.samples, case.plane, case.site).direction
