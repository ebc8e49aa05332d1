"""Least-squares adjustment and the propagation of its covariance (JCGM 102, linearised by finite differences)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VectorFunction = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_ROUNDS = 60
_STEP = 1e-6
_DAMPING_START = 1e-6
_DAMPING_LIMIT = 1e8
_SETTLED = 1e-12


@dataclass(frozen=True, eq=False)
class Adjustment:
    """Adjusted parameters, their covariance, and how well the observations agree with the model.

    ``variance_factor`` is the sum of squared whitened residuals over the degrees of freedom (1 where there are none):
    above 1 the declared uncertainties were too small for what was observed.
    """

    values: NDArray[np.float64]
    covariance: NDArray[np.float64]
    variance_factor: float


def adjust(residuals: VectorFunction, start: NDArray[np.float64], *, rounds: int = _ROUNDS) -> Adjustment:
    """Minimise the squared whitened residuals from a near start (Gauss-Newton with Levenberg damping).

    The covariance is widened by the variance factor where that exceeds 1 (the Birge ratio): a survey that does not
    agree with itself must not claim to be precise.

    Args:
        residuals: parameters (P,) to whitened residuals (M,), each of unit variance when the model holds.
        start: first parameters (P,), each of order one.
        rounds: steps at most; two are enough from a very near start.
    """
    values, errors = start, residuals(start)
    damping = _DAMPING_START
    for _ in range(rounds):
        jacobian = differences(residuals, values)
        normal, gradient = jacobian.T @ jacobian, jacobian.T @ errors
        step = np.linalg.lstsq(normal + damping * np.diag(np.diag(normal)), -gradient, rcond=None)[0]
        trial = residuals(values + step)
        if trial @ trial <= errors @ errors:
            has_settled = errors @ errors - trial @ trial <= _SETTLED * (1.0 + errors @ errors)
            values, errors, damping = values + step, trial, max(damping / 10, _DAMPING_START)
            if has_settled:
                break
        else:
            damping *= 10
            if damping > _DAMPING_LIMIT:
                break
    jacobian = differences(residuals, values)
    freedom = errors.size - values.size
    factor = float(errors @ errors / freedom) if freedom > 0 else 1.0
    covariance = np.asarray(np.linalg.pinv(jacobian.T @ jacobian, hermitian=True), dtype=np.float64)
    return Adjustment(values, covariance * max(1.0, factor), factor)


def differences(function: VectorFunction, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Jacobian (M, P) of a function at a point, by central differences."""
    columns = []
    for index in range(at.size):
        step = np.zeros_like(at)
        step[index] = _STEP
        columns.append((function(at + step) - function(at - step)) / (2 * _STEP))
    return np.stack(columns, axis=-1)


def spread(function: VectorFunction, covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what one standard deviation of each independent input error does to a function of the errors.

    The errors (P,) have zero mean and the covariance given; they are turned into independent ones (its principal
    axes), so that any linear combination of the outputs has the sum of squares of its spreads as variance.  Keeping
    the axes apart keeps what is common to all outputs common.

    Returns:
        (P, ...) in the function's own unit and shape.
    """
    variances, axes = np.linalg.eigh(covariance)
    deviations = axes * np.sqrt(np.clip(variances, 0.0, None))
    return np.stack([(function(column) - function(-column)) / 2 for column in deviations.T])
