"""A plate as a set of numbers, so that a part of it is found by one index on an array.

    tokens_of("A123BC77")              what the dictionary keeps of the plate
    pattern_of("A1?3BC*").tokens       what a plate that fits must have among its own
    pattern_of("A1?3BC*").regex        what it must match besides: tokens are necessary, not sufficient

PostgreSQL without its contrib modules has no trigram index, and a pattern operator may not drive an index under
row-level security; ``tokens @> ARRAY[…]`` on the dictionary, which says neither when nor where, does both.
Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

GLYPHS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ANY_ONE: Final = "?"
ANY_RUN: Final = "*"
LONGEST: Final = 12
MIN_KNOWN: Final = 3
"""Fewer known characters are half the town."""
_CODES: Final = {glyph: number for number, glyph in enumerate(GLYPHS, 1)}
_BASE: Final = len(GLYPHS) + 1
_MARK_BITS: Final = 16
_PLACE_BITS: Final = 4
_TRIGRAM: Final = 3
_PATTERN: Final = re.compile(r"[0-9A-Z?*]{1,32}")


class TokenKind(IntEnum):
    """What a token says; the top bits of its number."""

    LENGTH = 0
    SINGLE_AT = 1
    PAIR_AT = 2
    PAIR = 3
    TRIGRAM = 4


def token(kind: TokenKind, place: int, marks: str) -> int:
    """Return one token: kind, place and up to three characters in 23 bits."""
    number = 0
    for mark in marks:
        number = number * _BASE + _CODES[mark]
    return (kind << _PLACE_BITS | place) << _MARK_BITS | number


def tokens_of(plate: str) -> list[int]:
    """Return the tokens of a canonical plate of at most 12 characters, each once, in rising order."""
    found = {token(TokenKind.LENGTH, len(plate), "")}
    found.update(token(TokenKind.SINGLE_AT, at, mark) for at, mark in enumerate(plate))
    for at in range(len(plate) - 1):
        found.add(token(TokenKind.PAIR_AT, at, plate[at : at + 2]))
        found.add(token(TokenKind.PAIR, 0, plate[at : at + 2]))
    found.update(token(TokenKind.TRIGRAM, 0, plate[at : at + _TRIGRAM]) for at in range(len(plate) - 2))
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A plate with gaps: ``?`` stands for one character, ``*`` for any number of them, none included."""

    text: str

    @property
    def known(self) -> int:
        """Count the characters that are known."""
        return sum(mark in _CODES for mark in self.text)

    @property
    def tokens(self) -> list[int]:
        """Return tokens that every plate that fits has; none where the pattern says too little."""
        return sorted(set(self._tokens()))

    @property
    def regex(self) -> str:
        """Return the pattern as a regular expression that Python and PostgreSQL read alike."""
        return "^" + "".join({ANY_ONE: ".", ANY_RUN: ".*"}.get(mark, mark) for mark in self.text) + "$"

    def fits(self, plate: str) -> bool:
        """Tell whether the plate fits."""
        return re.match(self.regex, plate) is not None

    def _tokens(self) -> Iterator[int]:
        segments = self.text.split(ANY_RUN)
        if len(segments) == 1 and len(self.text) <= LONGEST:
            yield token(TokenKind.LENGTH, len(self.text), "")
        for number, segment in enumerate(segments):
            for run in re.finditer(r"[0-9A-Z]+", segment):
                yield from _loose(run.group())
                if number == 0:
                    yield from _placed(run.group(), run.start())


def pattern_of(text: str) -> Pattern | None:
    """Return the pattern a text is, or ``None`` when it has marks that no plate and no gap is written with."""
    return Pattern(re.sub(r"\*+", ANY_RUN, text)) if _PATTERN.fullmatch(text) else None


def part(text: str) -> Pattern | None:
    """Return the pattern of a plate of which the text is any part."""
    return pattern_of(f"*{text}*")


def _loose(run: str) -> Iterator[int]:
    if len(run) == _TRIGRAM - 1:
        yield token(TokenKind.PAIR, 0, run)
    for at in range(len(run) - _TRIGRAM + 1):
        yield token(TokenKind.TRIGRAM, 0, run[at : at + _TRIGRAM])


def _placed(run: str, start: int) -> Iterator[int]:
    """Yield tokens of characters whose places are known: pairs, which few plates share, and lone characters."""
    if start + len(run) > LONGEST:
        return
    if len(run) == 1:
        yield token(TokenKind.SINGLE_AT, start, run)
    for at in range(len(run) - 1):
        yield token(TokenKind.PAIR_AT, start + at, run[at : at + 2])
