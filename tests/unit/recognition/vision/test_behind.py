from recognition.contracts import BoxPx, VehicleClass
from recognition.vision.behind import QueueOrder
from recognition.vision.detect import VehicleBox
from recognition.vision.track import TrackedBox

NEAR = (106.0, 100.0, 170.0, 160.0)
APART = (100.0, 50.0, 165.0, 110.0)
OVER_BOTH = (100.0, 50.0, 172.0, 161.0)


def seen(far_px: BoxPx, near_px: BoxPx | None = NEAR) -> list[TrackedBox]:
    boxes = [TrackedBox(1, VehicleBox(far_px, VehicleClass.CAR, 0.6))]
    return boxes + ([TrackedBox(2, VehicleBox(near_px, VehicleClass.CAR, 0.5))] if near_px else [])


def boxes_of(tracked: list[TrackedBox]) -> list[BoxPx]:
    return [box.vehicle.box_px for box in tracked]


def test_two_that_were_seen_apart_stay_two() -> None:
    order = QueueOrder(lost_s=1.0)
    assert boxes_of(order.mend(seen(APART), 0.0)) == [APART, NEAR]
    for _ in range(3):
        assert boxes_of(order.mend(seen(OVER_BOTH), 0.0)) == [(100.0, 50.0, 172.0, 100.0), NEAR]


def test_a_lorry_with_a_false_box_on_its_rear_is_not_cut() -> None:
    order = QueueOrder(lost_s=1.0)
    assert boxes_of(order.mend(seen(OVER_BOTH, None), 0.0)) == [OVER_BOTH]
    assert boxes_of(order.mend(seen(OVER_BOTH), 0.0)) == [OVER_BOTH, NEAR]


def test_a_vehicle_beside_is_not_behind() -> None:
    order, beside = QueueOrder(lost_s=1.0), (160.0, 100.0, 230.0, 160.0)
    order.mend(seen(APART, beside), 0.0)
    assert boxes_of(order.mend(seen(OVER_BOTH, beside), 0.0)) == [OVER_BOTH, beside]


def test_what_left_the_picture_is_forgotten() -> None:
    order = QueueOrder(lost_s=1.0)
    order.mend(seen(APART), 0.0)
    order.mend(seen(APART, None), 0.8)
    assert boxes_of(order.mend(seen(OVER_BOTH), 0.9)) == [(100.0, 50.0, 172.0, 100.0), NEAR]
    order.mend(seen(APART, None), 2.0)
    assert boxes_of(order.mend(seen(OVER_BOTH), 2.1)) == [OVER_BOTH, NEAR]


def test_the_near_one_is_never_cut() -> None:
    order = QueueOrder(lost_s=1.0)
    order.mend(seen(APART), 0.0)
    assert boxes_of(order.mend(seen(APART), 0.0))[1] == NEAR
