"""Gates: checks that stop a finding, each with a reason that never changes its name.

A gate is asked only about a vehicle that the rule would accuse, so the counts tell how many were spared and why.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx, ClockSource, RuleMode, Site, VehicleClass
from recognition.geometry import TrackSample, check_certificate, has_time_jump
from recognition.plates.presence import great_circle_m
from recognition.violations.case import Feature, Finding, Refusal, RuleInput, Seen

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Gate = Callable[[RuleInput, Finding], str | None]

CLOCK_BOUND_MAX_MS = 1000.0
OVERLAP_MAX = 0.4
AMBIGUOUS_FRAMES = 3
AMBIGUOUS_SHARE = 0.1
"""So many frames, and so large a share of those shown: what passes before a vehicle that stands is no load."""
GAP_MOVING_S = 1.0
GAP_STANDING_S = 5.0
"""A vehicle may go unseen for so long, the longer where it has not moved by more than its size meanwhile."""
POSITION_APART_MAX_M = 30.0
"""Farther than this from its survey (beyond the receiver's own doubt) the device stands somewhere else."""
VIEW_SHIFT_MAX_PX = 3.0
LEAP_MAX_BOXES = (0.8, 1.0)
"""From one look to the next a box does not move by more than so many of its widths and heights, nor so far from where
it was going: vehicles that are exchanged are at least a lane apart."""
LOOKS_AGREE_MIN = 2
_JUMP_PACES = 2.0
"""More time than so many times the usual for the frames between two looks: time went on, the frames did not."""
_COVERAGE = 2.0


def certificate_holds(case: RuleInput, finding: Finding) -> str | None:
    """Without type approval and verification valid at that moment a speed is statistics only."""
    return check_certificate(case.site, finding.occurred_at)


def plate_is_read(case: RuleInput, finding: Finding) -> str | None:
    """Nobody can be named without a plate that the vote settled on."""
    del finding
    return None if case.plate is not None else "no_plate"


def clock_is_known(case: RuleInput, finding: Finding) -> str | None:
    """The moment must be known; a recorded file (an expert's or a demonstration) states its own."""
    del finding
    if case.clock.source is ClockSource.FILE:
        return None
    if case.clock.bound_ms is None:
        return "clock_unknown"
    return None if case.clock.bound_ms <= CLOCK_BOUND_MAX_MS else "clock_uncertain"


def vehicle_is_alone(case: RuleInput, finding: Finding) -> str | None:
    """Two boxes that lie over each other (a tow truck and its load, two motorcycles) cannot be told apart."""
    first, last = min(finding.frame_sequences), max(finding.frame_sequences)
    mine = {s.frame_sequence: s.box_px for s in case.samples if first <= s.frame_sequence <= last}
    for other in case.others:
        shared = [overlap(mine[s.frame_sequence], s.box_px) for s in other if s.frame_sequence in mine]
        if sum(share > OVERLAP_MAX for share in shared) >= max(AMBIGUOUS_FRAMES, AMBIGUOUS_SHARE * len(mine)):
            return "vehicle_ambiguous"
    return None


def time_is_steady(case: RuleInput, finding: Finding) -> str | None:
    """A clock that jumps, or stream time that stands still, says nothing of when and how fast."""
    shown = _shown(case, finding)
    if has_time_jump(shown, gap_max_s=GAP_STANDING_S):
        return "time_jump"
    pace_s = median(_per_frame_s(one, other) for one, other in pairwise(shown)) if len(shown) > 1 else 0.0
    is_jump = any(
        _per_frame_s(one, other) > _JUMP_PACES * pace_s or has_leap((one, other))
        for one, other in pairwise(shown)
        if other.pts_s - one.pts_s > GAP_MOVING_S
    )
    return "time_jump" if is_jump else None


def track_is_steady(case: RuleInput, finding: Finding) -> str | None:
    """A box that leaps from where it was going is perhaps two vehicles under one number.

    That holds across a gap too, and before and after what is shown: the plate is the whole track's.
    """
    del finding
    return "track_leaps" if has_leap(case.samples) else None


def position_agrees(case: RuleInput, finding: Finding) -> str | None:
    """A device that its own receiver puts elsewhere is not at the surveyed place (HARMS D19)."""
    del finding
    if case.position is None:
        return None
    apart_m = great_circle_m(case.site.place, case.position)
    allowed_m = POSITION_APART_MAX_M + _COVERAGE * case.position.sigma_m
    return "position_differs" if apart_m > allowed_m else None


def camera_has_not_moved(case: RuleInput, finding: Finding) -> str | None:
    """A camera that looks elsewhere than when it was surveyed measures nothing."""
    del finding
    is_moved = case.view_shift_px is not None and case.view_shift_px > VIEW_SHIFT_MAX_PX
    return "camera_moved" if is_moved else None


def is_no_emergency(case: RuleInput, finding: Finding) -> str | None:
    """An emergency vehicle, by the register or by its lit beacon, is exempt and is not even a case."""
    del finding
    if case.register is not None and case.register.is_emergency:
        return "emergency_vehicle"
    lit = [read for read in case.appearance if read.feature is Feature.BEACON and read.seen is Seen.YES]
    return "emergency_vehicle" if len(lit) >= LOOKS_AGREE_MIN else None


def class_agrees(case: RuleInput, finding: Finding) -> str | None:
    """A plate whose registered vehicle is of another class than the one in the picture is perhaps a copy (D17)."""
    del finding
    registered = case.register.vehicle_class if case.register is not None else None
    if registered is None or VehicleClass.UNKNOWN in (registered, case.vehicle_class):
        return None
    return None if _size_class(registered) == _size_class(case.vehicle_class) else "class_differs_from_register"


EVERY_RULE: tuple[Gate, ...] = (
    plate_is_read,
    clock_is_known,
    vehicle_is_alone,
    time_is_steady,
    track_is_steady,
    position_agrees,
    camera_has_not_moved,
    is_no_emergency,
    class_agrees,
)
"""What stops a finding of any rule; a rule adds its own."""


def passed(gates: Sequence[Gate], case: RuleInput, finding: Finding, *, excuse: str | None = None) -> Finding | Refusal:
    """Return the finding where nothing excuses it and every gate lets it pass, else why it is withheld."""
    reason = excuse or next((reason for gate in gates if (reason := gate(case, finding)) is not None), None)
    return Refusal(finding.rule, reason) if reason else finding


def mode_of(case: RuleInput, rule: str) -> RuleMode:
    """Return what a rule may lead to at the case's site."""
    return mode_of_site(case.site, rule)


def mode_of_site(site: Site, rule: str) -> RuleMode:
    """Return what a rule may lead to at a site; a rule the site does not name is off."""
    setting = site.rules.get(rule)
    return setting.mode if setting else RuleMode.OFF


def overlap(one: BoxPx, other: BoxPx) -> float:
    """Return the shared area of two boxes over that of the smaller, 0 to 1: a load counts wholly within its carrier."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((one[2] - one[0]) * (one[3] - one[1]), (other[2] - other[0]) * (other[3] - other[1]))
    return width * height / smaller if smaller > 0 else 0.0


def _shown(case: RuleInput, finding: Finding) -> tuple[TrackSample, ...]:
    first, last = min(finding.frame_sequences), max(finding.frame_sequences)
    return tuple(sample for sample in case.samples if first <= sample.frame_sequence <= last)


def _size_class(kind: VehicleClass) -> str:
    """Cars, lorries and buses are mistaken for each other in the picture; two wheels are not taken for four."""
    return "two_wheels" if kind in (VehicleClass.MOTORCYCLE, VehicleClass.BICYCLE) else "four_wheels"


def _per_frame_s(one: TrackSample, other: TrackSample) -> float:
    return (other.pts_s - one.pts_s) / max(other.frame_sequence - one.frame_sequence, 1)


def has_leap(samples: Sequence[TrackSample]) -> bool:
    """Tell whether a box ever moved by more than its size, and by as much from where its last step would lead.

    Up and down both its edges must have moved so: a vehicle before it hides the lower one for a while.
    """
    if len(samples) < 2:  # noqa: PLR2004 - a step has two ends
        return False
    boxes = np.array([sample.box_px for sample in samples], dtype=np.float64)
    at_s = np.array([sample.pts_s for sample in samples])
    wide, tall = LEAP_MAX_BOXES
    sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0)
    allowed = np.minimum(sizes[:-1], sizes[1:]) * [wide, tall]
    across, top, bottom = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1], boxes[:, 3]
    is_aside = _off_course(across, at_s, allowed[:, 0])
    is_along = _off_course(top, at_s, allowed[:, 1]) & _off_course(bottom, at_s, allowed[:, 1])
    return bool(np.any(is_aside | is_along))


def _off_course(places_px: Floats, at_s: Floats, allowed_px: Floats) -> Flags:
    """Tell which steps (N - 1,) are longer than allowed, and as much longer than the step before them leads to."""
    steps, paces_s = np.diff(places_px), np.maximum(np.diff(at_s), 1e-6)
    expected = np.concatenate([[0.0], steps[:-1] / paces_s[:-1] * paces_s[1:]])
    return np.asarray((np.abs(steps) > allowed_px) & (np.abs(steps - expected) > allowed_px))
