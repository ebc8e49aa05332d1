"""Speed of one vehicle over the measuring zone, with its expanded uncertainty, or the reason why there is none.

    v = |d(road position)/dt|, positions of one point of the vehicle, times of capture

Uncertainty after JCGM 100 (GUM), combined from independent sources, each kept in the budget (km/h, standard):
``fit`` (localisation, with its autocorrelation), ``calibration`` (survey points, propagated), ``scale`` (what is common
to all surveyed lengths: passes one to one), ``time`` (resolution and rate of the capture clock), ``height`` (of the
plate), ``contact`` (what the bottom of a box touches).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Measurement, Site
from recognition.geometry.anchor import (
    CONTACT_RELATIVE_LIMIT,
    PLATE_SAMPLES_MIN,
    Anchored,
    anchor_box,
    anchor_plate,
    whole_samples,
)
from recognition.geometry.line_fit import LineFit, fit_line
from recognition.geometry.plane import Points, RoadPlane
from recognition.geometry.plate_height import PlateSize, is_plausible
from recognition.geometry.track import TrackSample

KMH = 3.6
SAMPLES_MIN = {"plate": PLATE_SAMPLES_MIN, "box_bottom": 5}
REFIT_SAMPLES_MIN = 4
LENGTH_MIN_M = 5.0
DURATION_MIN_S = 0.12
SPEED_MAX_KMH = 320.0
CRAWL_KMH = 5.0
"""Slower than this over the zone, a vehicle stopped or crept in it: no one speed describes how it passed."""
UNCERTAINTY_RELATIVE_MAX = 0.15
TIME_RESOLUTION_S = 0.001
CLOCK_RATE_RELATIVE = 1e-4
GAP_MAX_S = 1.0
CLOCKS_AGREE_S = 0.02
BRAKING_MAX_MS2 = 6.0
LEAP_M = 0.8
LEAP_FACTOR = 6.0
LEAP_SHARE = 0.15
_DISAGREE_FACTOR = 3.0
_COVERAGE = 2.0
_SQRT_3 = float(np.sqrt(3))
_SQRT_12 = float(np.sqrt(12))


@dataclass(frozen=True, eq=False)
class _Estimate:
    """Speed by one anchor, m/s, with its budget, m/s, and the positions it was made of."""

    anchored: Anchored
    fit: LineFit
    way: Points
    budget: dict[str, float]

    @property
    def uncertainty(self) -> float:
        return float(np.sqrt(sum(part**2 for part in self.budget.values())))


def measure_speed(samples: Sequence[TrackSample], plane: RoadPlane, site: Site) -> Measurement | None:
    """Measure the mean speed over the site's measuring zone.

    The plate is followed where it was found in four frames of the zone or more, else the bottom of the box.

    Returns:
        A measurement, valid or with the reason why not: ``track_too_short``, ``time_jump``, ``disagreement``,
        ``implausible_speed``, ``implausible_plate_height``, ``uncertainty_too_large``.  None where the site has no
        measuring zone, or the vehicle never came into it, or it stopped or crept in it (below 5 km/h).
    """
    if site.speed is None or site.survey is None:
        return None
    whole = whole_samples(samples, plane)
    box = _within_zone(anchor_box(whole, plane), site) if whole else None
    if box is None or not box.samples:
        return None
    size = PlateSize.of(site.jurisdiction)
    plate = anchor_plate(box.samples, plane, size) if size else None
    main = box if plate is None or _is_short(plate) else plate
    if has_time_jump(main.samples):
        return _refused("time_jump", main.method)
    if _is_short(main):
        return _refused("track_too_short", main.method)
    estimate = _estimate(main, site.survey.scale_relative)
    if estimate.fit.slope * KMH < CRAWL_KMH:
        return None
    second = _estimate(box, site.survey.scale_relative) if main is not box and not _is_short(box) else None
    return _conclude(estimate, second)


def _within_zone(anchored: Anchored, site: Site) -> Anchored:
    assert site.speed is not None
    along_m = anchored.road_m[:, 1]
    return anchored.kept((along_m >= site.speed.from_m) & (along_m <= site.speed.to_m))


def _length_m(anchored: Anchored) -> float:
    return float(np.linalg.norm(np.ptp(anchored.road_m, axis=0)))


def _is_short(anchored: Anchored) -> bool:
    return (
        len(anchored.samples) < SAMPLES_MIN[anchored.method]
        or float(np.ptp(anchored.at_s)) < DURATION_MIN_S
        or _length_m(anchored) < LENGTH_MIN_M
    )


def has_time_jump(samples: Sequence[TrackSample], *, gap_max_s: float = GAP_MAX_S) -> bool:
    """Tell whether stream time stands still, goes back, leaps, or disagrees with the wall clock of the frames."""
    steps_s = np.diff([sample.pts_s for sample in samples])
    walls_s = np.array(
        [(b.captured_at - a.captured_at).total_seconds() for a, b in pairwise(samples)],
    )
    return bool(
        np.any(steps_s <= 0) or np.any(steps_s > gap_max_s) or np.any(np.abs(steps_s - walls_s) > CLOCKS_AGREE_S),
    )


def _estimate(anchored: Anchored, scale_relative: float) -> _Estimate:
    sigma = anchored.metres_per_px
    velocity = np.array([fit_line(anchored.at_s, anchored.road_m[:, axis], sigma).slope for axis in (0, 1)])
    way = velocity / max(float(np.linalg.norm(velocity)), np.finfo(float).tiny)
    fit = fit_line(anchored.at_s, anchored.road_m @ way, sigma)
    speed = fit.slope
    budget = {
        "fit": fit.standard_uncertainty,
        "calibration": float(np.linalg.norm((anchored.calibration_m @ way) @ fit.coefficients)),
        "scale": speed * scale_relative,
        "time": speed
        * float(np.hypot(np.linalg.norm(fit.coefficients) * TIME_RESOLUTION_S / _SQRT_12, CLOCK_RATE_RELATIVE)),
    }
    if anchored.method == "plate":
        budget["height"] = abs(float((anchored.height_m @ way) @ fit.coefficients))
    else:
        budget["contact"] = speed * CONTACT_RELATIVE_LIMIT / _SQRT_3
    return _Estimate(anchored, fit, way, budget)


def _conclude(estimate: _Estimate, second: _Estimate | None) -> Measurement:
    value_kmh = estimate.fit.slope * KMH
    height = estimate.anchored.plate_height
    reason = None
    if value_kmh > SPEED_MAX_KMH:
        reason = "implausible_speed"
    elif height is not None and not is_plausible(height):
        reason = "implausible_plate_height"
    elif not _halves_agree(estimate) or not _anchors_agree(estimate, second):
        reason = "disagreement"
    elif _COVERAGE * estimate.uncertainty > UNCERTAINTY_RELATIVE_MAX * estimate.fit.slope:
        reason = "uncertainty_too_large"
    return Measurement(
        quantity="speed",
        value=round(value_kmh, 3),
        unit="km/h",
        expanded_uncertainty=round(_COVERAGE * estimate.uncertainty * KMH, 3),
        coverage_factor=_COVERAGE,
        is_valid=reason is None,
        invalid_reason=reason,
        method=estimate.anchored.method,
        budget={name: round(part * KMH, 4) for name, part in estimate.budget.items()},
    )


def _halves_agree(estimate: _Estimate) -> bool:
    """Measure again from the first and from the last half, and from every other frame; all must tell one story.

    The halves may differ as far as a braking vehicle can make them; but their mean must be that of the whole, which a
    leap of time or of identity in the middle breaks.
    """
    anchored, way = estimate.anchored, estimate.way
    if _has_leap(estimate):
        return False
    order = np.arange(len(anchored.at_s))
    split = anchored.at_s < (anchored.at_s[0] + anchored.at_s[-1]) / 2
    halves = [_refit(anchored, way, keep) for keep in (split, ~split)]
    others = [_refit(anchored, way, keep) for keep in (order % 2 == 0, order % 2 == 1)]
    if any(fit is None for fit in (*halves, *others)):
        return True
    first, last, even, odd = (fit for fit in (*halves, *others) if fit is not None)
    apart_s = float(np.ptp(anchored.at_s)) / 2
    return (
        _is_near(first.slope, last.slope, first, last, allowance=BRAKING_MAX_MS2 * apart_s)
        and _is_near(
            (first.slope + last.slope) / 2, estimate.fit.slope, first, last, allowance=0.01 * estimate.fit.slope
        )
        and _is_near(even.slope, odd.slope, even, odd, allowance=0.002 * estimate.fit.slope)
    )


def _has_leap(estimate: _Estimate) -> bool:
    """Tell whether a good part of the track lies off the line of the rest: two vehicles under one number."""
    off_m = np.abs(estimate.fit.residuals)
    typical_m = float(np.median(off_m))
    return float(np.mean(off_m > max(LEAP_M, LEAP_FACTOR * typical_m))) > LEAP_SHARE


def _refit(anchored: Anchored, way: Points, keep: NDArray[np.bool_]) -> LineFit | None:
    part = anchored.kept(keep)
    if len(part.samples) < REFIT_SAMPLES_MIN:
        return None
    return fit_line(part.at_s, part.road_m @ way, part.metres_per_px)


def _is_near(one: float, other: float, *fits: LineFit, allowance: float) -> bool:
    uncertainty = float(np.sqrt(sum(fit.standard_uncertainty**2 for fit in fits)))
    return abs(one - other) <= _DISAGREE_FACTOR * uncertainty + allowance


def _anchors_agree(estimate: _Estimate, second: _Estimate | None) -> bool:
    """Two points of one vehicle move at one speed: plate and box must agree within what each may err."""
    if second is None:
        return True
    if not _halves_agree(second):
        return False
    uncertainty = float(np.hypot(estimate.uncertainty, second.uncertainty))
    return abs(estimate.fit.slope - second.fit.slope) <= (
        _DISAGREE_FACTOR * uncertainty + CONTACT_RELATIVE_LIMIT * estimate.fit.slope
    )


def _refused(reason: str, method: str) -> Measurement:
    return Measurement(
        quantity="speed",
        value=0.0,
        unit="km/h",
        expanded_uncertainty=0.0,
        is_valid=False,
        invalid_reason=reason,
        method=method,
    )
