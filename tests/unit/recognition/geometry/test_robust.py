"""Slips in a survey are named, all of them, and an honest survey loses no point."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognition.contracts import SiteError, Survey
from recognition.geometry import load_site
from recognition.geometry.robust import find_consensus

SIZE = {"width_px": 1280, "height_px": 720}


def survey_with(road: Any, rng: np.random.Generator, slips: dict[int, tuple[float, float]]) -> Survey:
    """The surveyed road with the noise it states, and some road points moved, m."""
    content = road.content(rng)["survey"]
    for index, (x, y) in slips.items():
        road_m = content["points"][index]["road_m"]
        content["points"][index]["road_m"] = (road_m[0] + x, road_m[1] + y)
    return Survey.model_validate(content)


@pytest.mark.parametrize(
    "slips", [{}, {7: (0.0, 1.0)}, {0: (0.4, 0.0), 11: (0.0, -2.0)}, {1: (8.0, 0.0), 4: (0.0, 3.0), 9: (0.5, 0.5)}]
)
def test_every_slip_is_named_and_nothing_else(road: Any, slips: dict[int, tuple[float, float]]) -> None:
    found = find_consensus(survey_with(road, np.random.default_rng(11), slips), **SIZE)
    assert {one.name for one in found.outliers} == {f"p{index}" for index in slips}
    assert len(found.plane.survey.points) == 12 - len(slips)
    truth = road.camera.project(np.array([[1.0, 30.0, 0.0]]))
    assert np.linalg.norm(found.plane.to_road(truth)[0] - [1.0, 30.0]) < 0.1


def test_the_worst_slip_comes_first_with_how_far_it_lies(road: Any) -> None:
    slips = {2: (0.0, 0.8), 8: (0.0, 4.0)}
    first, second = find_consensus(survey_with(road, np.random.default_rng(3), slips), **SIZE).outliers
    assert (first.name, second.name) == ("p8", "p2")
    assert first.error_m == pytest.approx(4.0, abs=0.3)
    assert first.expected_m < 0.3


def test_honest_surveys_lose_hardly_any_point(road: Any) -> None:
    rng = np.random.default_rng(17)
    lost = sum(len(find_consensus(survey_with(road, rng, {}), **SIZE).outliers) for _ in range(10))
    assert lost <= 1


def test_a_survey_rougher_than_it_states_is_no_survey_of_slips(road: Any) -> None:
    rng = np.random.default_rng(5)
    content = road.content()["survey"]
    for point in content["points"]:
        point["pixel_px"] = tuple(np.array(point["pixel_px"]) + rng.normal(0, 2.0, 2))
    found = find_consensus(Survey.model_validate(content), **SIZE)
    assert found.outliers == ()
    assert found.plane.variance_factor > 5


def test_the_same_survey_gives_the_same_answer(project_root: Path) -> None:
    site = load_site(project_root / "tests" / "assets" / "kraten.toml")
    assert site.survey is not None
    size = {"width_px": site.camera.width_px, "height_px": site.camera.height_px}
    one, other = (find_consensus(site.survey, **size) for _ in range(2))
    assert one.outliers == other.outliers == ()
    assert np.array_equal(one.plane.parameters, other.plane.parameters)


def test_five_points_name_nobody(road: Any) -> None:
    survey = survey_with(road, np.random.default_rng(1), {2: (0.0, 2.0)})
    few = survey.model_copy(update={"points": survey.points[:2] + survey.points[2:6:2] + survey.points[-1:]})
    assert find_consensus(few, **SIZE).outliers == ()


def test_points_that_agree_on_nothing_are_refused(road: Any) -> None:
    rng = np.random.default_rng(2)
    content = road.content()["survey"]
    for point in content["points"]:
        point["road_m"] = tuple(rng.uniform(0, 40, 2))
    with pytest.raises(SiteError) as caught:
        find_consensus(Survey.model_validate(content), **SIZE)
    assert caught.value.code in {"site.no_consensus", "site.invalid"}
    assert caught.value.hint
