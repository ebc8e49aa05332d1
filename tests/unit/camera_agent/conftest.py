"""The rig of the agent's tests."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def rig() -> ModuleType:
    """The tiny road and its script."""
    name = "rubezh_agent_rig"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "rig.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def clip(rig: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script as an H.264 file."""
    return rig.write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")
