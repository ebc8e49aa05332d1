"""Banned turns and U-turns: from zone to zone, seen all the way, round a bend."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode
from recognition.violations import Finding, banned_turn, banned_u_turn

ZONES_M = {
    "south-in": (0.5, 6.5, 12.0, 21.0),
    "south-out": (-6.5, -0.5, 12.0, 21.0),
    "west-out": (-18.0, -7.0, 22.0, 36.0),
    "north-out": (0.5, 6.5, 30.0, 48.0),
}
MOVES = (
    {"move_id": "no-left", "kind": "turn", "from_zone": "south-in", "to_zone": "west-out"},
    {"move_id": "no-ahead-turn", "kind": "turn", "from_zone": "south-in", "to_zone": "north-out"},
    {"move_id": "no-u-turn", "kind": "u_turn", "from_zone": "south-in", "to_zone": "south-out"},
    {"move_id": "no-u-turn-west", "kind": "u_turn", "from_zone": "south-in", "to_zone": "west-out"},
)
Legs = list[tuple[float, float]]


@dataclass(frozen=True)
class Junction:
    """A junction under a wide camera, and vehicles on paths of legs: (metres, degrees to the left)."""

    street: Any
    case_of: Any

    def drive(
        self, legs: Legs, *, start_m: tuple[float, float] = (3.3, 15.5), kmh: float = 22.0, size: Any = None
    ) -> Any:
        step = kmh / 3.6 / self.street.fps
        angles, moves = [0.0], []
        for way_m, turn_deg in legs:
            count = max(2, int(abs(way_m) / step))
            angles += list(angles[-1] + np.radians(turn_deg) * np.arange(1, count + 1) / count)
            moves += [step * np.sign(way_m)] * count
        heading = np.array(angles[1:])
        ways = np.array(moves)[:, None] * np.column_stack([-np.sin(heading), np.cos(heading)])
        places = np.array(start_m) + np.cumsum(ways, axis=0)
        at_s = np.arange(len(places)) / self.street.fps
        given = size or {}
        return self.street.vehicle(at_s, places[:, 0], places[:, 1], heading_deg=np.degrees(heading), **given)

    def case(self, samples: Any, **parts: Any) -> Any:
        zones = [self.street.zone("manoeuvre", *sides, zone_id=name) for name, sides in ZONES_M.items()]
        changes = {"banned_moves": MOVES, **parts.pop("changes", {})}
        site = self.street.site(*zones, **changes)
        return self.case_of(self.street.road, samples, site=site, speed=None, **parts)

    def turn(self, samples: Any, **parts: Any) -> Any:
        return self.street.answer(banned_turn.RULE, self.case(samples, **parts))

    def u_turn(self, samples: Any, **parts: Any) -> Any:
        return self.street.answer(banned_u_turn.RULE, self.case(samples, **parts))


@pytest.fixture
def junction(wide_street: Any, case_of: Any) -> Junction:
    return Junction(wide_street, case_of)


def left(radius_m: float = 9.0) -> Legs:
    return [(6.0, 0.0), (radius_m * np.pi / 2, 90.0), (8.0, 0.0)]


def back(radius_m: float = 3.5) -> Legs:
    return [(7.5, 0.0), (radius_m * np.pi, 180.0), (9.0, 0.0)]


@pytest.mark.parametrize("kmh", [14.0, 22.0, 32.0])
def test_a_left_turn_is_found(junction: Junction, kmh: float) -> None:
    found = junction.turn(junction.drive(left(), kmh=kmh))
    assert found.mode is RuleMode.FINE
    assert found.facts["move_id"] == "no-left"
    assert found.facts["turned_deg"] == pytest.approx(90.0, abs=15.0)
    assert 3 <= len(found.frame_sequences) <= 5


def test_a_left_turn_of_a_van_is_found(junction: Junction) -> None:
    van = junction.drive(left(), size={"length_m": 5.6, "width_m": 2.0, "tall_m": 2.3})
    assert isinstance(junction.turn(van), Finding)


def test_the_frames_show_the_zones_and_the_bend(junction: Junction) -> None:
    drive = junction.drive(left())
    found = junction.turn(drive)
    boxes = {s.frame_sequence: s.box_px for s in drive}
    middles = [(boxes[n][0] + boxes[n][2]) / 2 for n in found.frame_sequences]
    assert middles[0] > 680
    assert middles[-1] < 420
    assert any(420 < middle < 680 for middle in middles)


@pytest.mark.parametrize("kmh", [12.0, 18.0, 24.0])
def test_a_u_turn_is_found(junction: Junction, kmh: float) -> None:
    found = junction.u_turn(junction.drive(back(), kmh=kmh))
    assert found.facts["move_id"] == "no-u-turn"
    assert found.facts["turned_deg"] == pytest.approx(180.0, abs=25.0)


def test_a_u_turn_over_more_lanes_is_found(junction: Junction) -> None:
    drive = junction.drive([(5.0, 0.0), (np.pi * 4.0, 180.0), (9.0, 0.0)], start_m=(4.0, 15.5))
    assert isinstance(junction.u_turn(drive), Finding)


def test_who_goes_straight_on_through_both_zones(junction: Junction) -> None:
    """Hard innocent: the second zone lies ahead, nobody turned."""
    assert junction.turn(junction.drive([(28.0, 0.0)])) is None


def test_who_changes_lane_between_the_zones(junction: Junction) -> None:
    legs: Legs = [(7.0, 0.0), (6.0, 18.0), (6.0, -18.0), (10.0, 0.0)]
    assert junction.turn(junction.drive(legs, start_m=(5.0, 15.5))) is None


def test_who_turns_left_has_not_turned_back(junction: Junction) -> None:
    """Hard innocent: into the zone that is banned for U-turns, by a quarter turn."""
    assert junction.u_turn(junction.drive(left())) is None


def test_who_only_turns_right(junction: Junction) -> None:
    legs: Legs = [(6.0, 0.0), (9.0 * np.pi / 2, -90.0), (4.0, 0.0)]
    assert junction.turn(junction.drive(legs)) is None


def test_who_backs_out_the_way_it_came(junction: Junction) -> None:
    """Hard innocent: drives in, stops, and backs to the other side; the direction of travel is turned, not the car."""
    legs: Legs = [(14.0, 0.0), (-6.0, -40.0), (-8.0, 40.0), (-4.0, 0.0)]
    drive = junction.drive(legs, start_m=(2.2, 15.0), kmh=12.0, size={"width_m": 1.6})
    zones = {"banned_moves": [{**MOVES[2], "to_zone": "behind"}]}
    near = [junction.street.zone("manoeuvre", *ZONES_M["south-in"], zone_id="south-in")]
    near.append(junction.street.zone("manoeuvre", -8.0, 0.4, 11.0, 21.0, zone_id="behind"))
    site = junction.street.site(*near, **zones)
    case = junction.case_of(junction.street.road, drive, site=site, speed=None)
    assert junction.street.answer(banned_u_turn.RULE, case) is None


@pytest.mark.parametrize("gap_s", [0.6, 1.4])
def test_who_was_lost_in_the_bend_is_not_accused(junction: Junction, gap_s: float) -> None:
    drive = junction.drive(back(), kmh=14.0)
    middle_s = drive[len(drive) // 2].pts_s
    torn = tuple(s for s in drive if abs(s.pts_s - middle_s) > gap_s / 2)
    assert isinstance(junction.u_turn(torn), Finding) == (gap_s < 1.0)


def test_two_vehicles_under_one_number(junction: Junction) -> None:
    """Hard innocent: one drives up, another comes down on the other side, and the tracker mixes them up."""
    up = junction.drive([(9.0, 0.0)])
    last = up[-1].frame_sequence
    at_s = junction.street.times(2.0)
    down = junction.street.vehicle(at_s, -3.3, 25.0 - 6.0 * at_s, heading_deg=180.0)
    shift = down[0].captured_at - up[-1].captured_at
    joined = up + tuple(
        replace(
            s,
            frame_sequence=last + 2 + s.frame_sequence,
            pts_s=up[-1].pts_s + 0.08 + s.pts_s,
            captured_at=s.captured_at - shift + 0.08 * (drive_step(down)),
        )
        for s in down
    )
    assert junction.u_turn(joined) == "track_leaps"
    assert junction.turn(joined) is None


def drive_step(samples: Any) -> Any:
    """One second as the samples count it."""
    return (samples[1].captured_at - samples[0].captured_at) / (samples[1].pts_s - samples[0].pts_s)


def test_who_stays_short_of_the_second_zone(junction: Junction) -> None:
    assert junction.turn(junction.drive([(6.0, 0.0), (5.0 * np.pi / 2, 90.0)])) is None


def test_a_move_that_nobody_banned(junction: Junction) -> None:
    assert junction.turn(junction.drive(left()), changes={"banned_moves": MOVES[2:]}) is None
    assert junction.u_turn(junction.drive(back()), changes={"banned_moves": MOVES[:2]}) is None


def test_a_move_whose_zone_is_not_on_site(junction: Junction) -> None:
    moves = [{**MOVES[0], "to_zone": "elsewhere"}]
    assert junction.turn(junction.drive(left()), changes={"banned_moves": moves}) is None


def test_the_rules_are_off(junction: Junction) -> None:
    assert junction.turn(junction.drive(left()), changes={"rules": {}}) is None
    assert junction.u_turn(junction.drive(back()), changes={"rules": {"banned_u_turn": {"mode": "off"}}}) is None


def test_no_plate_no_accusation(junction: Junction) -> None:
    assert junction.turn(junction.drive(left()), plate=None) == "no_plate"
    assert junction.u_turn(junction.drive(back()), plate=None) == "no_plate"
