"""Passages of the last three days are searched for entries that came into force: a few queries for many."""

from collections.abc import Collection, Sequence

import structlog

from fines_api.db import Session
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import BACK_SEARCH, Standing, standing
from fines_api.kit.jobs import defer
from fines_api.node import Node
from fines_api.passages.service import PassageService
from recognition.contracts import HotlistEntryRecord, MatchPolicy, Passage, Site
from recognition.plates import ListEntry, ListIndex, ListMatch

MOST_PASSAGES = 20_000
MOST_PLATES = 500_000
_log = structlog.get_logger(__name__)


class BackSearch:
    """Looks back for entries: exact plates at once, in the transaction that puts them in force, others by a job.

    Every plate seen of late is looked through for a misread, which takes seconds: too long for the list to be held.
    Nothing is missed by waiting.  A passage that was matched against the list without the entry is committed before
    the entry is, so the job, which begins after, sees it; every later one is matched against the entry.
    """

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._hits = HitService(session, node)
        self._lists = ListService(session, node)
        self._passages = PassageService(session, node)
        self._sites: dict[tuple[str, int], Site | None] = {}

    def run(self, entries: Sequence[HotlistEntryRecord]) -> int:
        """Record what was seen of these entries' very plates; returns how many hits were made."""
        wanted = self._searched(entries)
        near = [str(one.entry_id) for one in wanted if one.match_policy is not MatchPolicy.EXACT]
        if near:
            defer(self._session, "hotlists.search_near", entry_ids=near)
        whole = [one for one in wanted if one.match_policy is not MatchPolicy.PARTIAL]
        return self._record_seen(whole, {one.plate for one in whole}) if whole else 0

    def run_near(self, entries: Sequence[HotlistEntryRecord]) -> int:
        """Record what was seen that may be one of these entries by a misread or an unknown character."""
        wanted = [one for one in self._searched(entries) if one.match_policy is not MatchPolicy.EXACT]
        return self._record_seen(wanted, self._near(wanted)) if wanted else 0

    def _searched(self, entries: Sequence[HotlistEntryRecord]) -> list[HotlistEntryRecord]:
        now = self._node.clock.now()
        return [one for one in entries if standing(one, self._lists.of(one).confirm_every, now) in _SEARCHED]

    def _record_seen(self, entries: Sequence[HotlistEntryRecord], plates: Collection[str]) -> int:
        index = _index_of(entries)
        since = self._node.clock.now() - BACK_SEARCH
        passages = self._passages.of_plates_since(sorted(plates), since, MOST_PASSAGES)
        if len(passages) == MOST_PASSAGES:
            _log.warning("hotlists.back_search_cut", entries=len(entries), passages=len(passages))
        plated = [(passage.plate, passage) for passage in passages if passage.plate is not None]
        made = 0
        for match in index.match([plate for plate, _ in plated]):
            made += self._record(entries[match.entry], match, plated[match.seen][1])
        return made

    def _near(self, entries: Sequence[HotlistEntryRecord]) -> set[str]:
        """Return the plate texts seen of late that may be one of the entries."""
        since = self._node.clock.now() - BACK_SEARCH
        kinds = {(one.plate_region, one.plate_type) for one in entries}
        lengths = [len(one.plate) for one in entries]
        keys = self._passages.plates_since(kinds, since, min(lengths) - 1, max(lengths) + 1, MOST_PLATES)
        if len(keys) == MOST_PLATES:
            _log.warning("hotlists.back_search_cut", entries=len(entries), plates=len(keys))
        return {keys[match.seen].plate for match in _index_of(entries).match(keys)}

    def _record(self, entry: HotlistEntryRecord, match: ListMatch, passage: Passage) -> bool:
        place = (passage.site_id, passage.site_version)
        if place not in self._sites:
            self._sites[place] = self._passages.site_of(passage)
        site = self._sites[place]
        if site is None:
            return False
        return self._hits.record(entry, match, passage, site, is_searched_back=True) is not None


_SEARCHED = frozenset({Standing.IN_FORCE, Standing.STALE})


def _index_of(entries: Sequence[HotlistEntryRecord]) -> ListIndex:
    return ListIndex.of(
        ListEntry(number, one.plate, one.plate_region, one.plate_type, one.match_policy)
        for number, one in enumerate(entries)
    )
