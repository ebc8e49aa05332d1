"""Where the real pictures are, and how their absence is said aloud."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("rubezh", deadline=None)  # no build fails by the clock
settings.load_profile("rubezh")

_ROOT = Path(__file__).parent.parent


def data_folder() -> Path | None:
    """The folder of real pictures: ``RUBEZH_DATA``, else ``../shared/data`` beside the project."""
    for candidate in (os.environ.get("RUBEZH_DATA"), _ROOT.parent / "shared" / "data"):
        if candidate and (Path(candidate) / "videos").is_dir():
            return Path(candidate)
    return None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real pictures and videos; the test is skipped, aloud, where there is none."""
    folder = data_folder()
    if folder is None:
        pytest.skip("no folder of real pictures: set RUBEZH_DATA")
    return folder


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Top of the checkout."""
    return _ROOT
