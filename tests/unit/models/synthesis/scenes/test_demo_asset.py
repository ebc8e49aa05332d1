import json
import tomllib
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from models.synthesis.scenes.demo import DEMO, DEMO_SITE
from models.synthesis.scenes.plate import plate_texture
from models.synthesis.scenes.survey import site_toml
from models.synthesis.scenes.truth import scene_truth
from recognition.contracts import LineKind, RuleMode, Site


@pytest.fixture(scope="module")
def assets(project_root: Path) -> Path:
    return project_root / "deploy" / "demo" / "assets"


@pytest.fixture(scope="module")
def truth(assets: Path) -> Any:
    return json.loads((assets / "demo_truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def site(assets: Path) -> Site:
    return Site.model_validate(tomllib.loads((assets / "demo_site.toml").read_text(encoding="utf-8")))


def test_the_committed_truth_is_what_the_scenario_says(truth: Any) -> None:
    assert truth == json.loads(json.dumps(scene_truth(DEMO)))
    assert {v["plate"]: v["speed_kmh"] for v in truth["vehicles"]} == {v.plate: v.speed_kmh for v in DEMO.vehicles}


def test_the_committed_site_is_what_the_scenario_says(assets: Path, site: Site) -> None:
    assert (assets / "demo_site.toml").read_text(encoding="utf-8") == site_toml(DEMO, DEMO_SITE)
    assert (site.region, site.jurisdiction, site.camera.width_px, site.camera.height_px) == ("50", "ru", 1280, 720)
    assert site.speed is not None
    assert site.speed.limit_kmh == 60
    assert {name: rule.mode for name, rule in site.rules.items()} == {
        "point_speed": RuleMode.FINE,
        "solid_line": RuleMode.FINE,
    }
    assert [line.line_id for line in site.lines if line.kind is LineKind.SOLID] == ["divider"]


def test_a_homography_through_the_survey_points_gives_them_back_within_a_centimetre(site: Site) -> None:
    assert site.survey is not None
    pixels = np.array([point.pixel_px for point in site.survey.points])
    road = np.array([point.road_m for point in site.survey.points])
    assert len(road) >= 8
    matrix, _ = cv2.findHomography(pixels, road)
    mapped = np.column_stack([pixels, np.ones(len(pixels))]) @ matrix.T
    errors_m = np.linalg.norm(mapped[:, :2] / mapped[:, 2:] - road, axis=1)
    assert errors_m.max() < 0.01


def test_the_first_four_survey_points_span_the_road(site: Site) -> None:
    assert site.survey is not None
    first = np.array([point.road_m for point in site.survey.points[:4]])
    for left_out in range(4):
        a, b, c = np.delete(first, left_out, axis=0)
        assert abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) > 10


def test_the_clip_shows_every_plate_where_the_truth_says(assets: Path, truth: Any) -> None:
    best = _widest_plates(truth)
    plates = {vehicle["vehicle_id"]: vehicle["plate"] for vehicle in truth["vehicles"]}
    wanted = {sequence: (vehicle_id, corners) for vehicle_id, (sequence, corners) in best.items()}
    seen = set()
    with av.open(str(assets / "demo.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.average_rate) == ("h264", DEMO.fps)
        for sequence, picture in enumerate(container.decode(video=0)):
            if sequence in wanted:
                vehicle_id, corners = wanted[sequence]
                likeness = _likeness(picture.to_ndarray(format="gray"), corners, plates[vehicle_id])
                assert likeness > 0.8, (vehicle_id, likeness)
                seen.add(vehicle_id)
    assert sequence + 1 == truth["frame_count"]
    assert seen == set(plates)
    assert (assets / "demo.mp4").stat().st_size <= 6 * 2**20


def _widest_plates(truth: Any) -> dict[str, tuple[int, Any]]:
    """Last frame of each vehicle with its whole plate in the picture."""
    best: dict[str, tuple[int, Any]] = {}
    for frame in truth["frames"]:
        for row in frame["vehicles"]:
            if row["plate_corners_px"]:
                best[row["vehicle_id"]] = (frame["sequence"], row["plate_corners_px"])
    return best


def _likeness(grey: np.ndarray, corners: Any, plate: str) -> float:
    """Correlation of the plate cut out of the frame with its texture."""
    width, height = 130, 28
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(corners, dtype=np.float32), target)
    cut = cv2.warpPerspective(grey, matrix, (width, height), flags=cv2.INTER_LINEAR)
    texture = cv2.resize(
        cv2.cvtColor(plate_texture(plate), cv2.COLOR_BGR2GRAY), (width, height), interpolation=cv2.INTER_AREA
    )
    return float(
        np.corrcoef(cut.ravel().astype(float), cv2.GaussianBlur(texture, (0, 0), 1.0).ravel().astype(float))[0, 1]
    )
