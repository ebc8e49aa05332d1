"""Which points of a survey agree with each other, and which are slips: of the pen, of the mouse, of the wrong stone.

Planes through four points each are judged by all the others (MSAC: Torr and Zisserman, MLESAC, 2000); the best one's
followers are adjusted as any survey is, and each point is asked again how far it lies from where they put it.  All
subsets of four are tried where they are few, else a fixed seeded draw: the same survey gives the same answer.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Lens, SiteError, Survey
from recognition.geometry.lens import to_ideal
from recognition.geometry.plane import Points, RoadPlane, survey_points

_SUBSETS_MAX = 3000
_SEED = 20261122
_NEAR_SQUARED = 13.8  # chi-squared of two degrees of freedom: one honest point in a thousand lies farther
_DEVIATIONS_MAX = 4.0
_ROUNDS = 8
_AGREE_MIN = 5  # four points fit any plane; the fifth is the first to confirm it
_MEDIAN_SQUARED = 1.386  # median of that chi-squared


@dataclass(frozen=True, slots=True)
class Outlier:
    """A survey point that lies ``error_m`` from where the agreeing points put it; about ``expected_m`` is usual."""

    name: str
    error_m: float
    expected_m: float


@dataclass(frozen=True, eq=False, slots=True)
class Consensus:
    """The plane of the points that agree, and the points that do not, worst first."""

    plane: RoadPlane
    outliers: tuple[Outlier, ...]


def find_consensus(survey: Survey, *, width_px: int, height_px: int, lens: Lens | None = None) -> Consensus:
    """Adjust the plane to the points that agree, and name the others.

    With five points or fewer a slip cannot be told from its neighbours, and none is named.

    Raises:
        SiteError: no five points and no more than half of them agree (``site.no_consensus``), or what agrees fixes no
            plane (``site.invalid``).
    """

    def adjusted(keep: NDArray[np.bool_]) -> RoadPlane:
        chosen = tuple(point for point, is_kept in zip(survey.points, keep.tolist(), strict=True) if is_kept)
        kept = survey.model_copy(update={"points": chosen})
        return RoadPlane.from_survey(kept, width_px=width_px, height_px=height_px, lens=lens)

    count = len(survey.points)
    if count <= _AGREE_MIN:
        return Consensus(adjusted(np.ones(count, dtype=np.bool_)), ())
    keep = _best_followers(survey, lens)
    for _ in range(_ROUNDS):
        _require_majority(keep)
        plane = adjusted(keep)
        judged = [_judge(plane, survey, keep, index) for index in range(count)]
        now = np.array([deviations <= _DEVIATIONS_MAX for deviations, _, _ in judged])
        if (now == keep).all():
            break
        keep = now
    _require_majority(keep)
    outliers = [
        (deviations, Outlier(point.name, error_m, expected_m))
        for point, is_kept, (deviations, error_m, expected_m) in zip(survey.points, keep.tolist(), judged, strict=True)
        if not is_kept
    ]
    return Consensus(adjusted(keep), tuple(one for _, one in sorted(outliers, key=lambda pair: -pair[0])))


def _require_majority(keep: NDArray[np.bool_]) -> None:
    agree = int(np.count_nonzero(keep))
    if agree < _AGREE_MIN or 2 * agree <= len(keep):
        raise SiteError(
            f"no more than {agree} of the {len(keep)} survey points agree on one road plane",
            code="site.no_consensus",
            hint="check units, the order of the columns and which picture was clicked; or state larger sigmas",
        )


def _best_followers(survey: Survey, lens: Lens | None) -> NDArray[np.bool_]:
    """Return (N,) which points lie near the plane of four that has the most of them near."""
    road_m, picture_px = survey_points(survey)
    ideal_px = to_ideal(picture_px, lens)
    planes = _planes(road_m, ideal_px, _subsets(len(road_m)))
    squared = _misfits(planes, road_m, ideal_px, survey)
    scores = np.minimum(squared, _NEAR_SQUARED).sum(axis=1)
    best = squared[int(scores.argmin())]
    # A survey whose sigmas are all stated too small is not a survey of slips.
    typical = max(1.0, float(np.median(best)) / _MEDIAN_SQUARED)
    return np.asarray(best <= _NEAR_SQUARED * typical)


def _subsets(count: int) -> NDArray[np.int64]:
    if comb(count, 4) <= _SUBSETS_MAX:
        return np.array(list(combinations(range(count), 4)))
    rng = np.random.default_rng(_SEED)
    return np.asarray(rng.random((_SUBSETS_MAX, count)).argsort(axis=1)[:, :4])


def _planes(road_m: Points, ideal_px: Points, subsets: NDArray[np.int64]) -> Points:
    """Return the homographies (S, 3, 3), road to ideal pixels, through four points each."""
    centres = [points.mean(axis=0) for points in (road_m, ideal_px)]
    scales = [float(np.abs(points - centre).max()) for points, centre in zip((road_m, ideal_px), centres, strict=True)]
    x, y = np.moveaxis((road_m - centres[0])[subsets] / scales[0], -1, 0)
    u, v = np.moveaxis((ideal_px - centres[1])[subsets] / scales[1], -1, 0)
    one, none = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, none, none, none, -u * x, -u * y, -u], -1),
            np.stack([none, none, none, x, y, one, -v * x, -v * y, -v], -1),
        ],
        axis=1,
    )
    centred = np.linalg.svd(rows)[2][:, -1].reshape(-1, 3, 3)
    to_centred = np.array(
        [[1 / scales[0], 0, -centres[0][0] / scales[0]], [0, 1 / scales[0], -centres[0][1] / scales[0]], [0, 0, 1]]
    )
    from_centred = np.array([[scales[1], 0, centres[1][0]], [0, scales[1], centres[1][1]], [0, 0, 1]])
    return np.asarray(from_centred @ centred @ to_centred)


def _misfits(planes: Points, road_m: Points, ideal_px: Points, survey: Survey) -> Points:
    """Return the squared errors (S, N) of all points on all planes, in units of what the survey states."""
    with np.errstate(all="ignore"):  # four points on a line give any plane at all; it gets no votes
        seen = np.einsum("sij,nj->sni", planes, np.column_stack([road_m, np.ones(len(road_m))]))
        depth = seen[..., 2]
        at_px = seen[..., :2] / depth[..., None]
        slopes = (planes[:, None, :2, :2] - at_px[..., None] * planes[:, None, None, 2, :2]) / depth[..., None, None]
        covariance = survey.sigma_px**2 * np.eye(2) + survey.sigma_m**2 * slopes @ np.swapaxes(slopes, -1, -2)
        (x, y), ((a, b), (_, d)) = np.moveaxis(at_px - ideal_px, -1, 0), np.moveaxis(covariance, (-2, -1), (0, 1))
        squared = (d * x**2 - 2 * b * x * y + a * y**2) / (a * d - b * b)
        # Four points may also be matched by a plane that has some of them behind the camera.
        is_before = np.sign(depth) == np.sign(np.median(depth, axis=1))[:, None]
    return np.asarray(np.where(is_before & np.isfinite(squared), squared, np.inf))


def _judge(plane: RoadPlane, survey: Survey, keep: NDArray[np.bool_], index: int) -> tuple[float, float, float]:
    """Return how far a point lies from where the others put it: in deviations, in m, and what is usual, m."""
    others = plane.without(int(np.count_nonzero(keep[:index]))) if keep[index] else plane
    point = survey.points[index]
    pixel_px = np.array([point.pixel_px])
    if not others.is_on_road(pixel_px)[0]:
        return np.inf, np.inf, 0.0
    error = others.to_road(pixel_px)[0] - np.array(point.road_m)
    # A survey that is rougher than it states is rough at this point too.
    widening = max(1.0, others.variance_factor)
    covariance = others.covariance(pixel_px, sigma_px=survey.sigma_px * np.sqrt(widening))[0]
    covariance = covariance + widening * survey.sigma_m**2 * np.eye(2)
    deviations = float(np.sqrt(error @ np.linalg.solve(covariance, error)))
    return deviations, float(np.linalg.norm(error)), float(np.sqrt(np.trace(covariance)))
