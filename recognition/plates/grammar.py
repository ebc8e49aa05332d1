"""What plates of a country look like, as data: one TOML file per country, no country in the code.

A pattern is read left to right: a small letter is a class of the file's ``[classes]``, a capital or digit stands for
itself, ``{a,b}`` repeats what is before it, a blank marks a gap the eye sees, and ``/`` starts the second row.
"""

import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from recognition.contracts import PlateKey, RecognitionError
from recognition.plates.canonical import canonical

_TOKEN = re.compile(r"(?P<mark>[A-Za-z0-9])(?:\{(?P<low>\d+),(?P<high>\d+)\})?|(?P<gap>[ /])")
DIGITS = frozenset("0123456789")


class GrammarError(RecognitionError):
    """A grammar file does not say what it must."""

    code = "grammar.invalid"


@dataclass(frozen=True, eq=False)
class Layout:
    """One concrete sequence of places on a plate.

    ``slots`` are the characters each place may hold; ``gaps`` the places before which the plate shows a gap;
    ``code_at`` the slice of the text that is a code of region or district, if the country has one; ``row_at`` the place
    that starts the second row, if there is one; ``size_mm`` width and height of the plate, ``ink`` the glyphs' colour.
    """

    plate_type: str
    slots: tuple[frozenset[str], ...]
    gaps: frozenset[int]
    cost: float
    code_at: tuple[int, int] | None = None
    background: frozenset[str] = frozenset()
    vehicles: frozenset[str] = frozenset()
    row_at: int | None = None
    size_mm: tuple[float, float] = (520.0, 112.0)
    ink: str = "black"
    series: str = ""

    def fits(self, text: str) -> bool:
        """Tell whether the text fills every place with a character the place may hold."""
        return len(text) == len(self.slots) and all(mark in slot for mark, slot in zip(text, self.slots, strict=True))


@dataclass(frozen=True, eq=False)
class Grammar:
    """All layouts of one country and what is known of its codes.

    ``outside_share`` is the share of the country's plates that no layout fits: chosen texts, old series;
    ``stands_for`` names the countries that this one is when nobody can tell which.
    """

    plate_region: str
    name: str
    layouts: tuple[Layout, ...]
    codes: frozenset[str] = frozenset()
    unknown_code_cost: float = 0.0
    zero_number_cost: float = 0.0
    min_letters: int = 0
    min_digits: int = 0
    outside_share: float = 0.1
    stands_for: frozenset[str] = frozenset()
    letters_shown: dict[str, str] = field(default_factory=dict)
    examples: tuple[tuple[str, str], ...] = ()

    @cached_property
    def plate_types(self) -> tuple[str, ...]:
        """The types of plate this country has, in the order of the file."""
        return tuple(dict.fromkeys(one.plate_type for one in self.layouts))

    def shown_as(self, mark: str) -> str:
        """Return the country's own letter for a canonical one."""
        return self.letters_shown.get(mark, mark)

    def allows(self, text: str) -> bool:
        """Tell whether the text has the letters and digits this country asks for."""
        digits = sum(mark in DIGITS for mark in text)
        return digits >= self.min_digits and len(text) - digits >= self.min_letters

    def series_of(self, plate_type: str) -> str:
        """Return the type whose numbers a type of plate carries: the type of its key."""
        return next((one.series for one in self.layouts if one.plate_type == plate_type), plate_type)

    def text_cost(self, text: str, layout: Layout) -> float:
        """Return what speaks against the text as a whole: an unknown code, a number that is never issued."""
        cost = 0.0
        if layout.code_at is not None and self.codes and text[slice(*layout.code_at)] not in self.codes:
            cost += self.unknown_code_cost
        end = layout.code_at[0] if layout.code_at is not None else len(text)
        number = "".join(mark for mark in text[: end or None] if mark in DIGITS)
        if number and not number.strip("0"):
            cost += self.zero_number_cost
        return cost


def parse_grammar(text: str, *, origin: str) -> Grammar:
    """Read one grammar file.

    Raises:
        GrammarError: not TOML, a key is missing, or a pattern uses a class the file does not define.
    """
    try:
        data = tomllib.loads(text)
        layouts = tuple(itertools.chain.from_iterable(_layouts(data, entry) for entry in data["layouts"]))
        codes = data.get("codes", {})
        return Grammar(
            plate_region=data["plate_region"],
            name=data["name"],
            layouts=layouts,
            codes=frozenset(codes.get("known", ())),
            unknown_code_cost=float(codes.get("unknown_cost", 0.0)),
            zero_number_cost=float(data.get("zero_number_cost", 0.0)),
            min_letters=int(data.get("min_letters", 0)),
            min_digits=int(data.get("min_digits", 0)),
            outside_share=float(data.get("outside_share", 0.1)),
            stands_for=frozenset(data.get("stands_for", ())),
            letters_shown=dict(data.get("display", {})),
            examples=tuple((kind, text) for kind, texts in data.get("examples", {}).items() for text in texts),
        )
    except tomllib.TOMLDecodeError as error:
        raise GrammarError(f"{origin} is not TOML: {error}", hint="mend the file") from error
    except (KeyError, TypeError, ValueError) as error:
        raise GrammarError(
            f"{origin}: {error}",
            hint="a grammar needs plate_region, name, [classes] and [[layouts]] with plate_type and pattern",
        ) from error


@cache
def load_grammars(plate_regions: tuple[str, ...] | None = None) -> tuple[Grammar, ...]:
    """Return the grammars that come with the program, all of them or those of the regions named, in file order.

    Raises:
        GrammarError: a region is named that no file is there for (``grammar.unknown``).
    """
    files = sorted(_files(), key=lambda file: file.name)
    known = {file.name.removesuffix(".toml"): file for file in files}
    wanted = tuple(known) if plate_regions is None else plate_regions
    missing = [region for region in wanted if region not in known]
    if missing:
        raise GrammarError(
            f"no plate grammar for {', '.join(missing)}", hint=f"known: {', '.join(known)}", code="grammar.unknown"
        )
    return tuple(_grammar(region) for region in wanted)


@cache
def _grammar(plate_region: str) -> Grammar:
    """Read a country's file once: grammars and layouts are told apart by what they are, not by what they hold."""
    file = resources.files("recognition.plates") / "grammars" / f"{plate_region}.toml"
    return parse_grammar(file.read_text("utf-8"), origin=file.name)


def keys_for(text: str, plate_region: str | None = None) -> tuple[PlateKey, ...]:
    """Return every key a correctly typed text can be, likeliest first; none when it fits no layout.

    ``AA000777`` gives a Russian taxi and a Russian trailer: the same text, two vehicles.
    """
    plain = canonical(text)
    found: dict[tuple[str, str], float] = {}
    for grammar in load_grammars():
        if plate_region not in {None, grammar.plate_region} or not grammar.allows(plain):
            continue
        for layout in grammar.layouts:
            if layout.fits(plain):
                key = (grammar.plate_region, layout.series)
                cost = layout.cost + grammar.text_cost(plain, layout)
                found[key] = min(cost, found.get(key, cost))
    ordered = sorted(found, key=lambda key: (found[key], key))
    return tuple(PlateKey(plate=plain, plate_region=region, plate_type=kind) for region, kind in ordered)


def _files() -> Iterator[Traversable]:
    folder = resources.files("recognition.plates") / "grammars"
    return (file for file in folder.iterdir() if file.name.endswith(".toml"))


def _layouts(data: dict[str, Any], entry: dict[str, Any]) -> Iterator[Layout]:
    codes = data.get("codes", {}) if entry.get("has_code", True) else {}
    for slots, gaps, row_at in _expand(entry["pattern"], data["classes"]):
        if int(data.get("min_length", 2)) <= len(slots) <= int(data.get("max_length", 12)):
            yield Layout(
                plate_type=entry["plate_type"],
                slots=slots,
                gaps=gaps,
                cost=float(entry.get("cost", 0.0)),
                code_at=_code_slice(codes, slots, gaps),
                background=frozenset(entry.get("background", ())),
                vehicles=frozenset(entry.get("vehicles", ())),
                row_at=row_at,
                size_mm=_size(entry.get("size_mm", (520.0, 112.0))),
                ink=str(entry.get("ink", "black")),
                series=str(entry.get("series", entry["plate_type"])),
            )


def _size(given: Iterable[float]) -> tuple[float, float]:
    width_mm, height_mm = given
    return float(width_mm), float(height_mm)


def _code_slice(
    codes: dict[str, Any], slots: tuple[frozenset[str], ...], gaps: frozenset[int]
) -> tuple[int, int] | None:
    match codes.get("position"):
        case "last":
            return max(gaps), len(slots)
        case "first":
            return 0, int(codes["length"])
        case _:
            return None


def _expand(
    pattern: str, classes: dict[str, str]
) -> Iterator[tuple[tuple[frozenset[str], ...], frozenset[int], int | None]]:
    """Yield each concrete sequence of places of a pattern with repeats, where its gaps are, and its second row."""
    if "".join(match.group() for match in _TOKEN.finditer(pattern)) != pattern:
        raise ValueError(f"pattern {pattern!r} holds something that is neither class, character, repeat, blank nor /")
    choices = [_choices(match, classes, pattern) for match in _TOKEN.finditer(pattern)]
    for combination in itertools.product(*choices):
        slots: list[frozenset[str]] = []
        gaps: set[int] = set()
        row_at: int | None = None
        for part in combination:
            if isinstance(part, str):
                gaps.add(len(slots))
                row_at = len(slots) if part == "/" else row_at
            else:
                slots.extend(part)
        yield tuple(slots), frozenset(gaps), row_at


def _choices(match: re.Match[str], classes: dict[str, str], pattern: str) -> Iterable[tuple[frozenset[str], ...] | str]:
    if match["gap"]:
        return [str(match["gap"])]
    mark = match["mark"]
    if mark.islower() and mark not in classes:
        raise ValueError(f"pattern {pattern!r} uses class {mark!r}, which [classes] does not define")
    slot = frozenset(classes[mark]) if mark.islower() else frozenset(mark)
    low, high = (int(match["low"]), int(match["high"])) if match["low"] else (1, 1)
    return [(slot,) * count for count in range(low, high + 1)]
