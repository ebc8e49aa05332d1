"""Who may look how far back, what needs a second person, and what an auditor should look at.  Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fines_api.kit.errors import ConflictError, ForbiddenError, InvalidError
from fines_api.passages.policy import LEAST_WINDOW

ALONE: Final = timedelta(days=90)
"""Further back than this nobody looks without a second person."""
APPROVAL_TERM: Final = timedelta(hours=24)
"""How long after the decision an approved search may be looked at."""
ANOMALY_DAYS: Final = 5
"""On so many days one officer searched for one plate: worth a question."""
SHIFT_HOURS: Final = (6, 23)
"""Local hours in which searches are nothing unusual: from, until."""


class Rank(StrEnum):
    """How far back a member of the police may look."""

    INSPECTOR = "inspector"
    INVESTIGATOR = "investigator"
    CHIEF = "chief"


class SearchKind(StrEnum):
    """What is looked for."""

    PLATE = "plate"
    TRACE = "trace"
    CONVOY = "convoy"
    STAKE_OUT = "stake_out"


class SearchState(StrEnum):
    """Where a search stands; nothing is shown before it is ``done`` or ``approved``."""

    DONE = "done"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    REFUSED = "refused"


WINDOWS: Final = {
    Rank.INSPECTOR: LEAST_WINDOW,
    Rank.INVESTIGATOR: timedelta(days=90),
    Rank.CHIEF: timedelta(days=400),
}


@dataclass(frozen=True, slots=True)
class Searcher:
    """The one who searches."""

    officer: str
    rank: Rank

    def floor(self, now: datetime) -> datetime:
        """Return the moment before which nothing is shown to this rank; the database enforces it."""
        return now - WINDOWS[self.rank]


def check_window(searcher: Searcher, since: datetime, until: datetime, now: datetime) -> None:
    """Refuse a time that is none, or further back than the rank allows.

    Raises:
        InvalidError: it ends before it begins, or has not begun (``search.window``).
        ForbiddenError: it begins too far back (``search.rank``).
    """
    if since >= until or since > now:
        raise InvalidError("the time searched is empty", hint="since < until, since in the past", code="search.window")
    if since < searcher.floor(now):
        days = WINDOWS[searcher.rank].days
        raise ForbiddenError(
            f"a search of rank {searcher.rank} goes back {days} days at most",
            hint="ask for less, or ask a colleague of higher rank",
            code="search.rank",
        )


def first_state(kind: SearchKind, since: datetime, now: datetime) -> SearchState:
    """Decide whether a second person must agree before anything is shown: to a trace, and beyond 90 days."""
    is_deep = kind is SearchKind.TRACE or since < now - ALONE
    return SearchState.AWAITING_APPROVAL if is_deep else SearchState.DONE


def check_second_person(asked_by: str, second: Searcher, state: SearchState) -> None:
    """Refuse a decision by the asker, by an inspector, or about a search that does not wait for one.

    Raises:
        ConflictError: it does not wait (``search.decided``).
        ForbiddenError: not a second person (``search.own``) or not of rank (``search.rank``).
    """
    if state is not SearchState.AWAITING_APPROVAL:
        raise ConflictError(f"this search is {state}", hint="load it again", code="search.decided")
    if second.officer == asked_by:
        raise ForbiddenError("one's own search needs another's approval", hint="ask a colleague", code="search.own")
    if second.rank is Rank.INSPECTOR:
        raise ForbiddenError("an inspector approves no searches", hint="ask an investigator", code="search.rank")


def check_open(state: SearchState, decided_at: datetime | None, now: datetime) -> None:
    """Refuse to show what is not (or no more) to be shown.

    Raises:
        ConflictError: it waits for approval (``search.waits``), was refused (``search.refused``), or its approval ran
            out (``search.expired``).
    """
    if state is SearchState.AWAITING_APPROVAL:
        raise ConflictError(
            "this search waits for a second person", hint="an investigator or chief approves it", code="search.waits"
        )
    if state is SearchState.REFUSED:
        raise ConflictError("this search was refused", hint="read the note of the refusal", code="search.refused")
    if state is SearchState.APPROVED and (decided_at is None or now > decided_at + APPROVAL_TERM):
        raise ConflictError("the approval ran out", hint="search anew", code="search.expired")
