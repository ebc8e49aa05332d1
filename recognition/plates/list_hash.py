"""The 64-bit number of a plate's key: a sum over its places, so that one glyph more or less is one addition.

Every glyph in every place has a random number of its own (Zobrist 1970); country and type have one too, and a key's
hash is their sum modulo 2**64.  The numbers are BLAKE2b of what they stand for: the same on every machine and in every
process.  Two keys may share a hash, so whoever finds one compares the text.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 12
"""The longest canonical text (``PlateText``)."""
UNKNOWN: Final = "?"
_BYTES: Final = 128
_GLYPHS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789?"

Hashes = NDArray[np.uint64]
Texts = NDArray[np.uint8]
"""``(n, 12)``: ASCII, zeros behind the end of a text."""


def stable_number(*parts: str) -> int:
    """Return the 64-bit number that the parts, which hold no NUL, have everywhere and for ever."""
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest(), "little")


def _glyph_numbers() -> Hashes:
    """Return ``(13, 128)``: the number of each glyph in each place; nothing behind the end and in place 12 is 0."""
    numbers = np.zeros((WIDTH + 1, _BYTES), np.uint64)
    for place in range(WIDTH):
        for glyph in _GLYPHS:
            numbers[place, ord(glyph)] = stable_number("glyph", str(place), glyph)
    numbers.flags.writeable = False
    return numbers


GLYPH_NUMBERS: Final = _glyph_numbers()


def kind_number(plate_region: str, plate_type: str) -> int:
    """Return what a country and a type of plate add to the hash of a text."""
    return stable_number("kind", plate_region, plate_type)


def text_bytes(texts: Sequence[str]) -> Texts:
    """Return texts of at most 12 ASCII characters as ``(n, 12) uint8``."""
    packed: Texts = np.array(texts, f"S{WIDTH}").view(np.uint8).reshape(-1, WIDTH)
    return packed


def lengths_of(texts: Texts) -> NDArray[np.int64]:
    """Return how many characters each text has."""
    lengths: NDArray[np.int64] = np.count_nonzero(texts, axis=1)
    return lengths


def glyph_hashes(places: NDArray[np.integer], glyphs: NDArray[np.integer]) -> Hashes:
    """Return what each glyph (ASCII) adds to a hash in its place."""
    flat: Hashes = GLYPH_NUMBERS.ravel().take(places.astype(np.int64) * _BYTES + glyphs)
    return flat


def hash_texts(texts: Texts, kinds: NDArray[np.integer], kind_numbers: Hashes) -> Hashes:
    """Return the hash of each key ``(n,)``: its text, and its kind as a place in ``kind_numbers``."""
    hashes: Hashes = kind_numbers.take(kinds)
    for place in range(WIDTH):
        hashes += GLYPH_NUMBERS[place].take(texts[:, place])
    return hashes
