import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from fines_api.cli import app
from fines_api.kit.settings import Settings

pytestmark = pytest.mark.integration
SEED = """
[[users]]
username = "petrova"
role = "officer"

[[users]]
username = "sergeant"
role = "police"
password = "correct horse battery"

[[vehicles]]
plate = "A123BC77"
plate_region = "ru"
plate_type = "1"
certificate_number = "77 12 345678"
make = "Lada"
model = "Vesta"
colour = "white"
vehicle_class = "car"

[[devices]]
device_id = "cam-1"

[[hotlist]]
plate = "О567АМ76"
plate_region = "ru"
reason = "stolen"
description = "white van"
"""


@pytest.fixture
def seed_file(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RUBEZH_REGION", settings.region)
    monkeypatch.setenv("RUBEZH_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("RUBEZH_DATABASE_URL", str(settings.database_url))
    path = tmp_path / "seed.toml"
    path.write_text(SEED, encoding="utf-8")
    return path


def test_seed_makes_everything_and_prints_it_once(seed_file: Path, client: TestClient) -> None:
    result = CliRunner().invoke(app, ["seed", str(seed_file)])
    assert result.exit_code == 0, result.output
    made: dict[str, Any] = json.loads(result.stdout)
    assert [(user["username"], user["role"]) for user in made["users"]] == [
        ("petrova", "officer"),
        ("sergeant", "police"),
    ]
    for user in made["users"]:
        body = {"username": user["username"], "password": user["password"]}
        assert client.post("/v1/sessions", json=body).status_code == 201
    assert made["users"][1]["password"] == "correct horse battery"
    assert list(made["enrolment_codes"]) == ["cam-1"]
    assert len(made["hotlist"]) == len(made["vehicles"]) == 1
    look_up = {"plate": "A123BC77", "certificate_number": "7712345678"}
    assert client.post("/v1/citizen/sessions", json=look_up).status_code == 201


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('role = "officer"', 'role = "king"', "seed.invalid"),
        ("[[users]]", "[[users]", "seed.malformed"),
        ('make = "Lada"', 'brand = "Lada"', "vehicles.0"),
        ('reason = "stolen"', 'reason = "because"', "hotlist"),
        ('plate = "О567АМ76"', 'plate = "О567%"', "hotlist.wildcard"),
    ],
)
def test_a_wrong_seed_says_what_and_makes_nothing(
    seed_file: Path, client: TestClient, old: str, new: str, names: str
) -> None:
    seed_file.write_text(SEED.replace(old, new), encoding="utf-8")
    result = CliRunner().invoke(app, ["seed", str(seed_file)])
    assert result.exit_code == 1
    assert names in result.stderr
    assert "fix:" in result.stderr
    body = {"username": "sergeant", "password": "correct horse battery"}
    assert client.post("/v1/sessions", json=body).status_code == 401


def test_a_missing_seed_file_is_one_clear_message(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["seed", str(tmp_path / "none.toml")])
    assert result.exit_code == 1
    assert "seed.missing" in result.stderr
