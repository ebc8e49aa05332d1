import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.plates import Calibration, load_calibration

_GOOD = {"margin": 0.99, "likelihood": -0.02, "nothing": 0.01, "height_px": 24.0}


def _confidences(calibration: Calibration, name: str, values: list[float]) -> list[float]:
    return [calibration.confidence(**{**_GOOD, name: value}) for value in values]


@pytest.mark.parametrize(
    ("name", "worse_to_better"),
    [
        ("margin", [0.1, 0.5, 0.9]),
        ("likelihood", [-3.0, -0.5, -0.05]),
        ("nothing", [0.9, 0.5, 0.1]),
        ("height_px", [6.0, 12.0, 24.0]),
    ],
)
def test_confidence_rises_with_everything_that_speaks_for_the_text(name: str, worse_to_better: list[float]) -> None:
    calibration = Calibration(bias=-6.0, margin=0.5, likelihood=1.0, nothing=-1.0, height=1.0)
    assert all(worse < better for worse, better in pairwise(_confidences(calibration, name, worse_to_better)))


def test_a_weight_of_zero_leaves_a_feature_out() -> None:
    assert len(set(_confidences(Calibration(bias=-6.0), "height_px", [6.0, 12.0, 24.0]))) == 1


def test_by_the_margin_alone_confidence_is_the_margin() -> None:
    assert _confidences(Calibration(), "margin", [0.2, 0.5, 0.9]) == pytest.approx([0.2, 0.5, 0.9], rel=2e-3)


def test_the_map_is_logistic_in_its_features() -> None:
    calibration = Calibration(bias=0.3, margin=0.2, likelihood=0.4, nothing=-0.1, height=0.5)
    evidence = {"margin": 0.8, "likelihood": -0.4, "nothing": 0.2, "height_px": 14.0}
    weights = (0.3, 0.2, 0.4, -0.1, 0.5)
    total = sum(weight * one for weight, one in zip(weights, calibration.features(**evidence), strict=True))
    assert calibration.confidence(**evidence) == pytest.approx(0.999 / (1 + math.exp(-total)))


@given(
    bias=st.floats(-50, 50),
    weight=st.floats(-5, 5),
    evidence=st.fixed_dictionaries(
        {
            "margin": st.floats(0, 1),
            "likelihood": st.floats(-1000, 1e-6),
            "nothing": st.floats(0, 1),
            "height_px": st.floats(0, 2000),
        }
    ),
)
def test_confidence_is_a_chance_and_never_certainty_whatever_is_given(
    bias: float, weight: float, evidence: dict[str, float]
) -> None:
    calibration = Calibration(bias=bias, margin=weight, likelihood=weight, nothing=weight, height=weight)
    confidence = calibration.confidence(**evidence)
    assert 0.0 <= confidence <= 0.999


def test_the_map_that_comes_with_the_program_trusts_a_good_read_more_than_a_poor_one() -> None:
    shipped = load_calibration()
    poor = shipped.confidence(margin=0.3, likelihood=-1.5, nothing=0.4, height_px=8.0)
    assert poor < shipped.confidence(**_GOOD) <= 0.999
    assert poor < 0.6
