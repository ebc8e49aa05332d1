"""The whole chain with the real networks on the first seconds of the rendered scene."""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from camera_agent.capture.decode import DecodeCounts
from camera_agent.capture.file import file_pictures
from camera_agent.cli import app
from camera_agent.clock import SystemClock

pytestmark = pytest.mark.integration
_SECONDS = 5.6


@pytest.fixture
def first_seconds(project_root: Path, tmp_path: Path) -> Path:
    """The scene until its first car is gone: the file's own packets."""
    scene = project_root / "deploy" / "demo" / "assets" / "demo.mp4"
    now = SystemClock().now()
    for captured in file_pictures(scene, camera_id="x", started_at=now, counts=DecodeCounts()):
        if captured.image.meta.pts_s > _SECONDS:
            path = tmp_path / "first.mp4"
            path.write_bytes(captured.segment.clip(0.0, _SECONDS))
            return path
    raise AssertionError("the scene is shorter")


def plates(state: Path) -> list[str]:
    database = sqlite3.connect(state / "journal.sqlite3")
    try:
        events = [json.loads(row[0])["data"] for row in database.execute("SELECT payload FROM events ORDER BY seq")]
    finally:
        database.close()
    return [data["plate"]["plate"] for data in events if data.get("plate")]


def test_the_first_car_of_the_scene_is_one_passage(project_root: Path, first_seconds: Path, tmp_path: Path) -> None:
    assets = project_root / "deploy" / "demo" / "assets"
    truth = json.loads((assets / "demo_truth.json").read_text())
    arguments = ["replay", str(first_seconds), "--site", str(assets / "demo_site.toml"), "--json"]
    arguments += ["--start-at", "2026-11-20T12:00:00+03:00", "--state", str(tmp_path / "state")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["start_at"] == "2026-11-20T09:00:00+00:00"
    assert truth["vehicles"][0]["plate"] in plates(tmp_path / "state")
    status = json.loads(CliRunner().invoke(app, ["status", "--state", str(tmp_path / "state"), "--json"]).stdout)
    assert status["events"]["pending"] == summary["passages"] + summary["candidates"]
    assert status["unfinished_replays"] == 0
    again = CliRunner().invoke(app, arguments)
    assert json.loads(again.stdout)["already_recorded"] is True
