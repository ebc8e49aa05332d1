"""What a hotlist snapshot holds and what a match says."""

from dataclasses import dataclass
from typing import Final

from recognition.contracts import MatchKind, MatchPolicy, RecognitionError
from recognition.plates.list_hash import UNKNOWN, WIDTH

MIN_LENGTH: Final = 2
MIN_KNOWN: Final = 5
"""A partial plate with fewer known characters is half the town."""
GLYPHS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")

Kind = tuple[str, str]
"""Issuing country and type of plate: the part of a plate's key that is not its text."""


class ListError(RecognitionError):
    """An entry cannot be matched against: its text, its policy or its number is wrong."""

    code = "list.invalid"


POLICIES: Final = tuple(MatchPolicy)
CONFUSABLE: Final = POLICIES.index(MatchPolicy.CONFUSABLE)
PARTIAL: Final = POLICIES.index(MatchPolicy.PARTIAL)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a hotlist; ``number`` is unique in the list and fits 64 bits.

    ``plate`` is canonical text; where the policy is partial, ``?`` stands for a character nobody knows.
    """

    number: int
    plate: str
    plate_region: str
    plate_type: str
    policy: MatchPolicy = MatchPolicy.EXACT


@dataclass(frozen=True, slots=True)
class ListMatch:
    """One seen plate that is, or may be, one entry.

    ``seen`` is the place of the key in the batch, ``entry`` the entry's number, ``listed`` its text, ``cost`` what
    believing in the misread costs (0: none).  ``seen_at`` and ``listed_at`` are the places that differ, in the seen
    and in the listed text: a swap is in both, a digit that was lost in the second only, one too many in the first
    only.  Of a partial entry they are the places nobody knows.
    """

    seen: int
    entry: int
    kind: MatchKind
    cost: float
    listed: str
    seen_at: tuple[int, ...] = ()
    listed_at: tuple[int, ...] = ()


def fault_of(plate: str, policy: MatchPolicy) -> str | None:
    """Say why a text cannot stand in a list under a policy; None: it can."""
    hidden = plate.count(UNKNOWN)
    if not MIN_LENGTH <= len(plate) <= WIDTH:
        return f"{len(plate)} characters, not {MIN_LENGTH} to {WIDTH}"
    if not set(plate) <= GLYPHS | {UNKNOWN}:
        return "something that is neither a Latin capital nor a digit"
    if hidden and policy is not MatchPolicy.PARTIAL:
        return f"an unknown character under the policy {policy}"
    if policy is MatchPolicy.PARTIAL and len(plate) - hidden < MIN_KNOWN:
        return f"{len(plate) - hidden} known characters, fewer than {MIN_KNOWN}"
    return None
