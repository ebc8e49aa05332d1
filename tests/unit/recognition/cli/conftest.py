"""What the tests of ``recognition calibrate`` share: the command, and a still with nothing in it."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from recognition.cli import app


@pytest.fixture(name="calibrate", scope="session")
def _calibrate() -> Callable[..., tuple[int, str, str]]:
    """Run ``recognition calibrate`` with arguments; return exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["calibrate", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    return run


@pytest.fixture(name="still")
def _still(tmp_path: Path) -> Path:
    assert cv2.imwrite(str(tmp_path / "still.png"), np.full((720, 1280, 3), 90, np.uint8))
    return tmp_path / "still.png"
