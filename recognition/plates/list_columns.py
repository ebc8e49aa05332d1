"""A million entries as columns: gathered from values, or given, and checked either way."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from recognition.plates.list_entry import (
    GLYPHS,
    MIN_KNOWN,
    MIN_LENGTH,
    PARTIAL,
    POLICIES,
    Kind,
    ListEntry,
    ListError,
    fault_of,
)
from recognition.plates.list_hash import UNKNOWN, WIDTH, Texts, lengths_of, text_bytes

_CHUNK: Final = 65_536
_MAX_KINDS: Final = 65_535
_IS_GLYPH: Final = np.array([chr(byte) in GLYPHS or chr(byte) == UNKNOWN for byte in range(256)])
_HINT: Final = "mend the entry or leave it out, aloud"


@dataclass(frozen=True, eq=False, slots=True)
class EntryColumns:
    """Entries as columns, in any order.

    ``numbers`` ``(n,) int64``, ``texts`` ``(n, 12) uint8`` (ASCII, zeros behind the end), ``kinds`` ``(n,) uint16``
    into ``kind_names``, ``policies`` ``(n,) uint8`` into ``POLICIES``.
    """

    numbers: NDArray[np.int64]
    texts: NDArray[np.uint8]
    kinds: NDArray[np.uint16]
    policies: NDArray[np.uint8]
    kind_names: tuple[Kind, ...]

    @classmethod
    def pack(cls, entries: Iterable[ListEntry], kind_names: tuple[Kind, ...] = ()) -> Self:
        """Gather entries chunk by chunk; ``kind_names`` are kinds that keep their places.

        Raises:
            ListError: an entry no plate can match, named by its number (``list.invalid``).
        """
        known = {name: place for place, name in enumerate(kind_names)}
        chunks = [_packed(chunk, known) for chunk in _chunks(entries)]
        if len(known) > _MAX_KINDS:
            raise ListError(f"{len(known)} kinds of plate", hint="countries and types come from the grammars")
        nothing = _packed([], known)
        numbers, texts, kinds, policies = (np.concatenate(column) for column in zip(*chunks, nothing, strict=True))
        return cls(numbers, texts, kinds.astype(np.uint16), policies, tuple(known))

    def __len__(self) -> int:
        return len(self.numbers)

    def check(self) -> None:
        """Refuse columns that did not come from ``pack`` and hold what it would refuse.

        Raises:
            ListError: an entry no plate can match, named by its number (``list.invalid``).
        """
        is_faulty = _is_faulty(self.texts, self.policies) | (self.kinds >= len(self.kind_names))
        if (rows := np.flatnonzero(is_faulty)).size:
            text = self.texts[rows[0]].tobytes().rstrip(b"\0").decode("ascii", "replace")
            fault = fault_of(text, POLICIES[self.policies[rows[0]]]) or "a kind of plate that has no name"
            raise ListError(f"entry {self.numbers[rows[0]]}: {fault}", hint=_HINT)

    def joined(self, more: Self) -> Self:
        """Return these and more, whose kinds begin with these."""
        return type(self)(
            np.concatenate((self.numbers, more.numbers)),
            np.concatenate((self.texts, more.texts)),
            np.concatenate((self.kinds, more.kinds)),
            np.concatenate((self.policies, more.policies)),
            more.kind_names,
        )


def _chunks(entries: Iterable[ListEntry]) -> Iterator[list[ListEntry]]:
    rest = iter(entries)
    while chunk := list(itertools.islice(rest, _CHUNK)):
        yield chunk


_Packed = tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.int32], NDArray[np.uint8]]


def _packed(chunk: list[ListEntry], known: dict[Kind, int]) -> _Packed:
    plates = [entry.plate for entry in chunk]
    policies = np.array([POLICIES.index(entry.policy) for entry in chunk], np.uint8)
    if not all(map(str.isascii, plates)) or max(map(len, plates), default=0) > WIDTH:
        _refuse(chunk)
    texts = text_bytes(plates)
    is_cut = lengths_of(texts) != np.array([len(plate) for plate in plates], np.int64)
    if (_is_faulty(texts, policies) | is_cut).any():
        _refuse(chunk)
    kinds = [known.setdefault((entry.plate_region, entry.plate_type), len(known)) for entry in chunk]
    return _numbers(chunk), texts, np.array(kinds, np.int32), policies


def _numbers(chunk: list[ListEntry]) -> NDArray[np.int64]:
    try:
        return np.array([entry.number for entry in chunk], np.int64)
    except OverflowError as error:
        raise ListError("an entry's number is beyond 64 bits", hint="number the entries anew") from error


def _is_faulty(texts: Texts, policies: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which texts cannot stand in a list, as ``fault_of`` does for one."""
    lengths, hidden = lengths_of(texts), (texts == ord(UNKNOWN)).sum(axis=1)
    is_partial = policies == PARTIAL
    faulty: NDArray[np.bool_] = lengths < MIN_LENGTH
    faulty |= _IS_GLYPH[texts].sum(axis=1) != lengths
    faulty |= ((texts[:, 1:] != 0) & (texts[:, :-1] == 0)).any(axis=1)
    faulty |= np.where(is_partial, lengths - hidden < MIN_KNOWN, hidden > 0)
    return faulty


def _refuse(chunk: list[ListEntry]) -> None:
    for entry in chunk:
        if fault := fault_of(entry.plate, entry.policy):
            raise ListError(f"entry {entry.number}: {fault}", hint=_HINT)
