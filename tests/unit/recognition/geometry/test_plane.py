"""The road plane finds the road it was surveyed on, and says honestly how well."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.contracts import RecognitionError, SiteError
from recognition.geometry import CameraPose, RoadPlane

GRID = np.array([[x, y] for y in (23.0, 30.0, 39.0) for x in (-3.0, 0.5, 3.0)])


@pytest.fixture(name="plane", scope="module")
def _plane(perfect_road: Any) -> RoadPlane:
    return RoadPlane.from_site(perfect_road.site())


def test_a_perfect_survey_gives_the_true_plane(road: Any, plane: RoadPlane) -> None:
    pixels = road.camera.project(np.column_stack([GRID, np.zeros(len(GRID))]))
    assert np.allclose(plane.to_road(pixels), GRID, atol=1e-6)
    assert np.allclose(plane.to_pixels(GRID), pixels, atol=1e-6)
    assert plane.reprojection_m().max() < 1e-6


@given(x=st.floats(-6, 6), y=st.floats(17, 60))
@settings(max_examples=50, deadline=None)
def test_picture_and_road_are_inverse(plane: RoadPlane, x: float, y: float) -> None:
    from_there = np.array([[x, y]])
    assert np.allclose(plane.to_road(plane.to_pixels(from_there)), from_there, atol=1e-6)


def test_stated_covariance_covers_the_errors_of_noisy_surveys(road: Any) -> None:
    rng = np.random.default_rng(5)
    pixels = road.camera.project(np.column_stack([GRID, np.zeros(len(GRID))]))
    normalised = []
    for _ in range(120):
        plane = RoadPlane.from_site(road.site(rng))
        errors = plane.to_road(pixels) - GRID
        covariance = plane.covariance(pixels)
        normalised.append(np.einsum("ni,nij,nj->n", errors, np.linalg.inv(covariance), errors))
    # Squared Mahalanobis distances in two dimensions have mean 2; what is stated must neither boast nor be timid.
    assert 1.5 < np.mean(normalised) < 2.4


def test_localisation_adds_to_the_covariance(road: Any) -> None:
    plane = RoadPlane.from_site(road.site())
    pixels = plane.to_pixels(GRID)
    alone, blurred = plane.covariance(pixels), plane.covariance(pixels, sigma_px=2.0)
    step = plane.to_road(pixels + np.array([0.0, 1.0])) - plane.to_road(pixels - np.array([0.0, 1.0]))
    assert np.allclose((blurred - alone)[:, 1, 1], 4 * (step[:, 1] / 2) ** 2, rtol=0.05)


def test_a_survey_that_contradicts_itself_is_less_certain(road: Any) -> None:
    rng = np.random.default_rng(2)
    content = road.content()
    for point in content["survey"]["points"]:
        point["pixel_px"] = tuple(np.array(point["pixel_px"]) + rng.normal(0, 3.0, 2))
    rough = RoadPlane.from_survey(
        type(road.site().survey).model_validate(content["survey"]), width_px=1280, height_px=720
    )
    clean = RoadPlane.from_site(road.site())
    pixels = clean.to_pixels(GRID)
    assert rough.variance_factor > 20
    assert np.all(rough.covariance(pixels)[:, 1, 1] > 10 * clean.covariance(pixels)[:, 1, 1])


def test_no_road_above_the_horizon(road: Any) -> None:
    plane = RoadPlane.from_site(road.site())
    horizon_px = 360 - road.camera.focal_px * np.tan(road.camera.pitch_rad)
    assert plane.is_on_road(np.array([[640.0, horizon_px + 5], [640.0, horizon_px - 5]])).tolist() == [True, False]
    with pytest.raises(RecognitionError) as caught:
        plane.to_road(np.array([[640.0, horizon_px - 5]]))
    assert caught.value.code == "geometry.above_horizon"


def test_no_picture_of_what_lies_behind_the_camera(road: Any) -> None:
    with pytest.raises(RecognitionError) as caught:
        RoadPlane.from_site(road.site()).to_pixels(np.array([[0.0, -30.0]]))
    assert caught.value.code == "geometry.behind_camera"


def test_a_mirrored_survey_is_refused(road: Any) -> None:
    content = road.content()
    for point in content["survey"]["points"]:
        point["road_m"] = (-point["road_m"][0], point["road_m"][1])
    survey = type(road.site().survey).model_validate(content["survey"])
    with pytest.raises(SiteError, match="mirrored"):
        RoadPlane.from_survey(survey, width_px=1280, height_px=720)


def test_a_site_without_survey_has_no_plane(road: Any) -> None:
    site = road.site(survey=None, lanes=[], lines=[], speed=None)
    with pytest.raises(SiteError) as caught:
        RoadPlane.from_site(site)
    assert caught.value.code == "site.unsurveyed"


def test_leave_one_out_finds_the_point_that_was_misread(road: Any) -> None:
    content = road.content()
    content["survey"]["points"][7]["road_m"] = (0.0, 35.5)
    survey = type(road.site().survey).model_validate(content["survey"])
    errors = RoadPlane.from_survey(survey, width_px=1280, height_px=720).leave_one_out_m()
    assert errors.argmax() == 7
    assert errors[7] == pytest.approx(1.5, abs=0.1)


def test_the_camera_is_found_from_a_perfect_survey(road: Any) -> None:
    pose = CameraPose.from_plane(RoadPlane.from_site(road.site()))
    assert pose.focal_px == pytest.approx(road.camera.focal_px, rel=1e-6)
    assert pose.centre_m == pytest.approx([0.0, 0.0, road.camera.height_m], abs=1e-5)
    points = np.array([[1.0, 25.0, 0.6], [-2.0, 38.0, 1.4]])
    assert np.allclose(pose.project(points), road.camera.project(points), atol=1e-4)
    assert np.allclose(pose.at_height(road.camera.project(points[:1]), 0.6), points[:1, :2], atol=1e-5)


def test_the_stated_uncertainty_of_the_camera_covers_its_errors(road: Any) -> None:
    rng = np.random.default_rng(8)
    ratios = []
    for _ in range(80):
        pose = CameraPose.from_plane(RoadPlane.from_site(road.site(rng)))
        ratios.append((pose.centre_m - [0, 0, road.camera.height_m]) / pose.standard_uncertainty_m())
    assert np.all(np.abs(np.mean(ratios, axis=0)) < 0.4)
    assert np.all(np.abs(np.std(ratios, axis=0) - 1.0) < 0.3)


def test_a_cropped_picture_gives_no_pose(road: Any) -> None:
    content = road.content()
    for point in content["survey"]["points"]:
        point["pixel_px"] = (point["pixel_px"][0] * 0.4, point["pixel_px"][1])
    survey = type(road.site().survey).model_validate(content["survey"])
    with pytest.raises(RecognitionError) as caught:
        CameraPose.from_plane(RoadPlane.from_survey(survey, width_px=1280, height_px=720))
    assert caught.value.code == "geometry.no_pose"
