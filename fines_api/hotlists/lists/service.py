"""The lists: which there are, what an entry of each may do, how each stands."""

from datetime import datetime, timedelta

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.importing.repository import ImportRepository
from fines_api.hotlists.lists.repository import ListCount, ListRepository
from fines_api.hotlists.lists.schemas import HotlistBody, HotlistInfo
from fines_api.hotlists.policy import NEVER_DISPATCH, PARTIAL_PRIORITY, AlertPolicy, Hotlist, is_within, may_write
from fines_api.hotlists.proposals.repository import ProposalRepository
from fines_api.kit.errors import ForbiddenError, InvalidError, NotFoundError
from fines_api.node import Node
from recognition.contracts import HotlistEntryRecord, MatchPolicy

_RESERVED = frozenset({"precision"})


class ListService:
    """The lists of one region, read once for each object of this class."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._repository = ListRepository(session)
        self._known: dict[str, Hotlist] | None = None

    def all(self) -> dict[str, Hotlist]:
        """Return every list by its code, the most urgent first."""
        if self._known is None:
            self._known = self._repository.all()
        return self._known

    def get(self, code: str) -> Hotlist:
        """Return one list.

        Raises:
            NotFoundError: no such list (``hotlist.unknown``).
        """
        found = self.all().get(code)
        if found is None:
            raise NotFoundError(
                f"no list {code}", hint="GET /v1/hotlists names them; an administrator adds one", code="hotlist.unknown"
            )
        return found

    def of(self, entry: HotlistEntryRecord) -> Hotlist:
        """Return the list whose rules hold for an entry here: its own, or its reason's where only its region has it.

        Raises:
            NotFoundError: neither is here (``hotlist.unknown``).
        """
        return self.all().get(entry.list_code) or self.get(entry.reason.value)

    def check_writer(self, hotlist: Hotlist, actor: str) -> None:
        """Refuse those who may not write on a list.

        Raises:
            ForbiddenError: ``hotlist.writer``.
        """
        if not may_write(hotlist, actor):
            raise ForbiddenError(
                f"{actor} may not write on the list {hotlist.code}",
                hint="an administrator names who may",
                code="hotlist.writer",
            )

    def define(self, code: str, body: HotlistBody, *, actor: str) -> HotlistInfo:
        """Add a list or change its rules, which hold at once for the entries that stand.

        Raises:
            InvalidError: the code is taken by a page (``hotlist.code``), it would call officers for money
                (``hotlist.never_dispatch``), take partial plates without being urgent (``hotlist.partial``), or give
                entries more than they may ask for (``hotlist.policy``).
        """
        _check(code, body)
        hotlist = Hotlist(
            code=code,
            title=body.title,
            reason=body.reason,
            authority=body.authority,
            legal_basis=body.legal_basis,
            priority=body.priority,
            match_policy=body.match_policy,
            widest_policy=body.widest_policy,
            most_cost=body.most_cost,
            alert_policy=body.alert_policy,
            confirm_every=timedelta(days=body.confirm_every_days),
            longest_validity=timedelta(days=body.longest_days),
            is_urgent_allowed=body.is_urgent_allowed,
            writers=tuple(body.writers),
        )
        self._repository.save(hotlist, actor, self._node.clock.now())
        self._known = None
        audit.record(self._session, self._node, actor, "hotlists:list:defined", code, body.model_dump(mode="json"))
        return self.overview_of(code)

    def overview(self) -> list[HotlistInfo]:
        """Tell how every list stands."""
        lists = self.all()
        counts = self._repository.counts(lists, self._node.clock.now())
        waiting = ProposalRepository(self._session).waiting_by_list()
        files = ImportRepository(self._session).heard_at()
        nothing = ListCount(0, 0, None)
        return [
            _info(one, counts.get(code, nothing), waiting.get(code, 0), files.get(code)) for code, one in lists.items()
        ]

    def overview_of(self, code: str) -> HotlistInfo:
        """Tell how one list stands.

        Raises:
            NotFoundError: no such list (``hotlist.unknown``).
        """
        self.get(code)
        return next(info for info in self.overview() if info.code == code)


def _check(code: str, body: HotlistBody) -> None:
    if code in _RESERVED:
        raise InvalidError(f"{code} is a page's name", hint="choose another code", code="hotlist.code")
    if body.alert_policy is AlertPolicy.DISPATCH and body.reason in NEVER_DISPATCH:
        raise InvalidError(
            f"a list for {body.reason} never calls officers",
            hint="choose the alert policy notify or silent",
            code="hotlist.never_dispatch",
        )
    if body.widest_policy is MatchPolicy.PARTIAL and body.priority != PARTIAL_PRIORITY:
        raise InvalidError(
            "partial plates stand on lists of priority 1 only", hint="raise the priority", code="hotlist.partial"
        )
    if body.match_policy is MatchPolicy.PARTIAL or not is_within(body.match_policy, body.widest_policy):
        raise InvalidError(
            "what an entry gets is exact or confusable, and no more than it may ask for",
            hint="widen widest_policy",
            code="hotlist.policy",
        )


def _info(hotlist: Hotlist, count: ListCount, waiting: int, file_at: datetime | None) -> HotlistInfo:
    return HotlistInfo(
        code=hotlist.code,
        title=hotlist.title,
        reason=hotlist.reason,
        authority=hotlist.authority,
        legal_basis=hotlist.legal_basis,
        priority=hotlist.priority,
        match_policy=hotlist.match_policy,
        widest_policy=hotlist.widest_policy,
        most_cost=hotlist.most_cost,
        alert_policy=hotlist.alert_policy,
        confirm_every_days=hotlist.confirm_every.days,
        longest_days=hotlist.longest_validity.days,
        is_urgent_allowed=hotlist.is_urgent_allowed,
        writers=list(hotlist.writers),
        entries=count.standing,
        stale=count.stale,
        waiting=waiting,
        heard_at=max((at for at in (count.heard_at, file_at) if at), default=None),
    )
