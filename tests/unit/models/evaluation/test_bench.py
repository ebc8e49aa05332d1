import json
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console
from typer.testing import CliRunner

from models.datasets import is_training, load_pictures
from models.evaluation.bars import POOLED
from models.evaluation.bench import MAX_SIDE_PX, figures, readable_sets, results, run
from models.evaluation.peers import load_peers
from models.evaluation.record import as_json, condition_table, table
from models.evaluation.systems import FoundBox, PlateAnswer
from recognition.cli import app

_BOX = (10.0, 10.0, 60.0, 28.0)


@dataclass
class FakeSystem:
    """Reads the same text everywhere and scribbles over what it was given."""

    name: str = "fake"
    seen: list[tuple[int, int, int]] = field(default_factory=list)

    def read(self, bgr: NDArray[np.uint8]) -> list[PlateAnswer]:
        assert bgr.max() > 0
        self.seen.append(bgr.shape)
        bgr[:] = 0
        return [PlateAnswer(_BOX, "A123BC", 0.95)]


class FakeFinder(FakeSystem):
    def find(self, bgr: NDArray[np.uint8]) -> list[FoundBox]:
        assert bgr.max() > 0
        return [FoundBox(_BOX, 0.9)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "plates" / "us").mkdir(parents=True)
    rows = ["image,xmin,ymin,xmax,ymax,text"]
    for name, width, text in (("a.png", 80, "A123BC"), ("b.png", MAX_SIDE_PX + 100, "A123BX")):
        cv2.imwrite(str(tmp_path / "plates" / "us" / name), np.full((40, width, 3), 90, np.uint8))
        rows.append(f"us/{name},10,10,60,28,{text}")
    (tmp_path / "plates" / "us.csv").write_text("\n".join([*rows, "us/a.png,62,10,78,14,"]) + "\n")
    (tmp_path / "plates" / "ro.csv").write_text("image,xmin,ymin,xmax,ymax,text\nro/a.png,1,1,2,2,\n")
    return tmp_path


def test_every_system_reads_the_same_untouched_pixels(data: Path) -> None:
    first, second = FakeSystem("first"), FakeFinder("second")
    steps: list[None] = []
    done = results(run([first, second], {"us": load_pictures(data, "us")}, lambda: steps.append(None)))
    assert len(steps) == 2
    assert first.seen == second.seen
    assert [shape[1] for shape in first.seen] == [80, MAX_SIDE_PX + 100, MAX_SIDE_PX]
    whole = {(one.system, one.dataset): one.parts["all"] for one in done}
    assert whole["first", "us"].exact.value == 0.5
    assert whole["first", "us"].finder_recall is None
    assert whole["second", "us"].finder_recall == pytest.approx(2 / 3)
    assert whole["second", POOLED].plates == 3


def test_parts_follow_the_fixed_split_and_conditions_the_picture(data: Path) -> None:
    (result, _) = results(run([FakeSystem()], {"us": load_pictures(data, "us")}))
    seen = sum(is_training("us", name) for name in ("a.png", "b.png"))
    assert result.parts["seen"].exact.total == seen if seen else "seen" not in result.parts
    conditions = {one.condition: one.exact.total for one in result.conditions}
    assert conditions["height 16-24 px"] == 2
    assert conditions["day"] == 2


def test_a_run_is_kept_and_shown(data: Path) -> None:
    done = results(run([FakeSystem()], {"us": load_pictures(data, "us")}))
    kept = json.loads(
        as_json(
            done,
            measured_on="2026-05-01",
            models={"m": "0" * 64},
            skipped={"p": "why"},
            machine_figures={"peak_memory_mib": 100.0},
        )
    )
    assert kept["measured_on"] == "2026-05-01"
    assert {"cpu", "cores", "python", "onnxruntime"} == set(kept["machine"])
    assert kept["results"][0]["parts"]["all"]["exact"]["value"] == 0.5
    assert figures(done, "fake")["us", "all"]["exact"] == 0.5
    console = Console(width=150, record=True, quiet=False)
    with console.capture() as shown:
        console.print(table(done))
        console.print(condition_table(done))
    assert "50.0" in shown.get()
    assert "blur" in shown.get()


def test_only_sets_with_texts_are_read_by_default(data: Path) -> None:
    assert readable_sets(data) == ("us",)


def test_peers_without_weights_are_left_out_with_a_reason(data: Path) -> None:
    systems, absent = load_peers(data)
    assert systems == ()
    assert "yolo-v9" in absent["oim+cct_v1"]
    assert "torchscript" in absent["oim+lprnet_ru"] or "yolo-v9" in absent["oim+lprnet_ru"]


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "read", "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "data.missing" in result.stderr
