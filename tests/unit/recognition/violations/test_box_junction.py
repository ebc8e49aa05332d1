"""Blocking a junction: only who drove onto the box while it could be seen that there was no room beyond."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode
from recognition.violations import Finding
from recognition.violations.box_junction import RULE

BOX_M = (-4.0, 4.0, 26.0, 36.0)


@dataclass(frozen=True)
class Scene:
    """A car that goes away and stops in the box, and another beyond it."""

    street: Any
    case_of: Any

    def car(self, stand_s: float = 10.0, *, x_m: float = 1.0, stops_m: float = 31.0, from_m: float = 20.0) -> Any:
        at_s = self.street.times(stand_s + 6.0)
        knots = [0.0, 2.5, 4.0, 4.0 + stand_s, 6.0 + stand_s]
        return self.street.vehicle(
            at_s, x_m, np.interp(at_s, knots, [from_m, stops_m - 2, stops_m, stops_m, stops_m + 8])
        )

    def beyond(self, from_s: float = -5.0, to_s: float = 13.0, *, x_m: float = 1.0, y_m: float = 40.5) -> Any:
        at_s = self.street.times(18.0)
        moved = 8.0 * np.minimum(at_s - from_s, 0.0) + 8.0 * np.maximum(at_s - to_s, 0.0)
        return self.street.vehicle(at_s, x_m, y_m + moved, seed=11)

    def answer(self, car: Any, *others: Any, **parts: Any) -> Any:
        zone = self.street.zone("box_junction", *parts.pop("box_m", BOX_M))
        site = self.street.site(zone, **parts.pop("changes", {}))
        case = self.case_of(self.street.road, car, site=site, others=others, speed=None, **parts)
        return self.street.answer(RULE, case)


@pytest.fixture
def scene(street: Any, case_of: Any) -> Scene:
    return Scene(street, case_of)


def test_who_drives_on_behind_a_standing_car_is_found(scene: Scene) -> None:
    found = scene.answer(scene.car(), scene.beyond())
    assert found.mode is RuleMode.FINE
    assert found.facts["zone_id"] == "box_junction-1"
    assert found.measurement.quantity == "time_in_zone"
    assert found.measurement.value == pytest.approx(10.0, abs=1.0)
    assert found.facts["other_stood_before_s"] > 0


def test_the_frames_show_before_the_box_and_in_it(scene: Scene) -> None:
    car = scene.car()
    found = scene.answer(car, scene.beyond())
    bottoms = {s.frame_sequence: s.box_px[3] for s in car}
    seen = [bottoms[number] for number in found.frame_sequences]
    assert 3 <= len(seen) <= 5
    assert seen[0] > seen[-1] + 30
    assert found.frame_sequences[-1] - found.frame_sequences[0] > 10 * scene.street.fps


def test_one_who_comes_is_found_as_well(scene: Scene) -> None:
    at_s = scene.street.times(16.0)
    y_m = np.interp(at_s, [0.0, 2.5, 4.0, 14.0, 16.0], [48.0, 36.0, 34.0, 34.0, 26.0])
    car = scene.street.vehicle(at_s, -1.0, y_m, heading_deg=180.0)
    other = scene.street.vehicle(at_s, -1.0, 21.0, heading_deg=180.0, seed=11)
    assert isinstance(scene.answer(car, other), Finding)


def test_a_queue_of_several_beyond(scene: Scene) -> None:
    assert isinstance(
        scene.answer(scene.car(), scene.beyond(), scene.beyond(y_m=48.0), scene.beyond(x_m=-2.5)), Finding
    )


def test_five_seconds_are_needed(scene: Scene) -> None:
    """Five beyond doubt: a box does not show the first and the last second of a stand."""
    assert scene.answer(scene.car(4.5), scene.beyond()) is None
    assert scene.answer(scene.car(6.0), scene.beyond()) is None
    assert isinstance(scene.answer(scene.car(8.0), scene.beyond()), Finding)


def test_who_waits_to_turn(scene: Scene) -> None:
    """Hard innocent: stands in the box because of traffic from ahead, nobody stands before it."""
    coming = scene.street.vehicle(
        scene.street.times(4.0), -3.0, 60.0 - 9.0 * scene.street.times(4.0), heading_deg=180.0
    )
    assert scene.answer(scene.car(), coming) is None
    assert scene.answer(scene.car()) is None


def test_who_turns_off_after_waiting(scene: Scene) -> None:
    """Hard innocent: straight on there is a jam, but this driver turns left (ПДД 13.2)."""
    at_s = scene.street.times(18.0)
    y_m = np.interp(at_s, [0.0, 2.5, 4.0, 14.0, 15.5, 18.0], [20.0, 29.0, 31.0, 31.0, 34.0, 34.5])
    x_m = np.interp(at_s, [0.0, 14.0, 15.0, 18.0], [1.0, 1.0, 0.0, -9.0])
    car = scene.street.vehicle(at_s, x_m, y_m, heading_deg=np.interp(at_s, [14.0, 16.0], [0.0, 90.0]))
    assert scene.answer(car, scene.beyond()) is None


def test_who_is_stopped_by_one_that_stops_later(scene: Scene) -> None:
    """Hard innocent: the traffic beyond was moving when the driver came onto the box."""
    assert scene.answer(scene.car(), scene.beyond(from_s=3.0)) is None


def test_who_follows_when_the_one_beyond_sets_off(scene: Scene) -> None:
    """Hard innocent: it stood, set off, and something else stopped this driver."""
    assert scene.answer(scene.car(), scene.beyond(to_s=2.0)) is None


def test_who_had_room_beyond(scene: Scene) -> None:
    assert scene.answer(scene.car(), scene.beyond(y_m=50.0)) is None


def test_a_jam_in_the_next_lane(scene: Scene) -> None:
    assert scene.answer(scene.car(), scene.beyond(x_m=-2.5)) is None


def test_a_vehicle_that_stands_in_the_box_itself_may_wait_to_turn(scene: Scene) -> None:
    """Hard innocent: stuck behind one that waits for a gap."""
    assert scene.answer(scene.car(stops_m=27.8, from_m=17.8), scene.beyond(y_m=36.5)) is None


def test_who_stops_for_a_person_on_foot(scene: Scene) -> None:
    """Hard innocent: nobody stands beyond; and where somebody does, the person is reason enough to leave it."""
    at_s = scene.street.times(16.0)
    person = scene.street.vehicle(at_s, 1.0 + 0.3 * (at_s - 8.0), 35.0, length_m=0.4, width_m=0.5, tall_m=1.7, seed=12)
    assert scene.answer(scene.car(), people=(person,)) is None
    assert scene.answer(scene.car(), scene.beyond(), people=(person,)) == "person_ahead"
    aside = scene.street.vehicle(at_s, -3.5, 35.0, length_m=0.4, width_m=0.5, tall_m=1.7, seed=12)
    assert isinstance(scene.answer(scene.car(), scene.beyond(), people=(aside,)), Finding)


def test_who_stands_before_the_box(scene: Scene) -> None:
    assert scene.answer(scene.car(stops_m=27.0, from_m=18.0), scene.beyond(), box_m=(-4.0, 4.0, 31.0, 36.0)) is None


def test_who_was_in_the_box_when_first_seen(scene: Scene) -> None:
    """Nobody saw it drive on: the one beyond may have stopped later."""
    late = tuple(s for s in scene.car() if s.pts_s > 3.0)
    assert scene.answer(late, scene.beyond()) is None


def test_whose_front_may_have_been_on_the_box_when_first_seen(scene: Scene) -> None:
    """Hard innocent: of who drives away only the rear is seen, and it was still before the box."""
    late = tuple(s for s in scene.car() if s.pts_s > 1.2)
    assert scene.answer(late, scene.beyond()) is None


def test_one_beyond_that_moves_up_a_little_still_stands(scene: Scene) -> None:
    """Or seems to: who drives up behind it hides its lower edge."""
    at_s = scene.street.times(18.0)
    other = scene.street.vehicle(at_s, 1.0, 40.5 + np.where(at_s > 3.0, 1.3, 0.0), seed=11)
    assert isinstance(scene.answer(scene.car(), other), Finding)
    gone = scene.street.vehicle(at_s, 1.0, 40.5 + np.where(at_s > 3.0, 4.0, 0.0), seed=11)
    assert scene.answer(scene.car(), gone) is None


@pytest.mark.parametrize("rules", [{}, {"box_junction": {"mode": "off"}}])
def test_the_rule_is_off(scene: Scene, rules: dict[str, Any]) -> None:
    assert scene.answer(scene.car(), scene.beyond(), changes={"rules": rules}) is None


def test_no_plate_no_accusation(scene: Scene) -> None:
    assert scene.answer(scene.car(), scene.beyond(), plate=None) == "no_plate"
