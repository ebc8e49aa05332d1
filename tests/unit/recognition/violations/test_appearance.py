"""What is a look, and when looks are enough; the seam takes any classifier."""

from typing import Any

import numpy as np
import pytest

from recognition.violations.appearance import AppearanceAnswer, AppearanceClassifier, looks_that_say
from recognition.violations.case import Feature, Seen


class Always:
    """A classifier of one opinion."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    def look(self, feature: Feature, crop: Any) -> AppearanceAnswer:
        return AppearanceAnswer(self.seen, 0.9 if feature is Feature.PHONE and crop.size else 0.0)


def test_any_classifier_fits_the_seam() -> None:
    classifier: AppearanceClassifier = Always(Seen.NO)
    assert classifier.look(Feature.PHONE, np.zeros((4, 4, 3), np.uint8)) == AppearanceAnswer(Seen.NO, 0.9)


def test_looks_are_counted_by_frame_and_answer(scenes: Any, road: Any, case_of: Any) -> None:
    case = scenes.passes(road, case_of)
    case = scenes.looked_at(case, Feature.PHONE, {10: Seen.YES, 20: Seen.YES, 30: Seen.NOT_VISIBLE, 40: Seen.NO})
    case = scenes.looked_at(case, Feature.PHONE, {10: Seen.YES}, confidence=0.5)
    case = scenes.looked_at(case, Feature.SEAT_BELT, {15: Seen.YES})
    looks = looks_that_say(case, Feature.PHONE, Seen.YES)
    assert [s.frame_sequence for s in looks.samples] == [1010, 1020]
    assert looks.confidence == pytest.approx((0.5 + 0.95) / 2), "of two looks at one frame the weaker counts"
    assert looks.against == 1
    assert looks.span_s == pytest.approx(0.4)


def test_a_frame_with_both_answers_counts_against(scenes: Any, road: Any, case_of: Any) -> None:
    case = scenes.looked_at(scenes.passes(road, case_of), Feature.PHONE, {10: Seen.YES, 20: Seen.YES})
    case = scenes.looked_at(case, Feature.PHONE, {20: Seen.NO})
    looks = looks_that_say(case, Feature.PHONE, Seen.YES)
    assert (len(looks.samples), looks.against) == (1, 1)


def test_a_look_at_a_frame_that_nobody_can_show_does_not_count(scenes: Any, road: Any, case_of: Any) -> None:
    case = scenes.looked_at(scenes.passes(road, case_of), Feature.PHONE, {10: Seen.YES})
    stray = type(case.appearance[0])(Feature.PHONE, Seen.YES, 0.99, 7)
    case = type(case)(**{**vars(case), "appearance": (*case.appearance, stray)})
    assert len(looks_that_say(case, Feature.PHONE, Seen.YES).samples) == 1
    assert looks_that_say(case, Feature.BEACON, Seen.YES).span_s == 0.0
