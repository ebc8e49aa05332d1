import math

import numpy as np
import pytest

from models.synthesis.scenes.body import Part
from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.light import Daylight
from models.synthesis.scenes.person import ScenePerson, cast_person_shadow, draw_person, person_box_px

CAMERA = SceneCamera(height_m=7.0, pitch_deg=14.0, focal_px=750.0, width_px=640, height_px=360)
HEADINGS = [(math.cos(angle), math.sin(angle)) for angle in np.arange(8) * math.pi / 4]


@pytest.mark.parametrize("stride", [0.0, 0.15, 0.4, 0.65, 0.9])
def test_a_person_is_as_tall_as_told_and_stands_on_the_ground(stride: float) -> None:
    vertices = ScenePerson((0.0, 20.0), tall_m=1.80, stride=stride).mesh().vertices_m
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    assert low[2] == pytest.approx(0.0, abs=1e-9)
    assert high[2] == pytest.approx(1.80, abs=0.09)
    assert 0.42 < high[1] - low[1] < 0.70
    assert high[0] - low[0] < 1.10


def test_the_legs_swing_with_the_stride_and_one_that_stands_keeps_them_together() -> None:
    def length_m(stride: float, pace: float) -> float:
        mesh = ScenePerson((0.0, 20.0), stride=stride, pace=pace).mesh()
        feet = mesh.vertices_m[mesh.faces[mesh.parts == Part.SHOE]].reshape(-1, 3)
        return float(np.ptp(feet[:, 0]))

    assert length_m(0.0, 1.0) > 2.5 * length_m(0.0, 0.0)
    mirrored = ScenePerson((0.0, 20.0), stride=0.5).mesh().vertices_m * [1.0, -1.0, 1.0]
    walking = ScenePerson((0.0, 20.0), stride=0.0).mesh().vertices_m
    assert np.abs(mirrored.min(axis=0) - walking.min(axis=0)).max() < 0.03


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_drawn_person_fills_the_true_box(heading: tuple[float, float]) -> None:
    person = ScenePerson((1.5, 18.0), heading, stride=0.1)
    canvas = np.zeros((360, 640, 3), dtype=np.float32)
    draw_person(canvas, CAMERA, person, Daylight())
    rows, columns = np.nonzero(canvas.max(axis=2) > 1e-4)
    drawn = (columns.min(), rows.min(), columns.max(), rows.max())
    assert drawn == pytest.approx(person_box_px(CAMERA, person), abs=1.6)


def test_the_face_looks_ahead() -> None:
    def skin(heading: tuple[float, float]) -> float:
        canvas = np.zeros((360, 640, 3), dtype=np.float32)
        person = ScenePerson((0.0, 14.0), heading, pace=0.0)
        draw_person(canvas, CAMERA, person, Daylight())
        box = person_box_px(CAMERA, person)
        assert box is not None
        top = round(box[1])
        head = canvas[top : top + 10].reshape(-1, 3)
        return float(np.mean(head[:, 2] > 0.25))

    assert skin((0.0, -1.0)) > 3 * skin((0.0, 1.0))


def test_a_shadow_falls_away_from_the_sun_and_a_carried_person_casts_none() -> None:
    road = np.ones((360, 640, 3), dtype=np.float32)
    cast_person_shadow(road, CAMERA, ScenePerson((0.0, 18.0)), Daylight())
    columns = np.nonzero(road[:, :, 0] < 0.7)[1]
    assert len(columns) > 50
    assert columns.mean() > CAMERA.centre_px[0]
    untouched = np.ones((360, 640, 3), dtype=np.float32)
    cast_person_shadow(untouched, CAMERA, ScenePerson((0.0, 18.0), base_m=1.0), Daylight())
    assert (untouched == 1).all()


@pytest.mark.parametrize("feet_m", [(0.0, -3.0), (60.0, 20.0)])
def test_a_person_out_of_the_picture_has_no_box_and_draws_nothing(feet_m: tuple[float, float]) -> None:
    canvas = np.zeros((360, 640, 3), dtype=np.float32)
    person = ScenePerson(feet_m)
    draw_person(canvas, CAMERA, person, Daylight())
    cast_person_shadow(canvas, CAMERA, person, Daylight())
    assert person_box_px(CAMERA, person) is None
    assert not canvas.any()
