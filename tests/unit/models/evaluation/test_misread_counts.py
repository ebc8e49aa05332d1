import json
from dataclasses import asdict
from pathlib import Path

import pytest

from models.evaluation.confusions import CameraRead
from models.evaluation.misread_alignment import Alignment, Error, align
from models.evaluation.misread_counts import count, load_counts


def look(true: str, read: str | None, confidence: float | None = 0.9, kind: str = "1") -> CameraRead:
    region = "ru" if read is not None else None
    return CameraRead(0, true, "ru", "1", 80.0, read, region, kind if read else None, confidence if read else None)


@pytest.mark.parametrize(
    ("true", "read", "expected"),
    [
        ("A123BC77", "A123BC77", Alignment(Error.NONE)),
        ("A123BC77", "A128BC77", Alignment(Error.SWAP, ((3, "3", "8"),))),
        ("A123BC77", "H128BC77", Alignment(Error.TWO_SWAPS, ((0, "A", "H"), (3, "3", "8")))),
        ("A123BC177", "A123BC77", Alignment(Error.CODE_LOST, (), "leading")),
        ("A123BC777", "A123BC77", Alignment(Error.CODE_LOST, (), "doubled")),
        ("A123BC150", "A123BC15", Alignment(Error.CODE_LOST, (), "other")),
        ("A123BC77", "A123BC177", Alignment(Error.CODE_EXTRA, (), "leading")),
        ("A123BC50", "A123BC550", Alignment(Error.CODE_EXTRA, (), "doubled")),
        ("A123BC50", "A123BC580", Alignment(Error.CODE_EXTRA, (), "other")),
        ("A123BC77", "A23BC77", Alignment(Error.LOST)),
        ("A123BC77", "AA123BC77", Alignment(Error.EXTRA)),
        ("A123BC77", "A123BC", Alignment(Error.MORE)),
        ("A123BC77", "X9XX9977", Alignment(Error.MORE)),
    ],
)
def test_a_read_is_laid_along_the_truth(true: str, read: str, expected: Alignment) -> None:
    found = align(true, read, growing_from=6)
    assert (found.error, found.code_place) == (expected.error, expected.code_place)
    assert found.swaps == expected.swaps or found.error is Error.MORE


def test_without_a_growing_code_a_digit_is_only_lost() -> None:
    assert align("AB12CDE", "AB1CDE") == Alignment(Error.LOST)


def test_counts_are_of_what_is_given_out_and_glyphs_of_what_is_this_plate() -> None:
    done = count(
        [
            look("A123BC77", "A123BC77"),
            look("A123BC77", "A128BC77", 0.4),
            look("A123BC77", "A128BC77", 0.29),
            look("A123BC77", None),
            look("A123BC77", "A123BC77", kind="other"),
            look("A123BC77", "A999BC77"),
            look("A123BC177", "A123BC77"),
        ]
    )
    assert (done.plates, done.given) == (7, 5)
    assert done.errors == {"none": 1, "swap": 1, "other_kind": 1, "more": 1, "code_lost": 1}
    digits = [one for one in done.exposures if one.weight_name == "digit"]
    assert sum(one.meant["3"] for one in digits) == 2
    assert [one.misread for one in digits if one.misread] == [{"38": 1}]
    assert done.code["lost_leading"] == (1, 1)
    assert done.code["extra_leading"] == (0, 4)
    assert done.by_confidence[0] == (0.3, 0.5, 1, 1, 0)
    assert sum(row[4] for row in done.by_confidence) == 1
    assert done.by_place["ru/1/8"] == {"plates": 4, "misread": [0, 0, 0, 1, 0, 0, 0, 0]}


def test_counts_are_read_as_they_were_written(tmp_path: Path) -> None:
    done = count([look("A123BC77", "A128BC77"), look("A123BC177", "A123BC77")])
    path = tmp_path / "counts.json"
    path.write_text(json.dumps({"about": "a test", "counts": asdict(done)}), "utf-8")
    again = load_counts(path)
    assert (again.exposures, again.code, again.errors) == (done.exposures, done.code, done.errors)
