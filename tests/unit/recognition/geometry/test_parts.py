"""The small pieces: polygons, the robust line, and the adjustment's covariance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.geometry.adjustment import adjust, spread
from recognition.geometry.line_fit import fit_line, lag_one_correlation, student_factor
from recognition.geometry.polygon import area, contains, crossing_sides

SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])


@given(x=st.floats(-3, 5), y=st.floats(-3, 5))
def test_inside_a_square_is_inside_its_bounds(x: float, y: float) -> None:
    is_inside = bool(contains(SQUARE, np.array([[x, y]]))[0])
    if 0 < x < 2 and 0 < y < 2:
        assert is_inside
    if not (0 <= x <= 2 and 0 <= y <= 2):
        assert not is_inside


def test_crossed_sides_are_found_and_straight_ones_not() -> None:
    assert crossing_sides(SQUARE) is None
    assert crossing_sides(SQUARE[[0, 2, 1, 3]]) == (0, 2)
    assert area(SQUARE) == 4.0


@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_the_line_tells_how_uncertain_its_slope_is(correlation: float) -> None:
    rng = np.random.default_rng(3)
    at_s = np.arange(40) / 25
    inside = 0
    for _ in range(200):
        noise = rng.normal(size=40)
        for i in range(1, 40):
            noise[i] = correlation * noise[i - 1] + np.sqrt(1 - correlation**2) * noise[i]
        fit = fit_line(at_s, 15 * at_s + 0.1 * noise, np.ones(40))
        inside += abs(fit.slope - 15) <= 2 * fit.standard_uncertainty
    assert 180 <= inside <= 199


def test_wild_positions_do_not_bend_the_line() -> None:
    at_s = np.arange(30) / 25
    positions = 20 * at_s + np.random.default_rng(6).normal(0, 0.02, 30)
    positions[[3, 17, 28]] += [4.0, -6.0, 5.0]
    assert fit_line(at_s, positions, np.ones(30)).slope == pytest.approx(20, abs=0.1)


def test_an_exact_line_is_exact() -> None:
    at_s = np.arange(10.0)
    fit = fit_line(at_s, 3 * at_s + 1, np.linspace(1, 2, 10))
    assert fit.slope == pytest.approx(3)
    assert fit.standard_uncertainty == pytest.approx(0, abs=1e-9)


def test_drift_is_seen_as_correlation() -> None:
    assert lag_one_correlation(np.sin(np.arange(50) / 8)) == 0.9
    assert lag_one_correlation(np.tile([1.0, -1.0], 25)) == 0.0


@pytest.mark.parametrize(("freedom", "t95"), [(3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042)])
def test_few_positions_widen_like_student(freedom: int, t95: float) -> None:
    assert 2 * student_factor(freedom) == pytest.approx(t95, rel=0.04)


def test_adjustment_states_the_covariance_of_a_weighted_mean() -> None:
    observed, sigma = np.array([10.0, 10.2, 9.9]), np.array([0.1, 0.2, 0.1])
    result = adjust(lambda values: (values[0] - observed) / sigma, np.array([0.0]))
    weights = 1 / sigma**2
    assert result.values[0] == pytest.approx((weights @ observed) / weights.sum(), abs=1e-9)
    assert result.covariance[0, 0] == pytest.approx(1 / weights.sum() * max(1, result.variance_factor), rel=1e-6)


def test_spread_keeps_what_is_common_common() -> None:
    covariance = np.array([[4.0, 2.0], [2.0, 9.0]])
    matrix = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, -2.0]])
    effects = spread(lambda error: matrix @ error, covariance)
    assert np.allclose(effects.T @ effects, matrix @ covariance @ matrix.T)
