"""The slope of positions over time, of a vehicle that may brake or speed up, that a few wild positions cannot bend.

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
BEND_SAMPLES_MIN = 8
"""From so many positions on a constant change of speed is fitted too: the slope is that of the interval's middle."""


@dataclass(frozen=True, eq=False)
class LineFit:
    """Slope of a fitted line, or of a fitted parabola in the middle of its interval, with its standard uncertainty.

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
    powers = np.vander(at_s - (at_s[0] + at_s[-1]) / 2, 3 if len(at_s) >= BEND_SAMPLES_MIN else 2, increasing=True)
    scale = 0.0
    for _ in range(_ROUNDS):
        solver = _solver(powers, weights)
        coefficients = solver[1]
        residuals = positions - powers @ (solver @ positions)
        ratio = np.abs(residuals) / sigma
        scale = _MAD_TO_SIGMA * float(np.median(ratio))
        if scale <= np.finfo(float).eps:
            break
        settled, weights = weights, np.minimum(1.0, _HUBER * scale / np.maximum(ratio, 1e-300)) / sigma**2
        if np.allclose(weights, settled, rtol=_SETTLED, atol=0.0):
            break
    return LineFit(
        slope=float(coefficients @ positions),
        standard_uncertainty=_slope_uncertainty(
            residuals / sigma, coefficients * sigma, weights * sigma**2, powers.shape[1]
        ),
        coefficients=coefficients,
        residuals=residuals,
        correlation=lag_one_correlation(residuals / sigma),
    )


def _solver(powers: Points, weights: Points) -> Points:
    """Return (P, N) that turns positions into the weighted least-squares coefficients of the powers (N, P)."""
    weighted = powers.T * weights
    return np.asarray(np.linalg.solve(weighted @ powers, weighted))


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


def _slope_uncertainty(residuals: Points, coefficients: Points, kept: NDArray[np.float64], parameters: int) -> float:
    """Standard uncertainty of the slope from residuals and coefficients in units of each position's sigma."""
    correlation = lag_one_correlation(residuals)
    widening = (1 + correlation) / (1 - correlation)
    independent = max(len(residuals) / widening - parameters, 1.0)
    # Huber's sandwich: clipped residuals carry the variance, the share of unclipped ones the sensitivity.
    clipped = kept * residuals
    freedom = max(len(residuals) - parameters, 1)
    scale = np.sqrt(float(clipped @ clipped) / freedom) / max(float(np.mean(kept > 1 - 1e-9)), 0.5)
    return float(scale * np.linalg.norm(coefficients) * np.sqrt(widening) * student_factor(independent))
