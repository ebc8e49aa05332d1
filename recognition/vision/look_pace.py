"""When the plate of one vehicle is worth another look: by time while it is learned, by way as long as it moves."""

from recognition.contracts import BoxPx
from recognition.vision.policy import AnalysisPolicy

_UNMOVED_SHARE = 0.25
_STAMP_TOLERANCE_S = 0.005
"""Capture times jitter by a millisecond or two: two frames of 40 ms must not fall short of 80 ms by one."""


class LookPace:
    """Counts the looks at one vehicle and tells when the next one is due; knows boxes and times only, no pixels."""

    def __init__(self, policy: AnalysisPolicy) -> None:
        self._policy = policy
        self._looks = 0
        self._reads = 0
        self._large_reads = 0
        self._fruitless = 0
        self._at_s = float("-inf")
        self._widest_px = 0.0
        self._box: BoxPx | None = None

    def why_not(self, box_px: BoxPx, picture_height_px: int) -> str | None:
        """Return why a plate in this box (px) cannot be read or shall not be any more, None where it may."""
        policy = self._policy
        if box_px[2] - box_px[0] < policy.min_plate_vehicle_width_px:
            return "vehicle_too_small"
        if box_px[3] >= picture_height_px - policy.border_px:
            return "cut_off"
        return "budget_spent" if self._looks >= policy.max_looks else None

    def is_due(self, at_s: float, box_px: BoxPx) -> bool:
        """Tell whether the vehicle, seen at stream time ``at_s`` in this box (px), is to be looked at again."""
        if self._box is None or box_px[2] - box_px[0] >= self._policy.grown * self._widest_px:
            return True
        if way_in_boxes(self._box, box_px) >= self._policy.look_way:
            return True
        return at_s - self._at_s >= self._interval_s(box_px) - _STAMP_TOLERANCE_S

    def took(self, at_s: float, box_px: BoxPx, read_height_px: float | None) -> None:
        """Count a look; ``read_height_px`` is the height of the plate that was read, None where none was."""
        self._looks += 1
        self._at_s = at_s
        self._widest_px = max(self._widest_px, box_px[2] - box_px[0])
        self._box = box_px
        if read_height_px is None:
            self._fruitless += 1
            return
        self._fruitless = 0
        self._reads += 1
        self._large_reads += read_height_px >= self._policy.settling_height_px

    def _interval_s(self, box_px: BoxPx) -> float:
        """Return how long to wait between looks: a standing vehicle gives the same picture again and again."""
        policy = self._policy
        if self._box is None or not is_unmoved(self._box, box_px):
            if self._reads < policy.settled_looks:
                return policy.look_interval_s
            is_settled = self._large_reads >= policy.settled_looks
            return policy.slow_look_interval_s if is_settled else policy.small_look_interval_s
        if self._reads >= policy.settled_looks:
            return policy.slow_look_interval_s * 2.0 ** (self._reads - policy.settled_looks + 1)
        return policy.look_interval_s * 2.0 ** max(0, self._fruitless - policy.patient_looks)


def way_in_boxes(first: BoxPx, last: BoxPx) -> float:
    """Return how far a box moved or grew: its edges' largest shift in shares of its smaller side."""
    size = max(min(first[2] - first[0], first[3] - first[1]), 1.0)
    return max(abs(one - other) for one, other in zip(first, last, strict=True)) / size


def is_unmoved(first: BoxPx, last: BoxPx) -> bool:
    """Tell whether a box stands where it stood, within what detectors shake."""
    return way_in_boxes(first, last) < _UNMOVED_SHARE
