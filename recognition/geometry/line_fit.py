"""A straight line through positions over time that a few wild positions cannot bend.

Huber's M-estimator by reweighting, with the scale taken from the residuals and the variance widened for their
autocorrelation: the errors of a tracked box drift, they are not independent from frame to frame.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognition.geometry.plane import Points

_HUBER = 1.345
_ROUNDS = 12
_SETTLED = 1e-3
_MAD_TO_SIGMA = 1.4826
_CORRELATION_LIMIT = 0.9
_PARAMETERS = 2


@dataclass(frozen=True, eq=False)
class LineFit:
    """Slope of a fitted line with its standard uncertainty.

    ``coefficients`` (N,) give the slope of any other positions at the same times: ``coefficients @ positions``.
    """

    slope: float
    standard_uncertainty: float
    coefficients: Points
    residuals: Points
    correlation: float


def fit_line(at_s: Points, positions: Points, sigma: Points) -> LineFit:
    """Fit positions (N,) over times (N,), each with a relative standard uncertainty ``sigma`` (N,).

    ``sigma`` needs to be known up to a common factor only.
    """
    weights = 1 / sigma**2
    scale = 0.0
    for _ in range(_ROUNDS):
        coefficients = slope_coefficients(at_s, weights)
        slope = float(coefficients @ positions)
        level = float(weights @ (positions - slope * at_s) / weights.sum())
        residuals = positions - slope * at_s - level
        ratio = np.abs(residuals) / sigma
        scale = _MAD_TO_SIGMA * float(np.median(ratio))
        if scale <= np.finfo(float).eps:
            break
        settled, weights = weights, np.minimum(1.0, _HUBER * scale / np.maximum(ratio, 1e-300)) / sigma**2
        if np.allclose(weights, settled, rtol=_SETTLED, atol=0.0):
            break
    return LineFit(
        slope=slope,
        standard_uncertainty=_slope_uncertainty(residuals / sigma, coefficients * sigma, weights * sigma**2),
        coefficients=coefficients,
        residuals=residuals,
        correlation=lag_one_correlation(residuals / sigma),
    )


def slope_coefficients(at_s: Points, weights: Points) -> Points:
    """Return (N,) so that ``coefficients @ positions`` is the weighted least-squares slope."""
    centred = at_s - weights @ at_s / weights.sum()
    return np.asarray(weights * centred / (weights @ centred**2))


def lag_one_correlation(residuals: Points) -> float:
    """Return the correlation of neighbouring residuals, not below 0, with the bias of short series added back."""
    power = float(residuals @ residuals)
    if power <= np.finfo(float).tiny:
        return 0.0
    measured = float(residuals[1:] @ residuals[:-1]) / power + 2 / len(residuals)
    return min(max(measured, 0.0), _CORRELATION_LIMIT)


def student_factor(freedom: float) -> float:
    """Return how much wider a 95 % interval of Student's t is than k = 2 (to 4 % from three degrees up)."""
    return max(1.0, (1.96 + 2.4 / freedom + 2.8 / freedom**2) / 2)


def _slope_uncertainty(residuals: Points, coefficients: Points, kept: NDArray[np.float64]) -> float:
    """Standard uncertainty of the slope from residuals and coefficients in units of each position's sigma."""
    correlation = lag_one_correlation(residuals)
    widening = (1 + correlation) / (1 - correlation)
    independent = max(len(residuals) / widening - _PARAMETERS, 1.0)
    # Huber's sandwich: clipped residuals carry the variance, the share of unclipped ones the sensitivity.
    clipped = kept * residuals
    freedom = max(len(residuals) - _PARAMETERS, 1)
    scale = np.sqrt(float(clipped @ clipped) / freedom) / max(float(np.mean(kept > 1 - 1e-9)), 0.5)
    return float(scale * np.linalg.norm(coefficients) * np.sqrt(widening) * student_factor(independent))
