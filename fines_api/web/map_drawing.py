"""A plan of sites and of a vehicle's way between them, as numbers for an SVG: no tiles, nothing fetched.  Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, hypot, log10, radians
from typing import Final

from fines_api.search.schemas import TraceStep
from fines_api.search.sightings.trace import LegFlag
from recognition.contracts import Place
from recognition.plates.presence import EARTH_RADIUS_M

WIDTH_PX: Final = 1000
HEIGHT_PX: Final = 560
_MARGIN_PX: Final = 90
_LEAST_SPAN_M: Final = 2000.0
_MOST_LEGS: Final = 60
_SITE_RADIUS_PX: Final = 9
_BEND: Final = 0.12
"""How far a leg is bent aside, as a share of its length, so that there and back are two lines."""
_SCALE_MOST_PX: Final = 200
_NEAR_RIGHT_PX: Final = 700


@dataclass(frozen=True, slots=True)
class DrawnSite:
    """One site; ``numbers`` are the steps of the way that were seen here."""

    x: float
    y: float
    name: str
    numbers: str
    is_label_left: bool


@dataclass(frozen=True, slots=True)
class DrawnLeg:
    """One leg: a curve with an arrow, and what to write beside its middle."""

    path: str
    x: float
    y: float
    mean_kmh: float | None
    is_impossible: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole plan, in pixels; north is up."""

    sites: list[DrawnSite]
    legs: list[DrawnLeg]
    scale_px: float
    scale_m: int
    left_out: int


def draw(places: Mapping[str, Place], steps: Sequence[TraceStep]) -> Drawing | None:
    """Draw the way over the sites around it; ``None`` when no step's place is known."""
    located = [(number, step) for number, step in enumerate(steps, 1) if step.site_id in places]
    if not located:
        return None
    frame = _Frame.around([places[step.site_id] for _, step in located])
    numbers: dict[str, list[int]] = {}
    for number, step in located:
        numbers.setdefault(step.site_id, []).append(number)
    sites = [_site(frame, place, numbers.get(site_id, [])) for site_id, place in sorted(places.items())]
    moves = [
        (places[one.site_id], places[other.site_id], other)
        for (_, one), (_, other) in pairwise(located)
        if one.site_id != other.site_id
    ]
    legs = [leg for move in moves[:_MOST_LEGS] if (leg := _leg(frame, *move)) is not None]
    scale_m = _round_length(_SCALE_MOST_PX * frame.m_per_px)
    shown = [site for site in sites if site.numbers or frame.is_in(site.x, site.y)]
    return Drawing(shown, legs, scale_m / frame.m_per_px, scale_m, max(0, len(moves) - _MOST_LEGS))


@dataclass(frozen=True, slots=True)
class _Frame:
    """From degrees to pixels: east and north in metres about a middle, one scale for both."""

    latitude: float
    longitude: float
    m_per_px: float

    @classmethod
    def around(cls, places: Sequence[Place]) -> "_Frame":
        north = [place.latitude for place in places]
        east = [place.longitude for place in places]
        middle = (min(north) + max(north)) / 2, (min(east) + max(east)) / 2
        high_m = max(_LEAST_SPAN_M, radians(max(north) - min(north)) * EARTH_RADIUS_M)
        wide_m = max(_LEAST_SPAN_M, radians(max(east) - min(east)) * EARTH_RADIUS_M * cos(radians(middle[0])))
        return cls(*middle, max(high_m / (HEIGHT_PX - 2 * _MARGIN_PX), wide_m / (WIDTH_PX - 2 * _MARGIN_PX)))

    def at(self, place: Place) -> tuple[float, float]:
        east_m = radians(place.longitude - self.longitude) * EARTH_RADIUS_M * cos(radians(self.latitude))
        north_m = radians(place.latitude - self.latitude) * EARTH_RADIUS_M
        return WIDTH_PX / 2 + east_m / self.m_per_px, HEIGHT_PX / 2 - north_m / self.m_per_px

    @staticmethod
    def is_in(x: float, y: float) -> bool:
        return 0 <= x <= WIDTH_PX and 0 <= y <= HEIGHT_PX


def _site(frame: _Frame, place: Place, numbers: list[int]) -> DrawnSite:
    x, y = frame.at(place)
    named = ", ".join(map(str, numbers[:4])) + (" …" if len(numbers) > 4 else "")  # noqa: PLR2004
    return DrawnSite(round(x, 1), round(y, 1), place.address, named, is_label_left=x > _NEAR_RIGHT_PX)


def _leg(frame: _Frame, start: Place, end: Place, step: TraceStep) -> DrawnLeg | None:
    (x1, y1), (x2, y2) = frame.at(start), frame.at(end)
    length = hypot(x2 - x1, y2 - y1)
    if length <= 2 * _SITE_RADIUS_PX:
        return None
    aside = _BEND * length
    across = -(y2 - y1) / length, (x2 - x1) / length
    bend_x, bend_y = (x1 + x2) / 2 + across[0] * 2 * aside, (y1 + y2) / 2 + across[1] * 2 * aside
    first_x, first_y = _towards((x1, y1), (bend_x, bend_y))
    last_x, last_y = _towards((x2, y2), (bend_x, bend_y))
    path = f"M{first_x:.1f} {first_y:.1f} Q{bend_x:.1f} {bend_y:.1f} {last_x:.1f} {last_y:.1f}"
    middle = (x1 + 2 * bend_x + x2) / 4 + across[0] * 14, (y1 + 2 * bend_y + y2) / 4 + across[1] * 14
    is_impossible = LegFlag.IMPOSSIBLE in step.flags
    return DrawnLeg(path, round(middle[0], 1), round(middle[1], 1), step.mean_kmh, is_impossible)


def _towards(point: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return where a line from a site's middle leaves its circle."""
    length = hypot(other[0] - point[0], other[1] - point[1])
    share = (_SITE_RADIUS_PX + 3) / length
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share


def _round_length(most_m: float) -> int:
    """Return the greatest of 1, 2, 5, 10, … metres that is no more."""
    power = 10.0 ** floor(log10(most_m))
    return int(next(step * power for step in (5, 2, 1) if step * power <= most_m))
