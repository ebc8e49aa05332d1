"""One look at one vehicle: find what may be its plate, straighten it, read it several ways, ask the grammars."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx, CharacterRead
from recognition.plates import Candidate, Grammar, Hints, decode
from recognition.vision.find_text import FoundText, PlateFinder, order_corners
from recognition.vision.read_text import PlateReader
from recognition.vision.rectify import background_of, outline, rectify, widen

_FINDER_AREA_PX = 330 * 330
"""The finder's cost grows with its picture; a plate needs about 10 px of height there."""
_FINDER_MAX_ZOOM = 2.6
_MIN_PLATE_HEIGHT_PX = 6.0
_ASPECT = (1.6, 9.0)
_TWO_ROW_ASPECT = (0.9, 3.0)
_MAX_PLATE_SHARE = 0.8
_MAX_PLACES = 4
_MIN_GLYPHS = 5
_SURE_COST = -3.2
"""Cost from which a read is not going to get better: eight clear glyphs in a layout of the camera's own country."""
_AGREEMENT = 0.5
"""What one more cut that reads the same plate is worth."""
_MAX_COST = 0.5
_MIN_CONFIDENCE = 0.4


_Ballot = dict[tuple[str, str, str], list[tuple[Candidate, str]]]


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to cut a plate out: along the line of text or along the plate's own edge, with margins in heights."""

    along_edge: bool
    sides: float = 0.0
    right: float = 0.0
    across: float = 0.0
    aspect: float | None = None


_CUTS = (
    Cut(along_edge=False, sides=-0.12, across=-0.1),
    Cut(along_edge=True, across=0.06, aspect=4.4),
    Cut(along_edge=True, aspect=4.4),
    Cut(along_edge=False),
    Cut(along_edge=False, sides=0.15, across=-0.06),
    Cut(along_edge=True, sides=0.12, across=0.12),
    Cut(along_edge=False, sides=0.1, right=0.25, across=0.1),
)
"""In the order of how often each alone reads small Russian plates right; the region code is what is lost first."""


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A place that may hold a plate: one row, or two rows from top to bottom; corners in the whole picture."""

    rows: tuple[NDArray[np.float64], ...]
    score: float

    @property
    def corners_px(self) -> NDArray[np.float64]:
        """``(4, 2)`` around all rows."""
        return _around(self.rows)


@dataclass(frozen=True, eq=False, slots=True)
class PlateLook:
    """What one look gave: the plate the glyphs most likely mean and where it was."""

    candidate: Candidate
    raw_text: str
    corners_px: NDArray[np.float64]
    height_px: float


@dataclass(frozen=True, slots=True)
class LookResult:
    """All plates of one look, best first, and why the other places were none (reason → count)."""

    plates: tuple[PlateLook, ...]
    rejections: tuple[tuple[str, int], ...]


class PlateLooker:
    """Looks for plates in a part of a picture.

    Args:
        finder: where text may be.
        reader: what it says.
        grammars: countries whose plates are known.
        home: country of the camera; other countries' plates need better glyphs.
    """

    def __init__(
        self, finder: PlateFinder, reader: PlateReader, grammars: Sequence[Grammar], *, home: str | None = None
    ) -> None:
        self._finder = finder
        self._reader = reader
        self._grammars = tuple(grammars)
        self._home = home

    def look(self, bgr: NDArray[np.uint8], box_px: BoxPx, *, vehicle: str | None = None) -> LookResult:
        """Read the plates inside a box of the picture ``(H, W, 3)``, normally one vehicle's lower part."""
        rejections: Counter[str] = Counter()
        found = self._find(bgr, box_px)
        if not found:
            rejections["no_text"] += 1
        plates: list[PlateLook] = []
        for place in _places(found, box_px, rejections):
            plate = self._read(bgr, place, vehicle, rejections)
            if plate is None:
                continue
            plates.append(plate)
            if plate.candidate.cost <= _SURE_COST and vehicle is not None:
                break
        return LookResult(_best_of_each_place(plates), tuple(sorted(rejections.items())))

    def _find(self, bgr: NDArray[np.uint8], box_px: BoxPx) -> list[FoundText]:
        """Run the finder on the box at a bounded size; corners come back in the whole picture."""
        height, width = bgr.shape[:2]
        x0, y0 = max(0, int(box_px[0])), max(0, int(box_px[1]))
        x1, y1 = min(width, int(np.ceil(box_px[2]))), min(height, int(np.ceil(box_px[3])))
        if x1 - x0 < _MIN_PLATE_HEIGHT_PX or y1 - y0 < _MIN_PLATE_HEIGHT_PX:
            return []
        crop = bgr[y0:y1, x0:x1]
        zoom = min(_FINDER_MAX_ZOOM, (_FINDER_AREA_PX / (crop.shape[0] * crop.shape[1])) ** 0.5)
        size = (max(32, round(crop.shape[1] * zoom)), max(32, round(crop.shape[0] * zoom)))
        sized = cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA)
        scale = np.array([crop.shape[1] / size[0], crop.shape[0] / size[1]])
        return [
            FoundText(text.corners_px * scale + np.array([x0, y0]), text.score)
            for text in self._finder.find(np.asarray(sized, dtype=np.uint8))
        ]

    def _read(
        self, bgr: NDArray[np.uint8], place: Place, vehicle: str | None, rejections: Counter[str]
    ) -> PlateLook | None:
        edge = outline(bgr, place.rows[0]) if len(place.rows) == 1 else None
        ballot: _Ballot = {}
        glyphs_seen = 0
        for rows, aspect in _cuts(place, edge):
            strips = [rectify(bgr, row, aspect=aspect) for row in rows]
            glyphs = tuple(itertools.chain.from_iterable(self._reader.read(strip) for strip in strips))
            glyphs_seen = max(glyphs_seen, len(glyphs))
            hints = Hints(home=self._home, background=background_of(strips[0]), vehicle=vehicle)
            candidates = decode(glyphs, self._grammars, hints, limit=1) if len(glyphs) >= _MIN_GLYPHS else ()
            if candidates:
                first = candidates[0]
                key = (first.plate_region, first.plate_type, first.plate)
                ballot.setdefault(key, []).append((first, _text(glyphs)))
            if glyphs_seen < _MIN_GLYPHS - 2 or (candidates and candidates[0].cost <= _SURE_COST):
                break
        if not ballot:
            rejections["too_few_glyphs" if glyphs_seen < _MIN_GLYPHS else "no_grammar"] += 1
            return None
        best = _elect(ballot)
        if best[0].confidence < _MIN_CONFIDENCE or best[0].cost > _MAX_COST:
            rejections["low_confidence"] += 1
            return None
        # The plate's own edge is the same thing in every frame; the cut that happened to read best is not.
        corners = edge if edge is not None else place.corners_px
        return PlateLook(best[0], best[1], corners, _height(corners))


def _elect(ballot: _Ballot) -> tuple[Candidate, str]:
    """Return the cheapest read, where each further cut that reads the same makes a plate cheaper."""
    cheapest = {key: min(votes, key=lambda vote: (vote[0].cost, vote[1])) for key, votes in ballot.items()}
    winner = min(ballot, key=lambda key: (cheapest[key][0].cost - _AGREEMENT * (len(ballot[key]) - 1), key))
    return cheapest[winner]


def _cuts(
    place: Place, edge: NDArray[np.float64] | None
) -> Iterator[tuple[tuple[NDArray[np.float64], ...], float | None]]:
    """Yield the ways to cut a place: its rows with margins, and the width to give them."""
    for cut in _CUTS:
        if cut.along_edge and edge is None:
            continue
        rows = (edge,) if cut.along_edge and edge is not None else place.rows
        margins = {"left": cut.sides, "right": cut.sides + cut.right, "above": cut.across, "below": cut.across}
        yield tuple(widen(row, **margins) for row in rows), cut.aspect


def _around(rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return rows[0] if len(rows) == 1 else enclosing(np.vstack(rows))


def _best_of_each_place(plates: Sequence[PlateLook]) -> tuple[PlateLook, ...]:
    """Keep the cheapest read of each place: a plate and a part of the same plate are one."""
    kept: list[PlateLook] = []
    for plate in sorted(plates, key=lambda one: (one.candidate.cost, one.candidate.plate)):
        if not any(_is_same_place(plate, other) for other in kept):
            kept.append(plate)
    return tuple(kept)


def enclosing(points_px: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the corners ``(4, 2)`` of the smallest turned rectangle around the points."""
    box = cv2.boxPoints(cv2.minAreaRect(points_px.astype(np.float32)))
    return order_corners(np.asarray(box, dtype=np.float64))


def _text(glyphs: Iterable[CharacterRead]) -> str:
    return "".join(glyph.character for glyph in glyphs)[:64]


def _height(corners_px: NDArray[np.float64]) -> float:
    sides = np.linalg.norm(corners_px[[3, 2]] - corners_px[[0, 1]], axis=1)
    return float(max(sides.mean(), 1.0))


def _is_same_place(one: PlateLook, other: PlateLook) -> bool:
    low = np.maximum(one.corners_px.min(axis=0), other.corners_px.min(axis=0))
    high = np.minimum(one.corners_px.max(axis=0), other.corners_px.max(axis=0))
    return bool(np.all(high > low))


def _places(found: Sequence[FoundText], box_px: BoxPx, rejections: Counter[str]) -> list[Place]:
    """Return where to read, likeliest first: lines, neighbours on one line joined, and two rows."""
    room = max(box_px[2] - box_px[0], 1.0) * _MAX_PLATE_SHARE
    tall = [one for one in found if one.height_px >= _MIN_PLATE_HEIGHT_PX]
    rejections["too_small"] += len(found) - len(tall)
    places = [Place((one.corners_px,), one.score) for one in tall]
    places.extend(_joined(tall))
    places.extend(_stacked(tall))
    fitting = [place for place in places if _is_plate_shaped(place, room)]
    rejections["not_plate_shaped"] += len(places) - len(fitting)
    for reason in [reason for reason, count in rejections.items() if count == 0]:
        del rejections[reason]
    fitting.sort(key=lambda place: -_likelihood(place))
    return fitting[:_MAX_PLACES]


def _joined(found: Sequence[FoundText]) -> Iterator[Place]:
    """Yield pairs that stand on one line: a number and the region code the finder cut off."""
    for one, other in itertools.permutations(found, 2):
        height = max(one.height_px, other.height_px)
        gap = float(np.linalg.norm(other.corners_px[[0, 3]].mean(axis=0) - one.corners_px[[1, 2]].mean(axis=0)))
        is_right = other.corners_px[:, 0].mean() > one.corners_px[:, 0].mean()
        if is_right and gap < 1.3 * height and min(one.height_px, other.height_px) > 0.4 * height:
            corners = enclosing(np.vstack([one.corners_px, other.corners_px]))
            yield Place((corners,), (one.score + other.score) / 2)


def _stacked(found: Sequence[FoundText]) -> Iterator[Place]:
    """Yield pairs of which one stands right below the other: plates of two rows."""
    for top, bottom in itertools.permutations(found, 2):
        height = max(top.height_px, bottom.height_px)
        fall = bottom.corners_px[:2].mean(axis=0) - top.corners_px[2:].mean(axis=0)
        sideways = abs(bottom.corners_px[:, 0].mean() - top.corners_px[:, 0].mean())
        is_below = bottom.corners_px[:, 1].mean() > top.corners_px[:, 1].mean() + 0.5 * height
        wide = max(top.width_px, bottom.width_px)
        if is_below and abs(float(fall[1])) < 0.8 * height and sideways < 0.3 * wide:
            yield Place((top.corners_px, bottom.corners_px), (top.score + bottom.score) / 2 - 0.1)


def _is_plate_shaped(place: Place, room_px: float) -> bool:
    corners = place.corners_px
    width = float(np.linalg.norm(corners[1] - corners[0]))
    low, high = _ASPECT if len(place.rows) == 1 else _TWO_ROW_ASPECT
    return low <= width / max(_height(corners), 1e-6) <= high and width <= room_px


def _likelihood(place: Place) -> float:
    """Plates are the clearest text on a vehicle, about five times as wide as high, and low on it."""
    corners = place.corners_px
    aspect = float(np.linalg.norm(corners[1] - corners[0])) / max(_height(corners), 1e-6)
    ideal = 4.6 if len(place.rows) == 1 else 1.6
    return place.score - 0.35 * abs(float(np.log(aspect / ideal)))
