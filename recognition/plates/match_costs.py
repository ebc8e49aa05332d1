"""What a misread costs when a listed plate is looked for: pairs of glyphs, places, codes of regions; a data file.

Unlike ``confusion``, which mends what a layout contradicts, these pairs also hold two digits and two letters: no layout
tells that an 8 was a 3.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from recognition.contracts import Contract, RecognitionError
from recognition.plates.grammar import DIGITS, Layout, load_grammars

_Cost = Annotated[float, Field(gt=0)]
_Pairs = dict[Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")], _Cost]


class ConfusionError(RecognitionError):
    """A file of costs does not say what it must."""

    code = "confusions.invalid"


class Limits(Contract):
    """``most_cost``: of all misreads of one plate together; ``cheap_most``: of each where there are two."""

    most_cost: _Cost
    cheap_most: _Cost


class Weights(Contract):
    """What a cost is multiplied by: what may stand in the place, and ``edge`` for the first and the last one."""

    letter: _Cost
    digit: _Cost
    either: _Cost
    code: _Cost
    open: _Cost
    edge: _Cost


class CodeCosts(Contract):
    """A region's code with a digit lost, or one too many: the first of it, the double of its neighbour, another."""

    lost_leading: _Cost
    lost_doubled: _Cost
    lost_other: _Cost
    extra_leading: _Cost
    extra_doubled: _Cost
    extra_other: _Cost

    def lost(self, *, is_first: bool, is_double: bool) -> float:
        """Return the cost of a digit that the plate has and the look lacks."""
        costs = [self.lost_leading] * is_first + [self.lost_doubled] * is_double
        return min(costs, default=self.lost_other)

    def extra(self, *, is_first: bool, is_double: bool) -> float:
        """Return the cost of a digit that the look has and the plate lacks."""
        costs = [self.extra_leading] * is_first + [self.extra_doubled] * is_double
        return min(costs, default=self.extra_other)


class _File(Contract):
    provenance: str
    limits: Limits
    weights: Weights
    code: CodeCosts
    either_way: _Pairs = Field(default_factory=dict)
    one_way: _Pairs = Field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Confusions:
    """All costs of one file; ``pairs`` is (meant, seen) → cost, before the weight of the place."""

    provenance: str
    limits: Limits
    weights: Weights
    code: CodeCosts
    pairs: dict[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaceSort:
    """What one place is: the glyphs that may stand there (None: any), the name of its weight, first or last or not."""

    allowed: frozenset[str] | None
    weight_name: str
    is_edge: bool


@dataclass(frozen=True)
class Place:
    """One place of the plates of one kind and length: the glyphs that may stand there (None: any), and its weight."""

    allowed: frozenset[str] | None
    weight: float


def load_confusions(path: Path | None = None) -> Confusions:
    """Read a file of costs, by default the one that comes with the program.

    Raises:
        ConfusionError: unreadable, not TOML, a key is missing or unknown, or a cost is not above 0.
    """
    return _shipped() if path is None else _parsed(_text_of(path), origin=path.name)


@cache
def _shipped() -> Confusions:
    file = resources.files("recognition.plates") / "match_costs.toml"
    return _parsed(file.read_text("utf-8"), origin=file.name)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfusionError(f"{path}: {error}", hint="check the path and the rights") from error


def _parsed(text: str, *, origin: str) -> Confusions:
    try:
        data = _File.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ConfusionError(f"{origin}: {error}", hint="take match_costs.toml as the pattern") from error
    both = {(pair[at], pair[1 - at]): cost for pair, cost in data.either_way.items() for at in (0, 1)}
    pairs = both | {(pair[0], pair[1]): cost for pair, cost in data.one_way.items()}
    if any(meant == seen for meant, seen in pairs):
        raise ConfusionError(f"{origin}: a glyph is no misread of itself", hint="take the pair out")
    return Confusions(data.provenance, data.limits, data.weights, data.code, pairs)


def layouts_of(plate_region: str, plate_type: str, length: int) -> tuple[Layout, ...]:
    """Return the layouts whose plates carry keys of this country and type, with so many places."""
    return tuple(
        layout
        for grammar in load_grammars()
        if grammar.plate_region == plate_region
        for layout in grammar.layouts
        if plate_type in {layout.series, layout.plate_type} and len(layout.slots) == length
    )


def sorts_of(plate_region: str, plate_type: str, length: int) -> tuple[PlaceSort, ...]:
    """Return what the places of a text are: a glyph may stand where one of the layouts lets it."""
    layouts = layouts_of(plate_region, plate_type, length)
    return tuple(_sort(layouts, at, is_edge=at in {0, length - 1}) for at in range(length))


def places_of(plate_region: str, plate_type: str, length: int, weights: Weights) -> tuple[Place, ...]:
    """Return the places of a text with their weights."""
    return tuple(
        Place(one.allowed, getattr(weights, one.weight_name) * (weights.edge if one.is_edge else 1.0))
        for one in sorts_of(plate_region, plate_type, length)
    )


def _sort(layouts: tuple[Layout, ...], at: int, *, is_edge: bool) -> PlaceSort:
    if not layouts:
        return PlaceSort(None, "open", is_edge)
    allowed = frozenset().union(*(layout.slots[at] for layout in layouts))
    if any(layout.code_at is not None and layout.code_at[0] <= at < layout.code_at[1] for layout in layouts):
        return PlaceSort(allowed, "code", is_edge)
    return PlaceSort(allowed, _by_glyphs(allowed), is_edge)


def _by_glyphs(allowed: frozenset[str]) -> str:
    if allowed <= DIGITS:
        return "digit"
    return "either" if allowed & DIGITS else "letter"


def growing_code_at(plate_region: str, plate_type: str, length: int) -> int | None:
    """Return where the region's code begins, if a text of this length has a sister with one digit more in it."""
    short = {one.code_at for one in layouts_of(plate_region, plate_type, length) if _has_digit_code(one)}
    grown = {one.code_at for one in layouts_of(plate_region, plate_type, length + 1) if _has_digit_code(one)}
    starts = {code[0] for code in short if code is not None and (code[0], code[1] + 1) in grown}
    return min(starts, default=None)


def _has_digit_code(layout: Layout) -> bool:
    """Tell whether the text ends in a code of digits."""
    if layout.code_at is None or layout.code_at[1] != len(layout.slots):
        return False
    return all(slot <= DIGITS for slot in layout.slots[slice(*layout.code_at)])
