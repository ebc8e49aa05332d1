import random
from datetime import UTC, datetime, timedelta

import pytest

from recognition.contracts import PlateRead
from recognition.plates import vote

_START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def _read(plate: str, sequence: int, confidence: float = 0.8, *, kind: str = "1", height_px: float = 24.0) -> PlateRead:
    return PlateRead(
        plate=plate,
        plate_region="ru",
        plate_type=kind,
        raw_text=plate,
        confidence=confidence,
        frame_sequence=sequence,
        captured_at=_START + timedelta(seconds=sequence / 25),
        corners_px=((0, 0), (100, 0), (100, height_px), (0, height_px)),
        height_px=height_px,
    )


def test_no_look_no_plate() -> None:
    assert vote([]) is None


def test_the_first_read_does_not_win_against_two_that_agree() -> None:
    consensus = vote([_read("O561AM76", 1, 0.9), _read("O567AM76", 2), _read("O567AM76", 3)])
    assert consensus is not None
    assert (consensus.plate, consensus.support, consensus.looks) == ("O567AM76", 2, 3)


def test_the_most_confident_read_does_not_win_alone() -> None:
    reads = [_read("O561AM76", 1, 0.97), *(_read("O567AM76", number, 0.7) for number in range(2, 7))]
    consensus = vote(reads)
    assert consensus is not None
    assert consensus.plate == "O567AM76"
    assert consensus.alternatives[0][0] == "O561AM76"


def test_one_sure_look_is_enough_and_is_marked() -> None:
    consensus = vote([_read("O567AM76", 1, 0.95)])
    assert consensus is not None
    assert (consensus.support, consensus.looks) == (1, 1)
    both = vote([_read("O567AM76", 1, 0.95), _read("O567AM76", 2, 0.95)])
    assert both is not None
    assert consensus.confidence < both.confidence


@pytest.mark.parametrize(
    "reads",
    [
        [_read("O567AM76", 1, 0.7)],
        [_read("O567AM76", 1, 0.95), _read("O561AM76", 2, 0.9)],
        [_read("O567AM76", 5, 0.7), _read("O567AM76", 5, 0.8)],
        [_read(f"A{number}00AA77", number, 0.9) for number in range(1, 8)],
    ],
    ids=["one unsure look", "two sure looks that differ", "the same frame twice", "every look another text"],
)
def test_looks_that_do_not_agree_name_nobody(reads: list[PlateRead]) -> None:
    assert vote(reads) is None


def test_weak_agreement_is_lettering_and_not_a_plate() -> None:
    reads = [_read("AB12377", 1, 0.4), _read("AB12377", 2, 0.4), _read("AB12378", 3, 0.5), _read("AB12379", 4, 0.45)]
    assert vote(reads) is None


def test_the_same_text_in_two_types_stays_two_keys() -> None:
    reads = [_read("AA000777", n, kind="1b") for n in range(4)] + [_read("AA000777", n, kind="2") for n in (10, 11)]
    consensus = vote(reads)
    assert consensus is not None
    assert (consensus.plate_type, consensus.support, consensus.looks) == ("1b", 4, 6)
    assert consensus.alternatives == (("AA000777", pytest.approx(1 / 3, abs=1e-6)),)


def test_the_best_look_is_one_of_the_winners_and_the_largest_of_equals() -> None:
    reads = [_read("O567AM76", 1, height_px=14), _read("O567AM76", 2, height_px=22), _read("O561AM76", 3)]
    consensus = vote(reads)
    assert consensus is not None
    assert consensus.best.frame_sequence == 2


def test_the_order_of_arrival_changes_nothing() -> None:
    reads = [_read("O567AM76" if number % 3 else "O561AM76", number, 0.5 + number / 40) for number in range(15)]
    shuffled = list(reads)
    random.Random(7).shuffle(shuffled)
    assert vote(reads) == vote(shuffled)


def test_more_agreeing_looks_are_a_stronger_consensus() -> None:
    strengths = [vote([_read("O567AM76", n) for n in range(count)]) for count in (2, 4, 8)]
    confidences = [one.confidence for one in strengths if one is not None]
    assert confidences == sorted(confidences)
    assert len(set(confidences)) == 3
