from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.matching import iou
from models.synthesis.filmed import Film, is_filmable
from models.synthesis.filmed.ground import setting_of
from models.synthesis.filmed.panel import Panel
from models.synthesis.scenes import SceneCamera
from models.synthesis.scenes.light import Daylight
from models.synthesis.scenes.road import ground_light
from models.synthesis.tracks.body import VAN, Shadow, Size
from models.synthesis.tracks.clock import frames_of
from models.synthesis.tracks.motion import Arc, Go, Stand, Straight
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import BOX, JUNCTION, PEDESTRIANS
from models.synthesis.tracks.scene import (
    Carried,
    DroppedFrames,
    Papers,
    Person,
    Scene,
    SignalPlan,
    Vehicle,
)
from models.synthesis.tracks.seen import courses, sight_of
from recognition.contracts import Lamp, VehicleClass
from recognition.signals import Aspect, SiteSignals

SMALL = SceneCamera(height_m=7.0, pitch_deg=25.0, focal_px=230.0, width_px=320, height_px=180)
SALOON = Size(VehicleClass.CAR, 4.6, 1.81, 1.46, 0.22, 0.53, 0.1, 0.46)
LORRY = Size(VehicleClass.TRUCK, 7.6, 2.5, 3.3, 0.42, 0.62, 0.2, 0.62)
PLAN = SignalPlan("main", ((Aspect.GREEN, 1.0), (Aspect.AMBER, 1.0), (Aspect.RED, 1.0)))


def small(place: Place) -> Place:
    return replace(place, camera=SMALL)


def scene(*vehicles: Vehicle, place: Place = BOX, **more: object) -> Scene:
    return Scene("box_junction.test", 4, small(place), 3.0, vehicles, **more)  # type: ignore[arg-type]


def turning(name: str = "a", **more: object) -> Vehicle:
    path = (Straight(6.0), Arc(9.0, 90.0))
    return Vehicle(name, SALOON, (2.0, 16.0), 0.0, (Go(30.0),), path, **more)  # type: ignore[arg-type]


def test_a_turning_vehicle_is_drawn_where_the_numbers_have_it() -> None:
    film = Film(scene(turning()))
    where = courses(film.scene, frames_of(film.scene).at_s)["a"]
    numbers = sight_of(film.scene.vehicles[0], where, SMALL).boxes_px
    shots = list(film.shots())
    assert len(shots) == len(film) == 38
    known = [shot for shot in shots[::4] if not np.isnan(numbers[shot.sequence]).any()]
    assert len(known) >= 5
    for shot in known:
        assert iou(shot.boxes_px["a"], tuple(numbers[shot.sequence].tolist())) > 0.75
        left, top, right, bottom = (round(edge) for edge in shot.boxes_px["a"])
        without = shots[(shot.sequence + 20) % len(shots)].bgr
        changed = np.abs(shot.bgr.astype(int) - without)[top:bottom, left:right].max(axis=2) > 12
        assert changed.mean() > 0.4


def test_the_same_scene_gives_the_same_pictures() -> None:
    one, other = (next(iter(Film(scene(turning())).shots())).bgr for _ in range(2))
    assert np.array_equal(one, other)


def test_it_shows_its_front_only_to_where_it_heads() -> None:
    away, comes = turning(), replace(turning("b"), start_m=(-2.0, 40.0), heading_deg=180.0, path=())
    film = Film(scene(away, comes))
    assert not film.shows_front("a", 0)
    assert film.shows_front("b", 0)


def test_heads_are_drawn_and_surveyed_where_the_product_reads_them() -> None:
    film = Film(scene(turning(), place=JUNCTION[0], signals=(PLAN,)))
    (head,) = film.site.signals
    assert {box.lamp for box in head.lamps} == set(Lamp)
    signals = SiteSignals(film.site, frame_s=1 / film.scene.fps)
    for shot in film.shots():
        signals.see(shot.at_s, shot.bgr)
    phases = signals.timelines()["main"].phases
    assert [phase.aspect for phase in phases] == [Aspect.GREEN, Aspect.AMBER, Aspect.RED]
    for phase, truth_s in zip(phases[1:], (1.0, 2.0), strict=True):
        assert phase.from_earliest_s <= truth_s <= phase.from_latest_s


def test_a_load_stands_on_its_carrier_and_hides_behind_the_cab() -> None:
    truck = Vehicle("truck", LORRY, (0.0, 34.0), 180.0, (Stand(),))
    load = Vehicle("load", SALOON, (0.0, 0.0), 180.0, (Stand(),), carried=Carried("truck", -1.0))
    alone, loaded = (next(iter(Film(scene(truck, *more)).shots())) for more in ((), (load,)))
    low_by = loaded.boxes_px["truck"][3] - loaded.boxes_px["load"][3]
    assert low_by > 3.0
    changed = np.abs(loaded.bgr.astype(int) - alone.bgr).max(axis=2) > 12
    left, top, right, bottom = (round(edge) for edge in loaded.boxes_px["load"])
    inside = changed[top:bottom, left:right]
    assert inside[: len(inside) // 3].mean() > 0.2
    assert changed[bottom + 2 :].mean() < 0.01


def test_what_is_hidden_is_covered_while_it_is_hidden() -> None:
    film = Film(scene(turning(hidden_s=((0.9, 1.1),))))
    shots = {round(shot.at_s, 2): shot for shot in film.shots()}
    left, top, right, bottom = (round(edge) for edge in shots[1.04].boxes_px["a"])
    assert shots[1.04].bgr[top:bottom, left:right].std() < 6 < shots[0.72].bgr[top:bottom, left:right].std()


def test_a_panel_out_of_the_picture_covers_nothing() -> None:
    picture = np.ones((180, 320, 3), dtype=np.float32)
    Panel(None).draw(picture, SMALL, Daylight())
    assert (picture == 1).all()


def test_a_vehicle_that_is_not_there_is_not_drawn() -> None:
    film = Film(scene(turning(from_s=1.0)))
    assert [("a" in shot.boxes_px) for shot in film.shots()][12:14] == [False, True]


def test_a_told_shadow_falls_to_its_side() -> None:
    away = replace(turning(shadow=Shadow((2.0, 0.0))), path=(), pace=(Stand(),), start_m=(-3.0, 26.0))
    other = replace(away, shadow=Shadow((-2.0, 0.0)))
    right, left = (next(iter(Film(scene(one)).shots())) for one in (away, other))
    x0, _, x1, y1 = (round(edge) for edge in right.boxes_px["a"])
    row = slice(y1 - 8, y1 - 2)
    assert right.bgr[row, x1 + 2 : x1 + 12].mean() < left.bgr[row, x1 + 2 : x1 + 12].mean() - 20
    assert left.bgr[row, x0 - 12 : x0 - 2].mean() < right.bgr[row, x0 - 12 : x0 - 2].mean() - 20


def test_persons_walk_through_the_picture() -> None:
    walker = Person("p", (-5.0, 26.0), (1.4, 0.0))
    empty, walked = (
        list(Film(scene(turning(from_s=99.0), place=PEDESTRIANS, people=people)).shots()) for people in ((), (walker,))
    )
    columns = []
    for number in (0, 30):
        changed = np.abs(walked[number].bgr.astype(int) - empty[number].bgr).max(axis=2) > 25
        assert 40 < changed.sum() < 2500
        columns.append(float(np.nonzero(changed)[1].mean()))
    moved_px = (
        SMALL.project_road(np.array([[-5.0 + 1.4 * 2.4, 26.0]]))[0, 0]
        - SMALL.project_road(np.array([[-5.0, 26.0]]))[0, 0]
    )
    assert columns[1] - columns[0] == pytest.approx(moved_px, abs=4)


@pytest.mark.parametrize("place", [JUNCTION[0], BOX, PEDESTRIANS], ids=lambda place: place.name)
def test_what_the_place_knows_of_is_painted_on_its_road(place: Place) -> None:
    setting = setting_of(small(place))
    bare = replace(setting, road=replace(setting.road, marks=()))
    (painted, x_m, y_m), (plain, _, _) = (ground_light(one, Daylight()) for one in (setting, bare))
    changed = np.abs(painted - plain).max(axis=2) > 0.1
    assert changed.any()
    assert x_m[changed].min() > setting.road.asphalt_left_m
    assert 20.0 < y_m[changed].min() < y_m[changed].max() < 36.0


def test_breaks_of_time_riders_and_motorcycles_are_not_filmed() -> None:
    assert is_filmable(scene(turning()))
    assert not is_filmable(scene(turning(), faults=(DroppedFrames(1.0, 0.5),)))
    assert not is_filmable(scene(turning(), people=(Person("p", rides="a"),)))
    assert not is_filmable(scene(replace(turning(), size=replace(SALOON, kind=VehicleClass.MOTORCYCLE))))


def test_a_plate_that_is_no_plate_of_type_1_is_left_dirty() -> None:
    for plate in (None, "AB12377"):
        film = Film(scene(turning(papers=Papers(plate)), replace(turning("van"), size=VAN, start_m=(-3.0, 30.0))))
        assert next(iter(film.shots())).boxes_px.keys() == {"a", "van"}
