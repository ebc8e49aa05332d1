"""Which answer belongs to which labelled plate, decided by place alone so that a misread cannot hide."""

from collections.abc import Iterable, Sequence

from models.evaluation.systems import FoundBox, PlateAnswer
from recognition.contracts import BoxPx

SAME_PLATE_IOU = 0.3
FOUND_IOU = 0.5


def iou(one: BoxPx, other: BoxPx) -> float:
    """Return intersection over union of two upright boxes (0 where they do not touch)."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (_area(one) + _area(other) - shared)


def match(answers: Sequence[PlateAnswer], labels: Sequence[BoxPx]) -> tuple[PlateAnswer | None, ...]:
    """Return each label's answer: surest first, every answer for one label and every label with one answer at most.

    An answer belongs where IoU is at least ``SAME_PLATE_IOU`` or its centre lies inside the label; where it could
    belong to two labels, it belongs to the one it overlaps more.
    """
    pairs = sorted(
        (-answer.confidence, -iou(answer.box_px, label), place, number)
        for number, answer in enumerate(answers)
        for place, label in enumerate(labels)
        if is_same_plate(answer.box_px, label)
    )
    given: dict[int, int] = {}
    used: set[int] = set()
    for _, _, place, number in pairs:
        if place not in given and number not in used:
            given[place] = number
            used.add(number)
    return tuple(answers[given[place]] if place in given else None for place in range(len(labels)))


def is_same_plate(box_px: BoxPx, label_px: BoxPx) -> bool:
    """Tell whether a box is about the labelled plate."""
    x, y = (box_px[0] + box_px[2]) / 2, (box_px[1] + box_px[3]) / 2
    is_inside = label_px[0] <= x <= label_px[2] and label_px[1] <= y <= label_px[3]
    return is_inside or iou(box_px, label_px) >= SAME_PLATE_IOU


def is_found(boxes: Iterable[FoundBox], label_px: BoxPx) -> bool:
    """Tell whether any box covers the labelled plate well."""
    return any(iou(box.box_px, label_px) >= FOUND_IOU for box in boxes)


def _area(box_px: BoxPx) -> float:
    return (box_px[2] - box_px[0]) * (box_px[3] - box_px[1])
