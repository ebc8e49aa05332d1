import pytest

from models.evaluation.matching import iou, is_found, match
from models.evaluation.scores import (
    PictureOutcome,
    PlateOutcome,
    character_error_rate,
    edits,
    expected_calibration_error,
    score,
    share_at,
    wilson,
)
from models.evaluation.systems import FoundBox, PlateAnswer

_LEFT = (0.0, 0.0, 100.0, 20.0)
_RIGHT = (200.0, 0.0, 300.0, 20.0)


def _plates(*said: tuple[float, bool]) -> list[PlateOutcome]:
    return [PlateOutcome("A123BC", "A123BC" if is_right else "X", confidence) for confidence, is_right in said]


def _picture(*plates: PlateOutcome, ms: float = 10.0) -> PictureOutcome:
    return PictureOutcome("ru", "1.jpg", is_training=False, brightness=100, plates=plates, read_ms=ms, scaled_ms=ms)


def test_overlap() -> None:
    assert iou(_LEFT, _LEFT) == 1
    assert iou(_LEFT, (50.0, 0.0, 150.0, 20.0)) == pytest.approx(1 / 3)
    assert iou(_LEFT, _RIGHT) == 0


def test_the_surest_answer_at_a_plate_is_its_answer_even_when_it_is_wrong() -> None:
    wrong, right = PlateAnswer(_LEFT, "WRONG", 0.9), PlateAnswer(_LEFT, "RIGHT", 0.8)
    assert match([right, wrong], [_LEFT, _RIGHT]) == (wrong, None)


def test_an_answer_counts_for_one_plate_only() -> None:
    near = (60.0, 0.0, 160.0, 20.0)
    both = PlateAnswer((20.0, 0.0, 120.0, 20.0), "A", 0.9)
    assert match([both], [near, _LEFT]) == (None, both)
    assert match([both, PlateAnswer(near, "B", 0.1)], [near, _LEFT])[1] is both


def test_a_small_answer_inside_the_label_belongs_and_one_beside_does_not() -> None:
    inside, beside = PlateAnswer((45.0, 5.0, 55.0, 15.0), "A", 0.5), PlateAnswer((90.0, 0.0, 190.0, 20.0), "B", 0.9)
    assert match([beside, inside], [_LEFT]) == (inside,)


def test_found_needs_half_of_the_box() -> None:
    assert is_found([FoundBox((0.0, 0.0, 100.0, 12.0), 0.3)], _LEFT)
    assert not is_found([FoundBox((0.0, 0.0, 100.0, 9.0), 0.9)], _LEFT)


def test_texts_are_compared_in_canonical_form() -> None:
    assert PlateOutcome("A123BC77", "а123 вс-77", 1.0).is_right
    assert not PlateOutcome("", "", 1.0).is_right


def test_share_goes_on_past_a_dip_as_long_as_precision_recovers() -> None:
    plates = _plates((0.99, False), *[(0.9 - number / 1000, True) for number in range(99)], (0.1, False))
    assert share_at(plates, 0.99) == pytest.approx(100 / 101)


def test_plates_of_equal_confidence_are_given_together() -> None:
    assert share_at(_plates((0.9, True), (0.8, True), (0.8, False)), 0.99) == pytest.approx(1 / 3)
    assert share_at(_plates((0.8, False), (0.8, True), (0.8, True)), 0.6) == 1


def test_a_plate_without_an_answer_lowers_the_share_and_not_the_precision() -> None:
    assert share_at([*_plates((0.9, True)), PlateOutcome("A", confidence=1.0)], 0.99) == 0.5


def test_calibration_error() -> None:
    assert expected_calibration_error(_plates(*[(0.75, number % 4 != 0) for number in range(4)])) == pytest.approx(
        0.5 * 0.75
    )
    assert expected_calibration_error(_plates(*[(0.5, number < 50) for number in range(100)])) == pytest.approx(0.5)
    assert expected_calibration_error(_plates(*[(1.0, True)] * 30)) == 0


def test_character_errors_count_what_was_not_answered() -> None:
    assert edits("ABC", "AC") == 1
    assert edits("", "AC") == 2
    assert edits("KITTEN", "SITTING") == 3
    plates = [PlateOutcome("ABCD", "ABXD", 1.0), PlateOutcome("ABCD")]
    assert character_error_rate(plates) == pytest.approx(5 / 8)


def test_wilson_interval() -> None:
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson(10, 10)[1] == pytest.approx(1)
    assert wilson(0, 0) == (0, 1)


def test_nothing_gives_no_figure() -> None:
    scores = score([])
    assert scores.exact.value is None
    assert scores.precision_at_90_confidence.value is None
    assert (scores.share_at_99, scores.ece, scores.finder_recall, scores.ms_median) == (None, None, None, None)


def test_a_plate_nobody_can_read_counts_for_finding_only() -> None:
    scores = score(
        [_picture(PlateOutcome("", "A1", 0.95, is_found=False), PlateOutcome("A1", "A1", 0.95, is_found=True))]
    )
    assert (scores.plates, scores.exact.total, scores.exact.value, scores.finder_recall) == (2, 1, 1, 0.5)
    assert scores.precision_at_90_confidence.total == 1


def test_times_and_sure_answers() -> None:
    plates = _plates((0.9, True), (0.95, False), (0.5, True))
    scores = score([_picture(*plates, ms=10), _picture(ms=30), _picture(ms=20)])
    assert scores.share_at_90_confidence == pytest.approx(2 / 3)
    assert scores.precision_at_90_confidence.value == 0.5
    assert (scores.ms_median, scores.ms_p95) == (20, pytest.approx(29))
