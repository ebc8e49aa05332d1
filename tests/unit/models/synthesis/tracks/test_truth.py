"""What the scenes claim, checked against exact places and times by plain geometry, without any rule."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from models.synthesis.tracks import BOOK
from models.synthesis.tracks.places import BOX_M, CROSSING_M, JUNCTION, LIMIT_KMH, STOP_AWAY_M, STOP_TOWARDS_M
from models.synthesis.tracks.scene import Scene, Vehicle
from models.synthesis.tracks.seen import Course, course_of
from recognition.contracts import LineKind
from recognition.signals import Aspect
from recognition.violations.case import Seen

Array = NDArray[np.float64]
_STEP_S = 0.02
_SPARED = {
    "ambulance_by_register",
    "ambulance_by_beacon",
    "plate_never_read",
    "camera_moved",
    "device_elsewhere",
    "clock_unknown",
    "certificate_expired",
}
_SEEDS = range(6)


def _scenes(rule: str, *, violating: bool, leave_out: frozenset[str] = frozenset()) -> list[Scene]:
    names = BOOK.names_of(rule, "violating" if violating else "innocent")
    kept = [name for name in names if name.partition(".")[2] not in _SPARED | leave_out]
    return [BOOK.scene_of(name, seed) for name in kept for seed in _SEEDS]


def _times(scene: Scene) -> Array:
    return np.arange(0.0, scene.duration_s, _STEP_S)


def _corners(course: Course, vehicle: Vehicle) -> Array:
    """Return the corners of the body on the road, (F, 4, 2) m."""
    half, side = vehicle.size.length_m / 2, vehicle.size.width_m / 2
    return np.stack(
        [course.middle_m + a * half * course.ahead + b * side * course.right for a in (-1, 1) for b in (-1, 1)], axis=1
    )


def _inside(corners: Array, polygon: tuple[tuple[float, float], ...]) -> NDArray[np.bool_]:
    """Tell when the whole body is within an oblong."""
    low, high = np.min(polygon, axis=0), np.max(polygon, axis=0)
    return np.asarray(((corners > low) & (corners < high)).all(axis=(1, 2)))


def _driven_inside_m(scene: Scene, vehicle: Vehicle, zone_id: int = 0) -> float:
    course = course_of(vehicle, scene, _times(scene))
    within = _inside(_corners(course, vehicle), scene.place.zones[zone_id].polygon_m)
    steps = np.linalg.norm(np.diff(course.middle_m, axis=0), axis=1)
    return float(steps[within[1:]].sum())


def _longest_stand_s(scene: Scene, vehicle: Vehicle) -> float:
    """Return how long the vehicle stood at most, wholly inside the zone."""
    course = course_of(vehicle, scene, _times(scene))
    still = np.append(np.linalg.norm(np.diff(course.middle_m, axis=0), axis=1) < 1e-6, False)
    still &= _inside(_corners(course, vehicle), scene.place.zones[0].polygon_m)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(int), [0]])))
    return max((float(end - start) * _STEP_S for start, end in edges.reshape(-1, 2)), default=0.0)


def _subject(scene: Scene, rule: str) -> Vehicle:
    return next(one for one in scene.vehicles if rule in one.truth)


def _aspect_at(scene: Scene, moment_s: float) -> tuple[Aspect, float]:
    """Return what the plan shows, and since when."""
    begun = 0.0
    for aspect, lasts_s in scene.signals[0].aspects:
        if moment_s < begun + lasts_s:
            return aspect, moment_s - begun
        begun += lasts_s
    raise AssertionError(moment_s)


def _crosses_line_s(scene: Scene, vehicle: Vehicle) -> float | None:
    """Return when the front comes over the stop line."""
    times = _times(scene)
    front = course_of(vehicle, scene, times).front_m(vehicle.size.length_m)[:, 1]
    past = front > STOP_AWAY_M if scene.place is JUNCTION[0] else front < STOP_TOWARDS_M
    return float(times[int(past.argmax())]) if past.any() else None


def _mean_kmh(scene: Scene, vehicle: Vehicle) -> float | None:
    assert scene.place.speed is not None
    times = _times(scene)
    along = course_of(vehicle, scene, times).middle_m[:, 1]
    inside = np.flatnonzero((along > scene.place.speed.from_m) & (along < scene.place.speed.to_m))
    if len(inside) < 10:
        return None
    first, last = inside[0], inside[-1]
    return float(abs(along[last] - along[first]) / (times[last] - times[first]) * 3.6)


def test_speeds() -> None:
    for scene in _scenes("point_speed", violating=True):
        speed = _mean_kmh(scene, _subject(scene, "point_speed"))
        assert speed is not None
        assert speed >= LIMIT_KMH + 5.5
    for scene in _scenes("point_speed", violating=False):
        for vehicle in scene.vehicles:
            speed = _mean_kmh(scene, vehicle)
            assert vehicle.truth or speed is None or speed <= LIMIT_KMH


def test_mean_speeds_over_the_section() -> None:
    for scene in _scenes("section_speed", violating=True):
        vehicle = _subject(scene, "section_speed")
        assert scene.place.section is not None
        assert vehicle.earlier is not None
        assert scene.place.section.length_m / vehicle.earlier.before_s * 3.6 >= LIMIT_KMH + 7.9


def test_red_lights() -> None:
    for scene in _scenes("red_light", violating=True):
        vehicle = _subject(scene, "red_light")
        moment = _crosses_line_s(scene, vehicle)
        assert moment is not None
        aspect, since_s = _aspect_at(scene, moment)
        assert aspect is Aspect.RED
        assert since_s >= 0.75
        course = course_of(vehicle, scene, np.array([scene.duration_s]))
        assert abs(course.middle_m[0, 1] - (STOP_AWAY_M if scene.place is JUNCTION[0] else STOP_TOWARDS_M)) > 8
    for scene in [*_scenes("red_light", violating=False), *_scenes("stop_line", violating=False)]:
        for vehicle in scene.vehicles:
            moment = _crosses_line_s(scene, vehicle)
            assert moment is None or _aspect_at(scene, moment)[0] not in (Aspect.RED, Aspect.RED_AMBER), scene.name


def test_stop_lines() -> None:
    for scene in _scenes("stop_line", violating=True):
        vehicle = _subject(scene, "stop_line")
        moment = _crosses_line_s(scene, vehicle)
        assert moment is not None
        aspect, since_s = _aspect_at(scene, moment)
        assert aspect is Aspect.RED
        assert since_s > 0.5
        front = course_of(vehicle, scene, _times(scene)).front_m(vehicle.size.length_m)[:, 1]
        still = np.flatnonzero(np.abs(np.diff(front)) < 1e-6)
        assert len(still) * _STEP_S > 5
        assert 1.9 < STOP_TOWARDS_M - front[still[0]] < 3.6
        leaves_s = float(_times(scene)[still[-1]])
        assert _aspect_at(scene, leaves_s + 0.3)[0] is Aspect.GREEN


def _sides_of_line(scene: Scene, vehicle: Vehicle) -> set[float]:
    """Return on which sides of the solid line the whole vehicle was, beside the line."""
    line = next(one for one in scene.place.lines if one.kind is LineKind.SOLID)
    (x, from_m), (_, to_m) = line.points_m
    corners = _corners(course_of(vehicle, scene, _times(scene)), vehicle)
    beside = ((corners[:, :, 1] > from_m) & (corners[:, :, 1] < to_m)).all(axis=1)
    sides = np.sign(corners[beside][:, :, 0] - x)
    return {float(row[0]) for row in sides if (row == row[0]).all()}


def test_solid_lines() -> None:
    for scene in _scenes("solid_line", violating=True):
        assert _sides_of_line(scene, _subject(scene, "solid_line")) == {-1.0, 1.0}
    for scene in _scenes("solid_line", violating=False):
        assert all(len(_sides_of_line(scene, one)) < 2 for one in scene.vehicles), scene.name


@pytest.mark.parametrize("rule", ["oncoming_lane", "one_way"])
def test_ways(rule: str) -> None:
    for scene in _scenes(rule, violating=True):
        assert _driven_against_m(scene, _subject(scene, rule)) > 20
    for scene in _scenes(rule, violating=False, leave_out=frozenset({"crosses_the_road"})):
        assert all(_driven_against_m(scene, one) < 6 for one in scene.vehicles), scene.name


def _driven_against_m(scene: Scene, vehicle: Vehicle) -> float:
    """Return how far the whole vehicle went against the direction of the lane it was in, up to 75 m away."""
    course = course_of(vehicle, scene, _times(scene))
    corners, steps = _corners(course, vehicle), np.diff(course.middle_m[:, 1])
    against = 0.0
    for lane in scene.place.lanes:
        within = _inside(corners, lane.polygon_m)[1:] & (course.middle_m[1:, 1] < 75)
        wrong = steps < 0 if lane.direction == "receding" else steps > 0
        against += float(np.abs(steps[within & wrong]).sum())
    return against


@pytest.mark.parametrize("rule", ["shoulder", "bus_lane", "tram_tracks"])
def test_lanes(rule: str) -> None:
    allowed = {
        "on_a_tow_truck_in_it", "bus_in_its_lane", "route_minibus_seen_as_a_car", "taxi_in_the_bus_lane",
        "along_its_own_tracks", "tram_itself", "breakdown", "rejoins_after_a_breakdown",
    }  # fmt: skip
    for scene in _scenes(rule, violating=True):
        assert _driven_inside_m(scene, _subject(scene, rule)) > 18
    for scene in _scenes(rule, violating=False, leave_out=frozenset(allowed)):
        for vehicle in scene.vehicles:
            bound_m = 15.0 if scene.name.endswith("enters_to_turn") else 2.0
            assert vehicle.truth or _driven_inside_m(scene, vehicle) < bound_m, scene.name
    for name in {"breakdown", "rejoins_after_a_breakdown"} if rule == "shoulder" else ():
        for seed in _SEEDS:
            scene = BOOK.scene_of(f"shoulder.{name}", seed)
            assert _driven_inside_m(scene, scene.vehicles[0]) < 25


@pytest.mark.parametrize("rule", ["no_stopping", "no_parking"])
def test_stays(rule: str) -> None:
    for scene in _scenes(rule, violating=True):
        stay_s = scene.place.zones[0].stay_s
        assert stay_s is not None
        assert _longest_stand_s(scene, _subject(scene, rule)) >= stay_s + 19
    for scene in _scenes(rule, violating=False, leave_out=frozenset({"jam_queue"})):
        stay_s = scene.place.zones[0].stay_s
        assert stay_s is not None
        assert all(_longest_stand_s(scene, one) < stay_s - 4 for one in scene.vehicles), scene.name


def test_the_box() -> None:
    for scene in _scenes("box_junction", violating=True):
        times = _times(scene)
        subject, ahead = scene.vehicles
        course = course_of(subject, scene, times)
        near_m = (course.middle_m - subject.size.length_m / 2 * np.sign(course.ahead[0, 1]) * course.ahead)[:, 1]
        still = np.abs(np.diff(course.middle_m[:, 1])) < 1e-6
        in_box = (near_m[1:] > BOX_M[0]) & (near_m[1:] < BOX_M[1])
        assert float(np.sum(still & in_box)) * _STEP_S >= 14.5
        blocked = course_of(ahead, scene, times).middle_m[:, 1]
        enters = int(((near_m > BOX_M[0]) & (near_m < BOX_M[1])).argmax())
        assert np.ptp(blocked[:enters]) < 1e-6
    for scene in _scenes("box_junction", violating=False, leave_out=frozenset({"waits_to_turn"})):
        assert all(_longest_stand_s(scene, one) < 3 for one in scene.vehicles), scene.name


@pytest.mark.parametrize(("rule", "to_zone"), [("banned_turn", "west-out"), ("banned_u_turn", "south-out")])
def test_turns(rule: str, to_zone: str) -> None:
    for scene in _scenes(rule, violating=True):
        assert _comes_from_to(scene, _subject(scene, rule), to_zone), scene.name
    for scene in _scenes(rule, violating=False):
        banned = scene.place.banned_moves[0].to_zone
        assert not any(_comes_from_to(scene, one, banned) for one in scene.vehicles), scene.name


def _comes_from_to(scene: Scene, vehicle: Vehicle, to_zone: str) -> bool:
    corners = _corners(course_of(vehicle, scene, _times(scene)), vehicle)
    zones = {zone.zone_id: zone.polygon_m for zone in scene.place.zones}
    entered, left = (np.flatnonzero(_inside(corners, zones[name])) for name in ("south-in", to_zone))
    return bool(len(entered) and len(left) and entered[0] < left[0])


def _gap_to_person_m(scene: Scene, vehicle: Vehicle, person: int) -> tuple[float, float]:
    """Return the person's gap to the vehicle's flank and how fast it closes (m/s), as the front enters the crossing."""
    times = _times(scene)
    front = course_of(vehicle, scene, times).front_m(vehicle.size.length_m)
    is_coming = vehicle.heading_deg == 180.0
    past = front[:, 1] < CROSSING_M[1] if is_coming else front[:, 1] > CROSSING_M[0]
    moment = float(times[int(past.argmax())])
    walker = scene.people[person]
    x_m = walker.start_m[0] + walker.velocity_ms[0] * moment
    away_m = x_m - front[int(past.argmax()), 0]
    return abs(away_m) - vehicle.size.width_m / 2, -float(np.sign(away_m)) * walker.velocity_ms[0]


def test_pedestrians() -> None:
    for scene in _scenes("pedestrian", violating=True):
        gap_m, closing_ms = _gap_to_person_m(scene, scene.vehicles[0], 0)
        assert 0.3 < gap_m < 1.6
        assert closing_ms >= 0.9
        assert all(CROSSING_M[0] < person.start_m[1] < CROSSING_M[1] for person in scene.people)
    for seed in _SEEDS:
        scene = BOOK.scene_of("pedestrian.already_past", seed)
        gap_m, closing_ms = _gap_to_person_m(scene, scene.vehicles[0], 0)
        assert gap_m > 1.8
        assert closing_ms <= -0.9
        kerb = BOOK.scene_of("pedestrian.stands_on_the_kerb", seed)
        assert abs(kerb.people[0].start_m[0]) > 6.5


def test_zones_are_entered_by_those_they_are_closed_to_only() -> None:
    for scene in _scenes("no_lorries", violating=True):
        facts = _subject(scene, "no_lorries").papers.register
        assert facts is not None
        assert (facts.laden_mass_kg or 0) >= 5000
        assert _driven_inside_m(scene, scene.vehicles[0]) > 25
    for scene in _scenes("low_emission", violating=True):
        facts = _subject(scene, "low_emission").papers.register
        assert facts is not None
        assert facts.eco_class in (0, 1)
    for rule, name in (("no_lorries", "lorry_outside"), ("low_emission", "polluter_outside")):
        for seed in _SEEDS:
            scene = BOOK.scene_of(f"{rule}.{name}", seed)
            assert _driven_inside_m(scene, scene.vehicles[0]) == 0


def test_papers_have_run_out_or_have_not() -> None:
    for rule, key in (("insurance", "insured_until"), ("inspection", "inspected_until")):
        for scene in _scenes(rule, violating=True):
            until = getattr(_subject(scene, rule).papers.register, key)
            assert until < (scene.circumstances.begins_at - timedelta(days=1)).date()
        for seed in range(30):
            scene = BOOK.scene_of(f"{rule}.valid_until_today", seed)
            until = getattr(scene.vehicles[0].papers.register, key)
            moscow = scene.circumstances.begins_at + timedelta(hours=3, seconds=scene.duration_s - _STEP_S)
            assert until >= moscow.date()


def test_drivers_do_what_the_scene_says() -> None:
    for rule, key, bad in (
        ("lights_off", "headlights", Seen.NO),
        ("seat_belt", "belt", Seen.NO),
        ("phone", "phone", Seen.YES),
    ):
        for scene in _scenes(rule, violating=True):
            assert getattr(_subject(scene, rule).looks, key) is bad


def test_vehicles_move_as_vehicles_can() -> None:
    for rule in BOOK.groups:
        for violating in (True, False):
            for scene in _scenes(rule, violating=violating)[:: len(_SEEDS)]:
                for vehicle in scene.vehicles:
                    course = course_of(vehicle, scene, _times(scene))
                    velocity = np.diff(course.middle_m, axis=0) / _STEP_S
                    change = np.linalg.norm(np.diff(velocity, axis=0), axis=1) / _STEP_S
                    assert change.max(initial=0.0) < 9.0, (scene.name, vehicle.vehicle_id)


def test_two_vehicles_are_never_in_one_place() -> None:
    for rule in BOOK.groups:
        for violating in (True, False):
            for scene in _scenes(rule, violating=violating)[::2]:
                tracks = [
                    (one, course_of(one, scene, _times(scene)).middle_m)
                    for one in scene.vehicles
                    if one.carried is None
                ]
                for (one, here), (other, there) in pairwise(tracks):
                    apart = np.linalg.norm(here - there, axis=1).min()
                    least = (one.size.width_m + other.size.width_m) / 2
                    assert apart > least, (scene.name, scene.seed, one.vehicle_id, other.vehicle_id)
