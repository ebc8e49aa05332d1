from pathlib import Path

import pytest
from typer.testing import CliRunner

from fines_api.cli import app
from fines_api.cli.bench_misreads import Misread, MisreadFile, load_misreads, measure_misreads
from recognition.plates.match_costs import ConfusionError, load_confusions


def misread(true: str, read: str, error: str, confidence: float = 0.9) -> Misread:
    return Misread(
        true=true, read=read, plate_region="ru", plate_type="1", read_region="ru", read_type="1",
        confidence=confidence, error=error,
    )  # fmt: skip


def test_shares_are_of_one_glyph_of_all_and_of_the_sure() -> None:
    kept = (
        misread("B383MM77", "B388MM77", "swap"),
        misread("B383MM78", "X111TT78", "more", 0.4),
        misread("B383MM79", "B383MM79", "other_kind"),
    )
    file = MisreadFile(about="a test", plates=3, given=3, errors={}, by_confidence=(), misreads=kept)
    (low, high) = measure_misreads(file, load_confusions(), (1e-6, 4.0), entries=1000, passages=500, seed=1)
    assert (low.single_found, low.all_found, low.sure_found, low.false_per_100k) == (0, 0, 0, 0)
    assert (high.single_found, high.all_found, high.sure_found) == (1, 0.5, 1)


def test_the_shipped_misreads_are_wrong_reads_and_of_every_kind() -> None:
    file = load_misreads()
    singles = [one for one in file.misreads if one.error == "swap"]
    assert len(singles) == file.errors["swap"] >= 100
    assert all(one.true != one.read and len(one.true) == len(one.read) for one in singles)
    assert sum(file.errors.values()) == file.given <= file.plates
    assert len(file.misreads) == file.given - file.errors["none"]


def test_the_command_tells_a_line_a_limit() -> None:
    small = ["--entries", "2000", "--passages", "1000", "--limits", "0.5,1"]
    done = CliRunner().invoke(app, ["bench", "misreads", *small])
    assert done.exit_code == 0, done.output
    assert [line.split()[0] for line in done.output.splitlines()] == ["limit", "0.50", "1.00"]


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    with pytest.raises(ConfusionError, match=r"none\.json"):
        load_misreads(path)
