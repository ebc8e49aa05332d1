"""Passages of the last three days are searched for entries that have just come into force: a few queries for many."""

from collections.abc import Sequence

import structlog

from fines_api.db import Session
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import BACK_SEARCH, Standing, standing
from fines_api.node import Node
from fines_api.passages.service import PassageService
from recognition.contracts import HotlistEntryRecord, MatchPolicy, Passage, Site
from recognition.plates import ListEntry, ListIndex, ListMatch

MOST_PASSAGES = 20_000
MOST_PLATES = 500_000
_log = structlog.get_logger(__name__)


class BackSearch:
    """Looks back for entries, in the transaction that put them in force and under the list's lock."""

    def __init__(self, session: Session, node: Node) -> None:
        self._node = node
        self._hits = HitService(session, node)
        self._lists = ListService(session, node)
        self._passages = PassageService(session, node)
        self._sites: dict[tuple[str, int], Site | None] = {}

    def run(self, entries: Sequence[HotlistEntryRecord]) -> int:
        """Record what was seen of these entries; returns how many hits were made."""
        now = self._node.clock.now()
        wanted = [one for one in entries if standing(one, self._lists.of(one).confirm_every, now) in _SEARCHED]
        if not wanted:
            return 0
        index = ListIndex.of(_listed(number, one) for number, one in enumerate(wanted))
        since = now - BACK_SEARCH
        plates = {one.plate for one in wanted if one.match_policy is not MatchPolicy.PARTIAL}
        plates |= self._near([one for one in wanted if one.match_policy is not MatchPolicy.EXACT], index)
        passages = self._passages.of_plates_since(sorted(plates), since, MOST_PASSAGES)
        if len(passages) == MOST_PASSAGES:
            _log.warning("hotlists.back_search_cut", entries=len(wanted), passages=len(passages))
        plated = [(passage.plate, passage) for passage in passages if passage.plate is not None]
        made = 0
        for match in index.match([plate for plate, _ in plated]):
            made += self._record(wanted[match.entry], match, plated[match.seen][1])
        return made

    def _near(self, entries: Sequence[HotlistEntryRecord], index: ListIndex) -> set[str]:
        """Return the plate texts seen of late that may be one of the entries by a misread or an unknown character."""
        if not entries:
            return set()
        since = self._node.clock.now() - BACK_SEARCH
        kinds = {(one.plate_region, one.plate_type) for one in entries}
        lengths = [len(one.plate) for one in entries]
        keys = self._passages.plates_since(kinds, since, min(lengths) - 1, max(lengths) + 1, MOST_PLATES)
        if len(keys) == MOST_PLATES:
            _log.warning("hotlists.back_search_cut", entries=len(entries), plates=len(keys))
        return {keys[match.seen].plate for match in index.match(keys)}

    def _record(self, entry: HotlistEntryRecord, match: ListMatch, passage: Passage) -> bool:
        place = (passage.site_id, passage.site_version)
        if place not in self._sites:
            self._sites[place] = self._passages.site_of(passage)
        site = self._sites[place]
        if site is None:
            return False
        return self._hits.record(entry, match, passage, site, is_searched_back=True) is not None


_SEARCHED = frozenset({Standing.IN_FORCE, Standing.STALE})


def _listed(number: int, entry: HotlistEntryRecord) -> ListEntry:
    return ListEntry(number, entry.plate, entry.plate_region, entry.plate_type, entry.match_policy)
