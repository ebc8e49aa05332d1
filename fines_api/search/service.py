"""Search on the record: for a purpose, as far back as the rank allows, with a second person where it is deep.

    answer = SearchService(session, node).ask(NewSearch(...), user)

The book keeps every search, refused ones of a second person too; the audit chain keeps who saw which page of what.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.schemas import Principal
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import InvalidError, NotFoundError, TooManyError
from fines_api.kit.ids import uuid7
from fines_api.node import Node
from fines_api.passages.policy import check_grounds
from fines_api.passages.service import PassageService
from fines_api.search import policy
from fines_api.search.clones.service import CloneService
from fines_api.search.finding import Finder, asked_text
from fines_api.search.policy import Rank, Searcher, SearchKind, SearchState
from fines_api.search.repository import RankRepository, SearchRepository
from fines_api.search.schemas import (
    Asked,
    Decision,
    NewConvoy,
    NewSearch,
    NewStakeOut,
    NewTrace,
    SearchAnswer,
    SearchInfo,
)
from fines_api.search.tables import SearchRow
from recognition.contracts import PlateKey

_HOUR = timedelta(hours=1)
_MAX_WAITING = 100
_ASKED: TypeAdapter[NewSearch | NewTrace | NewConvoy | NewStakeOut] = TypeAdapter(Asked)


class SearchService:
    """Searches of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._book = SearchRepository(session)
        self._ranks = RankRepository(session)

    def searcher(self, user: Principal) -> Searcher:
        """Return who searches, with the rank that was set, else the lowest."""
        rank = self._ranks.get(user.user_id) if user.user_id else None
        return Searcher(user.subject, Rank(rank) if rank else Rank.INSPECTOR)

    def set_rank(self, username: str, rank: Rank, user: Principal) -> None:
        """Set how far back a member of the police may look.

        Raises:
            NotFoundError: nobody has that name.
        """
        user_id = IdentityService(self._session, self._node).user_id_of(username)
        if user_id is None:
            raise NotFoundError(f"no user {username[:64]!r}")
        self._ranks.put(user_id, rank.value, user.actor, self._node.clock.now())
        audit.record(self._session, self._node, user.actor, "searches:rank:set", username, {"rank": rank.value})

    def ask(self, asked: NewSearch | NewTrace | NewConvoy | NewStakeOut, user: Principal) -> SearchAnswer:
        """Enter a search in the book and answer it, unless a second person must agree first.

        Raises:
            InvalidError: no purpose, case, plate or time to speak of, or too many plates fit.
            ForbiddenError: further back than the rank allows (``search.rank``).
            TooManyError: too many searches in an hour (``search.too_many``).
        """
        now, searcher = self._node.clock.now(), self.searcher(user)
        check_grounds(asked.purpose, asked.case_number, self._node.settings.case_number_pattern)
        policy.check_window(searcher, asked.since, asked.until, now)
        text = asked_text(asked)
        self._check_pace(searcher.officer, now)
        state = policy.first_state(SearchKind(asked.kind), asked.since, now)
        row = self._row(asked, text, searcher, user, state)
        answer = SearchAnswer(search=_info(row))
        if state is SearchState.DONE:
            answer = self._answer(row, asked, searcher, None)
        self._book.add(row)
        details = {"search_id": str(row.search_id), "state": row.state, "found": row.found, **row.query}
        audit.record(self._session, self._node, user.actor, "searches:search:asked", text or "*", details)
        return answer.model_copy(update={"search": _info(row)})

    def results(self, search_id: UUID, after: str | None, user: Principal) -> SearchAnswer:
        """Return one's own search again: its next page, or what a second person has agreed to.

        Raises:
            NotFoundError: not one's own, or none.
            ConflictError: it waits, was refused, or its approval ran out.
        """
        row = self._book.lock(search_id)
        if row is None or row.officer != user.subject:
            raise NotFoundError("no such search")
        now, searcher = self._node.clock.now(), self.searcher(user)
        policy.check_open(SearchState(row.state), row.decided_at, now)
        asked = _ASKED.validate_python(row.query)
        answer = self._answer(row, asked, searcher, after)
        details = {"search_id": str(search_id), "after": after}
        audit.record(self._session, self._node, user.actor, "searches:search:shown", row.plate or "*", details)
        return answer.model_copy(update={"search": _info(row)})

    def decide(self, search_id: UUID, decision: Decision, user: Principal) -> SearchInfo:
        """Take the second person's decision.

        Raises:
            NotFoundError: no such search.
            ConflictError: it does not wait for one.
            ForbiddenError: it is one's own, or one's rank decides nothing.
        """
        row = self._book.lock(search_id)
        if row is None:
            raise NotFoundError("no such search")
        policy.check_second_person(row.officer, self.searcher(user), SearchState(row.state))
        row.state = (SearchState.APPROVED if decision.is_approved else SearchState.REFUSED).value
        row.decided_by, row.decided_at, row.decision_note = user.subject, self._node.clock.now(), decision.note
        self._session.flush()
        details = {"search_id": str(search_id), "state": row.state, "note": decision.note, "officer": row.officer}
        audit.record(self._session, self._node, user.actor, "searches:search:decided", row.plate or "*", details)
        return _info(row)

    def mine(self, user: Principal, limit: int = 50) -> list[SearchInfo]:
        """List one's own searches, newest first."""
        return [_info(row) for row in self._book.listed(officer=user.subject, limit=limit)]

    def own(self, search_id: UUID, user: Principal) -> SearchInfo:
        """Return one's own search as the book has it.

        Raises:
            NotFoundError: not one's own, or none.
        """
        row = self._book.get(search_id)
        if row is None or row.officer != user.subject:
            raise NotFoundError("no such search")
        return _info(row)

    def waiting(self, user: Principal) -> list[SearchInfo]:
        """List others' searches that wait for a second person; none for a rank that decides nothing."""
        if self.searcher(user).rank is Rank.INSPECTOR:
            return []
        return [_info(row) for row in self._book.waiting(_MAX_WAITING) if row.officer != user.subject]

    def is_cloned_at(self, key: PlateKey, moment: datetime) -> bool:
        """Tell whether the plate was under suspicion of being cloned, or confirmed to be, at a moment."""
        return CloneService(self._session, self._node).is_cloned_at(key, moment)

    def _check_pace(self, officer: str, now: datetime) -> None:
        most = self._node.settings.searches_per_hour
        if self._book.count_since(officer, now - _HOUR) >= most:
            raise TooManyError(
                f"more than {most} searches in an hour", hint="wait, and narrow them", code="search.too_many"
            )

    def _answer(
        self,
        row: SearchRow,
        asked: NewSearch | NewTrace | NewConvoy | NewStakeOut,
        searcher: Searcher,
        after: str | None,
    ) -> SearchAnswer:
        """Answer, and note in the row what was found and how long it took."""
        finder = Finder(self._session, self._node, searcher.floor(self._node.clock.now()))
        base: dict[str, Any] = {"search": _info(row)}
        if isinstance(asked, NewSearch):
            found = _timed(row, lambda: finder.passages(asked, _place_of(after)))
            page = found[: asked.limit]
            base["passages"] = PassageService(self._session, self._node).describe(page)
            if len(found) > asked.limit:
                base["next"] = f"{page[-1].captured_at.isoformat()}_{page[-1].passage_id}"
            row.found = len(page) if after is None else (row.found or 0)
        elif isinstance(asked, NewTrace):
            base["trace"] = _timed(row, lambda: finder.trace(asked))
            row.found = len(base["trace"])
        elif isinstance(asked, NewConvoy):
            base["companions"] = _timed(row, lambda: finder.convoy(asked))
            row.found = len(base["companions"])
        else:
            base["present"] = _timed(row, lambda: finder.stake_out(asked))
            row.found = len(base["present"])
        return SearchAnswer(**base)

    def _row(self, asked: Any, text: str | None, searcher: Searcher, user: Principal, state: SearchState) -> SearchRow:
        now = self._node.clock.now()
        return SearchRow(
            search_id=uuid7(now), kind=asked.kind, officer=searcher.officer, user_id=user.user_id,
            rank=searcher.rank.value, asked_at=now, purpose=asked.purpose.value,
            case_number=asked.case_number.strip(), legal_basis=asked.legal_basis, plate=text, since=asked.since,
            until=asked.until, query=asked.model_dump(mode="json"), state=state.value, found=None, took_ms=None,
            decided_by=None, decided_at=None, decision_note=None,
        )  # fmt: skip


def _timed(row: SearchRow, find: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    found = find()
    row.took_ms = round(1000 * (time.perf_counter() - begun), 3)
    return found


def _info(row: SearchRow) -> SearchInfo:
    return SearchInfo.model_validate(row)


def _place_of(after: str | None) -> tuple[datetime, UUID] | None:
    if after is None:
        return None
    moment, _, passage_id = after.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        place = at, UUID(passage_id)
    except ValueError:
        place = None
    if place is None or place[0].tzinfo is None:
        raise InvalidError("not a place in a list", hint="use `next` of the answer", code="search.after")
    return place
