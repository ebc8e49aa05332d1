from recognition.contracts import VehicleClass
from recognition.vision import VehicleBox, VehicleTracker


def _car(x: float, y: float = 100, confidence: float = 0.8) -> VehicleBox:
    return VehicleBox((x, y, x + 80, y + 60), VehicleClass.CAR, confidence)


def test_two_cars_that_meet_keep_their_numbers() -> None:
    tracker = VehicleTracker()
    seen: dict[str, set[int]] = {"left": set(), "right": set()}
    for frame in range(40):
        left, right = _car(10 + 8 * frame, 100), _car(400 - 8 * frame, 220)
        for tracked in tracker.update([left, right], frame / 25):
            seen["left" if tracked.vehicle is left else "right"].add(tracked.track_id)
    assert len(seen["left"]) == len(seen["right"]) == 1
    assert seen["left"] != seen["right"]


def test_a_flicker_of_the_detector_is_no_track() -> None:
    tracker = VehicleTracker(min_consecutive=3)
    assert tracker.update([_car(10)], 0.0) == []
    assert all(tracker.update([], frame / 25) == [] for frame in range(1, 10))


def test_a_car_hidden_for_half_a_second_stays_the_same_car() -> None:
    tracker = VehicleTracker(lost_s=1.0)
    numbers = set()
    for frame in range(50):
        boxes = [] if 20 <= frame < 32 else [_car(10 + 3 * frame)]
        numbers |= {tracked.track_id for tracked in tracker.update(boxes, frame / 25)}
    assert numbers == {0}


def test_every_camera_counts_for_itself() -> None:
    first, second = VehicleTracker(), VehicleTracker()
    for frame in range(5):
        first.update([_car(10)], frame / 25)
    numbers = [tracked.track_id for frame in range(5) for tracked in second.update([_car(300)], frame / 25)]
    assert set(numbers) == {0}
