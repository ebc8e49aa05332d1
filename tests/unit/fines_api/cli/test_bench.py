import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fines_api.cli import app
from fines_api.cli.bench import is_cleared
from fines_api.cli.bench_plates import KINDS, Plates, draw, lose_digit, misread
from recognition.plates import keys_for
from recognition.plates.list_entry import MatchPolicy
from recognition.plates.list_hash import text_bytes
from recognition.plates.match_costs import load_confusions

GOOD = {"exact_us": 1.0, "confusable_us": 9.0, "memory_mb": 50.0, "traced_mb": 40.0, "misreads_found": 0.99}


def test_a_small_run_measures_everything_and_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "match.json"
    small = ["--entries", "2000", "--passages", "1000", "--repeats", "1", "--date", "2026-11-25"]
    done = CliRunner().invoke(app, ["bench", "match", *small, "--json", str(path)])
    assert done.exit_code == 0, done.output
    kept = json.loads(path.read_text("utf-8"))
    assert set(GOOD) <= set(kept["figures"])
    assert kept["figures"]["misreads_found"] >= 0.95
    assert kept["figures"]["lost_digits_found"] == 1.0
    assert (kept["measured_on"], kept["entries"], kept["passages"]) == ("2026-11-25", 2000, 1000)
    assert {"cpu", "cores", "python", "numpy"} <= set(kept["machine"])
    finds = [one["misreads_found"] for one in kept["by_limit"]]
    assert finds == sorted(finds)


def test_costs_that_are_not_there_are_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["bench", "match", "--costs", str(tmp_path / "none.toml")])
    assert done.exit_code == 1
    assert "confusions.invalid" in done.output


@pytest.mark.parametrize(
    ("change", "word", "is_ok"),
    [
        ({}, "exact_us, 1, <= 2, ok", True),
        ({"exact_us": 2.1}, "exact_us, 2.1, <= 2, short", False),
        ({"misreads_found": 0.9}, "misreads_found, 0.9, >= 0.95, short", False),
        ({"memory_mb": None}, "memory_mb, not measured, <= 100, short", False),
    ],
)
def test_one_line_a_bar(
    change: dict[str, float | None], word: str, is_ok: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert is_cleared({**GOOD, **change}, "match") is is_ok
    lines = capsys.readouterr().out.splitlines()
    assert word in lines
    assert len(lines) == len(GOOD)


def test_drawn_plates_are_plates_of_their_kind() -> None:
    plates = draw(np.random.default_rng(1), 500)
    assert all((key.plate_region, key.plate_type) in KINDS for key in plates.as_keys())
    for key in plates.as_keys():
        assert key in keys_for(key.plate, key.plate_region)
    again = draw(np.random.default_rng(1), 500)
    assert (plates.texts == again.texts).all()


def test_a_misread_plate_differs_in_one_glyph_the_table_knows() -> None:
    plates, costs = draw(np.random.default_rng(2), 300), load_confusions()
    read, rows = misread(np.random.default_rng(3), plates, costs)
    assert len(read) == len(rows) > 290
    for true, seen in zip(plates.texts[rows], read.texts, strict=True):
        (at,) = np.flatnonzero(true != seen)
        assert (chr(true[at]), chr(seen[at])) in costs.pairs


def test_a_code_of_three_loses_its_first_digit() -> None:
    kinds = np.array([KINDS.index(("ru", "1")), KINDS.index(("ru", "1")), KINDS.index(("gb", "standard"))], np.uint16)
    lost, rows = lose_digit(Plates(text_bytes(["A123BC177", "A123BC77", "AB12CDE"]), kinds))
    assert [key.plate for key in lost.as_keys()] == ["A123BC77"]
    assert rows.tolist() == [0]


def test_partial_entries_keep_five_known_characters() -> None:
    columns = draw(np.random.default_rng(4), 400).columns(MatchPolicy.EXACT, partial=100)
    columns.check()
    assert (columns.policies != 0).sum() == 100
