import math

import numpy as np
import pytest

from models.synthesis.tracks.motion import Arc, Go, Shift, Stand, StopWithin, Straight, Timetable, along_path


def test_a_constant_speed_covers_its_way() -> None:
    table = Timetable.of((Go(36.0),))
    assert table.way_m(np.array([-1.0, 0.0, 2.5])) == pytest.approx([-10.0, 0.0, 25.0])
    assert table.moment_s(25.0) == pytest.approx(2.5)


def test_a_stop_ends_where_it_was_meant_to_and_lasts() -> None:
    table = Timetable.of((Go(36.0, for_m=10.0), StopWithin(12.5), Stand(4.0), Go(36.0, ms2=2.0)))
    # 1 s at 10 m/s, then 2 * 12.5 / 10 s of braking, then 4 s still.
    assert table.way_m(np.array([1.0, 3.5, 7.5])) == pytest.approx([10.0, 22.5, 22.5])
    assert table.moment_s(23.5) == pytest.approx(7.5 + 1.0)
    assert table.moment_s(9.0) == pytest.approx(0.9)


def test_reversing_comes_back() -> None:
    table = Timetable.of((Go(18.0, for_m=10.0), StopWithin(5.0), Go(-3.6, for_m=4.0, ms2=1.0), Stand()))
    assert table.way_m(np.array([100.0]))[0] == pytest.approx(15.0 - 4.0 - 0.0, abs=0.01)


def test_who_stops_never_comes_further() -> None:
    assert Timetable.of((Go(36.0, for_m=10.0), StopWithin(10.0), Stand())).moment_s(20.5) == math.inf


def test_a_left_turn_leads_to_the_left_and_goes_on_straight() -> None:
    path = (Straight(10.0), Arc(8.0, 90.0))
    places, headings = along_path(
        (2.0, 0.0), 0.0, path, (), np.array([5.0, 10.0, 10.0 + 4 * math.pi, 30.0 + 4 * math.pi])
    )
    assert places == pytest.approx(np.array([[2.0, 5.0], [2.0, 10.0], [-6.0, 18.0], [-26.0, 18.0]]), abs=1e-9)
    assert headings == pytest.approx([0.0, 0.0, math.pi / 2, math.pi / 2])


def test_a_half_turn_comes_back_at_twice_the_radius() -> None:
    places, headings = along_path((4.0, 20.0), 0.0, (Arc(4.0, 180.0),), (), np.array([4 * math.pi, 4 * math.pi + 6]))
    assert places == pytest.approx(np.array([[-4.0, 20.0], [-4.0, 14.0]]), abs=1e-9)
    assert headings[1] == pytest.approx(math.pi)


def test_a_right_turn_leads_to_the_right() -> None:
    places, _ = along_path((0.0, 0.0), 0.0, (Arc(6.0, -90.0),), (), np.array([3 * math.pi]))
    assert places[0] == pytest.approx([6.0, 6.0], abs=1e-9)


def test_right_is_the_drivers_right_whichever_way_he_goes() -> None:
    shift = (Shift(3.0, 0.0, 10.0),)
    away, _ = along_path((0.0, 0.0), 0.0, (), shift, np.array([20.0]))
    towards, _ = along_path((0.0, 60.0), 180.0, (), shift, np.array([20.0]))
    assert away[0] == pytest.approx([3.0, 20.0])
    assert towards[0] == pytest.approx([-3.0, 40.0])


def test_speed_along_a_curve_is_the_speed_of_the_pace() -> None:
    at_s = np.linspace(0, 8, 2000)
    way = Timetable.of((Go(18.0),)).way_m(at_s)
    places, _ = along_path((0.0, 0.0), 0.0, (Straight(8.0), Arc(7.0, 90.0), Straight(3.0), Arc(5.0, -45.0)), (), way)
    speeds = np.linalg.norm(np.diff(places, axis=0), axis=1) / np.diff(at_s)
    assert speeds == pytest.approx(np.full(len(speeds), 5.0), rel=1e-3)
