import numpy as np
import pytest

from models.synthesis.scenes.body import Part
from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.garage import BODIES, mesh_of
from models.synthesis.scenes.light import Daylight, develop
from models.synthesis.scenes.person import ScenePerson
from models.synthesis.scenes.road import ground_grid
from models.synthesis.scenes.scenario import Road, RoadLane, Setting
from models.synthesis.scenes.weather import (
    CLEAR,
    LOW_SUN,
    NIGHT,
    OVERCAST,
    RAIN,
    WEATHERS,
    Weather,
    dress_ground,
    light_road,
    mirror_on_road,
    rain_over,
    veil,
)

CAMERA = SceneCamera(height_m=7.0, pitch_deg=14.0, focal_px=300.0, width_px=256, height_px=144)
SETTING = Setting(CAMERA, Road(lanes=(RoadLane("near", -3.5, 0.0),), lines=()), seed=3)
PERSON = ScenePerson((0.0, 20.0))


class Car:
    """The head lamps of a car that comes towards the camera."""

    def in_road(self, points_m: np.ndarray) -> np.ndarray:
        return points_m * [1.0, 1.0, 1.0] + [0.0, 30.0, 0.0]

    def axes(self) -> np.ndarray:
        return np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


def road(value: float = 0.2) -> np.ndarray:
    return np.full((144, 256, 3), value, dtype=np.float32)


def everything(weather: Weather) -> np.ndarray:
    x_m, y_m = ground_grid(CAMERA)
    ground = np.full((288, 512, 3), 0.2, dtype=np.float32)
    dress_ground(ground, SETTING, weather, x_m, y_m)
    picture = np.ascontiguousarray(ground[::2, ::2])
    light_road(picture, CAMERA, Car(), weather)
    mirror_on_road(picture, CAMERA, [PERSON], weather)
    veil(picture, weather)
    return rain_over(develop(picture), weather, 3, 0)


def test_a_clear_day_changes_nothing() -> None:
    assert np.array_equal(everything(CLEAR), develop(road()))
    assert CLEAR.light == Daylight()
    assert (CLEAR.brightness() == 1).all()


@pytest.mark.parametrize("weather", [NIGHT, RAIN], ids=lambda weather: weather.name)
def test_night_and_rain_change_the_picture_the_same_way_each_time(weather: Weather) -> None:
    assert not np.array_equal(everything(weather), develop(road()))
    assert np.array_equal(everything(weather), everything(weather))


def test_night_is_darker_than_day_and_an_overcast_day_is_nearly_as_light() -> None:
    assert NIGHT.brightness().max() < 0.2
    assert 0.6 < OVERCAST.brightness().mean() < 1.1
    assert RAIN.brightness().mean() < OVERCAST.brightness().mean()
    assert set(WEATHERS) == {"clear", "overcast", "low_sun", "night", "rain"}


def test_a_low_sun_throws_long_shadows_and_an_overcast_sky_nearly_none() -> None:
    def throw(weather: Weather) -> float:
        sun = weather.light.sun_direction()
        return float(np.hypot(sun[0], sun[1]) / sun[2])

    assert throw(LOW_SUN) > 2 * throw(CLEAR) > 10 * throw(OVERCAST)
    assert OVERCAST.light.ground_shade().min() > 0.5 > CLEAR.light.ground_shade().max()


def test_head_lamps_light_the_road_ahead_and_not_behind() -> None:
    picture = road(0.02)
    light_road(picture, CAMERA, Car(), NIGHT)
    (ahead, behind), column = CAMERA.project_road(np.array([[0.0, 24.0], [0.0, 40.0]]))[:, 1], 127
    assert picture[round(ahead), column].min() > 0.03
    assert (picture[round(behind), column] == np.float32(0.02)).all()


def test_by_night_lamps_keep_their_colour_and_plates_return_the_flash() -> None:
    albedo = np.array([[0.62, 0.62, 0.60], [0.02, 0.02, 0.35]], dtype=np.float32)
    glow = np.array([0.5, 0.5], dtype=np.float32)
    white, red = NIGHT.light.emission(albedo, glow)
    assert white.min() > 2.0
    assert red[2] > 0.8 > 5 * red[0]
    assert Daylight().emission(albedo, glow) == pytest.approx(np.full((2, 3), 0.8))
    returned = NIGHT.light.returned(albedo, np.array([True, False]))
    assert returned[0].min() > 0.4
    assert not returned[1].any()
    assert not Daylight().returned(albedo, np.array([True, True])).any()


def test_the_wet_road_mirrors_what_stands_on_it_below_its_feet() -> None:
    picture = road()
    mirror_on_road(picture, CAMERA, [PERSON], RAIN)
    rows, columns = np.nonzero(np.abs(picture - 0.2).max(axis=2) > 0.01)
    feet = CAMERA.project_road(np.array([[0.0, 20.0]]))[0]
    assert rows.mean() > feet[1]
    assert columns.mean() == pytest.approx(feet[0], abs=3)


def test_a_bright_lamp_bleeds_into_a_halo() -> None:
    picture = road(0.0)
    picture[70:73, 120:123] = 5.0
    veil(picture, NIGHT)
    assert 0 < picture[71, 132, 0] < picture[71, 125, 0]


def test_the_tow_truck_has_a_flat_deck_a_metre_up_and_its_cab_is_a_part_of_its_own() -> None:
    body, mesh = BODIES["tow_truck"], mesh_of("tow_truck")
    size = np.ptp(mesh.vertices_m, axis=0)
    assert body.vehicle_class == "truck"
    assert size[0] == pytest.approx(body.length_m + 0.07, abs=0.05)
    assert size[2] == pytest.approx(2.9, abs=0.1)
    middle = mesh.vertices_m[mesh.faces].mean(axis=1)
    deck = (mesh.parts == Part.BOX) & (middle[:, 0] > 2.3) & (mesh.normals[:, 2] > 0.9) & (np.abs(middle[:, 1]) < 0.9)
    assert np.abs(middle[deck, 2] - 0.99).max() < 0.03
    assert np.ptp(middle[deck, 0]) > 5.0
    assert middle[mesh.parts == Part.BODY, 0].max() < 2.0
