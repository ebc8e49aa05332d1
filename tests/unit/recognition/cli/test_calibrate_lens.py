"""``recognition calibrate lens``: from pictures of a chessboard to the table a site file wants."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from recognition.contracts import Lens
from recognition.geometry.lens import to_picture


def board(lens: Lens, turn: Sequence[float], shift_m: Sequence[float]) -> np.ndarray:
    """A chessboard of 9x6 inner corners as the lens shows it, each square a polygon."""
    picture = np.full((360, 640, 3), 110, np.uint8)
    rotation = cv2.Rodrigues(np.array(turn, dtype=np.float64))[0]

    def square(x: float, y: float, size: tuple[float, float], level: int) -> None:
        steps = np.linspace(0, 1, 8)
        rim = np.concatenate([np.column_stack([steps, 0 * steps]), np.column_stack([1 + 0 * steps, steps])])
        rim = np.concatenate([rim, 1 - rim]) * size + (x, y)
        points = np.column_stack([rim, np.zeros(len(rim))]) * 0.03 @ rotation.T + shift_m
        seen = to_picture(np.array(lens.centre_px) + lens.focal_px[0] * points[:, :2] / points[:, 2:], lens)
        cv2.fillPoly(picture, [np.round(seen * 256).astype(np.int32)], (level,) * 3, cv2.LINE_AA, 8)

    square(-1.7, -1.7, (11.4, 8.4), 230)
    for x in range(-1, 9):
        for y in range(-1, 6):
            if (x + y) % 2 == 0:
                square(x, y, (1, 1), 30)
    return cv2.GaussianBlur(picture, (0, 0), 0.8)


@pytest.fixture(name="boards", scope="module")
def _boards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    lens = Lens(focal_px=(600.0, 600.0), centre_px=(320.0, 180.0), radial=(-0.35, 0.0, 0.0))
    folder = tmp_path_factory.mktemp("boards")
    views = [
        ((0.4, 0, 0), (-0.26, -0.12)),
        ((-0.4, 0, 0.1), (0.03, -0.14)),
        ((0, 0.4, 0), (-0.26, 0.0)),
        ((0, -0.4, 0), (0.02, 0.0)),
        ((0, 0, 0), (-0.13, -0.08)),
        ((0.4, 0.3, 0), (-0.13, -0.08)),
    ]
    paths = []
    for number, (turn, place) in enumerate(views):
        path = folder / f"board-{number}.png"
        assert cv2.imwrite(str(path), board(lens, turn, (*place, 0.6)))
        paths.append(path)
    return paths


def test_a_lens_is_written_as_the_site_file_wants_it(calibrate: Any, boards: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "lens.toml"
    code, words, err = calibrate("lens", *boards, "--columns", 9, "--rows", 6, "--square-m", 0.03, "--out", out)
    assert (code, err) == (0, "")
    lens = Lens.model_validate(tomllib.loads(out.read_text(encoding="utf-8"))["lens"])
    assert lens.focal_px == pytest.approx((600, 600), rel=0.02)
    assert lens.radial[0] == pytest.approx(-0.35, abs=0.06)
    assert "board-4.png" in words
    assert "covered" in words


def test_too_few_boards_are_named(calibrate: Any, boards: list[Path], still: Path, tmp_path: Path) -> None:
    code, _, err = calibrate(
        *("lens", boards[4], still, "--columns", 9, "--rows", 6, "--square-m", 0.03, "--out", tmp_path / "l.toml")
    )
    assert code == 2
    assert "lens.too_few_views" in err
    assert "still.png: is 1280x720 px, the first is 640x360 px" in err
    assert not (tmp_path / "l.toml").exists()
