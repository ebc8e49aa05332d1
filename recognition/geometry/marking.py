"""Survey points from lane markings: where the ends of dashes lie on the road, by the standard they were painted to."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from recognition.contracts import PointPx, SiteError, SurveyPoint


@dataclass(frozen=True, slots=True)
class MarkingStandard:
    """Lengths of a dashed line, m, and how far paint may depart from them, all together (relative)."""

    name: str
    title: str
    source: str
    status: str
    dash_m: float
    gap_m: float
    scale_relative: float


@dataclass(frozen=True, slots=True)
class DashEnd:
    """One end of a dash in the picture: lines count from left to right, dashes from the nearest away."""

    line: int
    dash: int
    is_far: bool
    pixel_px: PointPx


@lru_cache(maxsize=1)
def load_standards() -> dict[str, MarkingStandard]:
    """Return the built-in standards by name (``markings.toml``)."""
    text = files("recognition.geometry").joinpath("markings.toml").read_text(encoding="utf-8")
    return {name: MarkingStandard(name=name, **fields) for name, fields in tomllib.loads(text).items()}


def standard_named(name: str) -> MarkingStandard:
    """Return a built-in standard.

    Raises:
        SiteError: there is none of that name (``marking.unknown``).
    """
    standards = load_standards()
    if name not in standards:
        raise SiteError(
            f"no marking standard {name!r} is built in",
            code="marking.unknown",
            hint=f"use one of {', '.join(standards)}, or give --dash-m and --gap-m",
        )
    return standards[name]


def points_of_dashes(ends: tuple[DashEnd, ...], *, dash_m: float, gap_m: float, lane_m: float) -> list[SurveyPoint]:
    """Place the ends of dashes on the road, lines side by side a lane apart, their dashes in step.

    The origin is the near end of dash 0 of line 0.
    """
    return [
        SurveyPoint(
            name=f"line {end.line} dash {end.dash} {'far' if end.is_far else 'near'}",
            pixel_px=end.pixel_px,
            road_m=(
                round(end.line * lane_m, 4),
                round(end.dash * (dash_m + gap_m) + (dash_m if end.is_far else 0.0), 4),
            ),
        )
        for end in ends
    ]
