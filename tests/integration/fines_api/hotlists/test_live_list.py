"""The list in memory while it changes: whoever commits first, no pair of entry and passage is missed or doubled."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.db import Session
from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from recognition.contracts import HotlistReason, Site

pytestmark = pytest.mark.integration
PLATE = "A123BC77"


class Road:
    """A camera that sees one plate, and two of the police who list it."""

    def __init__(self, node: Node, clock: FixedClock, build: Any, site: Site) -> None:
        self.node, self.clock, self.build, self.site = node, clock, build, site

    def propose(self) -> Any:
        wanted = NewEntry(
            plate=PLATE, plate_region="ru", plate_type="1", reason=HotlistReason.STOLEN, legal_basis="case 1",
            valid_until=self.clock.now() + timedelta(days=1),
        )  # fmt: skip
        with self.node.database.begin() as session:
            return HotlistService(session, self.node).add(wanted, actor="police:first").entry_id

    def approve(self, session: Session, entry_id: Any) -> None:
        HotlistService(session, self.node).approve(entry_id, actor="police:second")

    def see(self, session: Session) -> None:
        passage = self.build.passage(self.clock.now(), plate=PLATE)
        event = ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
        PassageService(session, self.node).keep([event])
        HotlistService(session, self.node).match_passages([(passage, self.site)])

    def hits(self) -> int:
        with self.node.database.begin() as session:
            return int(session.execute(text("SELECT count(*) FROM hotlist_hits")).scalar_one())


@pytest.fixture
def road(node: Node, clock: FixedClock, build: Any, site: Site) -> Road:
    return Road(node, clock, build, site)


def beside(node: Node, first: Callable[[Session], None], second: Callable[[Session], None]) -> None:
    """Do the first and, while its transaction is still open, let the second begin; then commit both."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with node.database.begin() as session:
                second(session)
        except BaseException as error:  # noqa: BLE001 - told by the thread that asked
            failures.append(error)

    other = threading.Thread(target=run)
    with node.database.begin() as session:
        first(session)
        other.start()
        other.join(timeout=1.5)  # without the list's lock it is through by now, and has seen nothing of the first
    other.join(timeout=60)
    assert not other.is_alive()
    assert failures == []


def test_a_passage_under_way_is_found_by_the_entry_that_comes_meanwhile(road: Road) -> None:
    entry_id = road.propose()
    beside(road.node, road.see, lambda session: road.approve(session, entry_id))
    assert road.hits() == 1


def test_an_entry_under_way_is_found_by_the_passage_that_comes_meanwhile(road: Road) -> None:
    entry_id = road.propose()
    beside(road.node, lambda session: road.approve(session, entry_id), road.see)
    assert road.hits() == 1


def test_a_withdrawn_entry_is_gone_from_every_process_that_matches(road: Road) -> None:
    node, entry_id = road.node, road.propose()
    with node.database.begin() as session:
        road.approve(session, entry_id)
    others = [Node(node.settings, node.database, node.storage, node.clock, node.key) for _ in range(2)]

    def see(where: Node) -> int:
        passage = road.build.passage(node.clock.now(), plate=PLATE)
        with where.database.begin() as session:
            HotlistService(session, where).match_passages([(passage, road.site)])
        return road.hits()

    assert [see(each) for each in (node, *others)] == [1, 2, 3]
    with others[0].database.begin() as session:
        HotlistService(session, others[0]).withdraw(entry_id, "found", actor="police:test")
    assert [see(each) for each in (node, *others)] == [3, 3, 3]
