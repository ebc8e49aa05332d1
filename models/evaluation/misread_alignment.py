"""A read laid along the truth: which glyph was taken for which, and what a region's code lost or got.  Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.evaluation.confusions import CameraRead
from recognition.plates.match_costs import growing_code_at

_MOST_SWAPS: Final = 2


class Error(StrEnum):
    """How a read differs from the truth."""

    NONE = "none"
    SWAP = "swap"
    TWO_SWAPS = "two_swaps"
    CODE_LOST = "code_lost"
    CODE_EXTRA = "code_extra"
    LOST = "lost"
    EXTRA = "extra"
    MORE = "more"
    OTHER_KIND = "other_kind"
    """The text is right, country or type is wrong: another key."""
    OTHER_KEY = "other_key"
    """Both are wrong."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A read laid along the truth: what happened, and where.

    ``swaps`` are (place, meant, seen); ``code_place`` is ``leading``, ``doubled`` or ``other`` for a digit of a
    region's code that was lost or is one too many.
    """

    error: Error
    swaps: tuple[tuple[int, str, str], ...] = ()
    code_place: str = ""


def align(true: str, read: str, growing_from: int | None = None) -> Alignment:
    """Lay a read along the truth; ``growing_from`` is where a code begins that may be a digit longer."""
    if len(true) == len(read):
        swaps = tuple((at, *pair) for at, pair in enumerate(zip(true, read, strict=True)) if pair[0] != pair[1])
        error = (Error.NONE, Error.SWAP, Error.TWO_SWAPS, Error.MORE)[min(len(swaps), _MOST_SWAPS + 1)]
        return Alignment(error, swaps)
    if abs(len(true) - len(read)) != 1:
        return Alignment(Error.MORE)
    longer, shorter = (true, read) if len(true) > len(read) else (read, true)
    places = [at for at in range(len(longer)) if longer[:at] + longer[at + 1 :] == shorter]
    is_lost = longer == true
    if not places:
        return Alignment(Error.MORE)
    if growing_from is None or places[-1] < growing_from:
        return Alignment(Error.LOST if is_lost else Error.EXTRA)
    first = max(places[0], growing_from)
    return Alignment(Error.CODE_LOST if is_lost else Error.CODE_EXTRA, (), code_place(longer, first, growing_from))


def align_read(one: CameraRead) -> Alignment:
    """Lay one given read along its truth."""
    if one.read is None or (one.read_region, one.read_type) != (one.plate_region, one.plate_type):
        return Alignment(Error.OTHER_KIND if one.read == one.true else Error.OTHER_KEY)
    shorter = min(len(one.true), len(one.read))
    return align(one.true, one.read, growing_code_at(one.plate_region, one.plate_type, shorter))


def code_place(longer: str, at: int, start: int) -> str:
    """Name the place of a digit of a code that begins at ``start``: ``leading``, ``doubled`` or ``other``."""
    if longer[at] in longer[max(start, at - 1) : at] + longer[at + 1 : at + 2]:
        return "doubled"
    return "leading" if at == start else "other"
