"""Who stands behind whom in a queue, so that a box drawn over two vehicles does not move the far one forward.

Where a vehicle half hides another, the network now and then draws the far one's box down to the near one's tyres.  One
picture does not tell this from a lorry with a false box on its rear; what was seen before does: two vehicles that were
seen apart are two.
"""

from collections.abc import Sequence
from dataclasses import replace

from recognition.contracts import BoxPx
from recognition.vision.track import TrackedBox

_OVERLAP_MIN = 0.7
"""Share of the near vehicle's width that the far one's box must cover."""
_APART = 0.25
_SAME_BOTTOM = 0.1


class QueueOrder:
    """Remembers which of two tracks was seen to end above the other, for ``lost_s`` after either was seen last."""

    def __init__(self, *, lost_s: float) -> None:
        self._lost_s = lost_s
        self._seen_s: dict[int, float] = {}
        self._behind: set[tuple[int, int]] = set()

    def mend(self, boxes: Sequence[TrackedBox], now_s: float) -> list[TrackedBox]:
        """Return the boxes of one frame, each ended where a vehicle begins that it is known to stand behind."""
        self._seen_s |= {box.track_id: now_s for box in boxes}
        self._seen_s = {track: at_s for track, at_s in self._seen_s.items() if now_s - at_s <= self._lost_s}
        self._behind = {pair for pair in self._behind if self._seen_s.keys() >= set(pair)}
        return [self._mended(box, boxes) for box in boxes]

    def _mended(self, far: TrackedBox, boxes: Sequence[TrackedBox]) -> TrackedBox:
        left, top, right, bottom = far.vehicle.box_px
        for near in boxes:
            if near is far or not _is_covered(far.vehicle.box_px, near.vehicle.box_px):
                continue
            near_top, near_bottom = near.vehicle.box_px[1], near.vehicle.box_px[3]
            tall = near_bottom - near_top
            if bottom <= near_bottom - _APART * tall and top < near_top:
                self._behind.add((far.track_id, near.track_id))
            is_over_both = abs(bottom - near_bottom) <= _SAME_BOTTOM * tall and top <= near_top - _APART * tall
            if is_over_both and (far.track_id, near.track_id) in self._behind:
                bottom = near_top
        return replace(far, vehicle=replace(far.vehicle, box_px=(left, top, right, bottom)))


def _is_covered(far: BoxPx, near: BoxPx) -> bool:
    return min(far[2], near[2]) - max(far[0], near[0]) >= _OVERLAP_MIN * (near[2] - near[0])
