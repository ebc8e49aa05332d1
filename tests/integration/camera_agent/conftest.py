"""The rig of the agent's tests."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from camera_agent.clock import SystemClock
from camera_agent.control import DeviceState
from camera_agent.control.enrolment import enrol


def _load(name: str, path: Path) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def rig() -> ModuleType:
    """The tiny road and its script."""
    return _load("rubezh_agent_rig", Path(__file__).parents[2] / "unit" / "camera_agent" / "rig.py")


@pytest.fixture(scope="session")
def clip(rig: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script as an H.264 file."""
    return rig.write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


class Driver:
    """The forking process of ``replay_driver.py``."""

    def __init__(self, process: "subprocess.Popen[str]", clip: Path, site: Path) -> None:
        self._process = process
        self._clip = clip
        self._site = site

    def run(self, state: Path, **order: object) -> dict[str, int | None]:
        """Run one replay, or one delivery, in a child of its own."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        state.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"state": str(state), "clip": str(self._clip), "site": str(self._site), **order})
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))


@pytest.fixture(scope="session")
def site_path(rig: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny road's site file."""
    path = tmp_path_factory.mktemp("site") / "site.toml"
    path.write_text(rig.site_toml(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def driver(rig: ModuleType, clip: Path, site_path: Path) -> Iterator[Driver]:
    """Runs replays in processes that can be killed."""
    here = Path(__file__).parent
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(
        [sys.executable, str(here / "replay_driver.py"), str(rig.__file__)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        yield Driver(process, clip, site_path)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


@pytest.fixture
def centre() -> Iterator[Any]:
    """A small centre on loopback."""
    module = _load("rubezh_small_centre", Path(__file__).parent / "small_centre.py")
    running = module.SmallCentre()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def enrolled(centre: Any, tmp_path: Path) -> DeviceState:
    """A device that is enrolled with it."""
    state = DeviceState(tmp_path / "state")
    enrol(state, centre.url, "rig-enrolment-code-0001", "rig-device", SystemClock())
    return state
