import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.synthesis.scenes import SceneCamera

CAMERA = SceneCamera(height_m=5.0, pitch_deg=12.9, focal_px=2100.0)


@given(x_m=st.floats(-30, 30), y_m=st.floats(3, 150), height_m=st.floats(3, 12), pitch_deg=st.floats(2, 60))
def test_a_road_point_comes_back_from_its_pixel(x_m: float, y_m: float, height_m: float, pitch_deg: float) -> None:
    camera = SceneCamera(height_m=height_m, pitch_deg=pitch_deg, focal_px=1500.0)
    road = np.array([[x_m, y_m]])
    if camera.depth_m(np.array([[x_m, y_m, 0.0]]))[0] < 0.5:
        return
    assert camera.to_road(camera.project_road(road)) == pytest.approx(road, abs=1e-6)


def test_homography_and_projection_agree() -> None:
    road = np.array([[-3.6, 12.0], [0.0, 20.0], [3.6, 60.0]])
    mapped = np.column_stack([road, np.ones(3)]) @ CAMERA.homography().T
    assert mapped[:, :2] / mapped[:, 2:] == pytest.approx(CAMERA.project_road(road), abs=1e-9)


def test_x_grows_to_the_right_and_y_away_from_the_camera() -> None:
    left, right, far = CAMERA.project_road(np.array([[-1.0, 20.0], [1.0, 20.0], [-1.0, 40.0]]))
    assert left[0] < right[0]
    assert far[1] < left[1]


def test_above_the_horizon_there_is_no_road() -> None:
    level = SceneCamera(height_m=5.0, pitch_deg=1.0, focal_px=800.0)
    assert np.isnan(level.to_road(np.array([[640.0, 0.0]]))).all()


def test_a_pixel_row_higher_up_is_a_higher_point() -> None:
    low, high = CAMERA.project(np.array([[0.0, 20.0, 0.0], [0.0, 20.0, 1.5]]))
    assert high[1] < low[1]
