from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.search.dictionary import keeping
from fines_api.search.dictionary.repository import DictionaryRepository
from fines_api.search.dictionary.tokens import part, tokens_of
from fines_api.search.repository import MarkRepository

pytestmark = pytest.mark.integration


def plates(node: Node) -> dict[str, list[int]]:
    with node.database.begin() as session:
        return {row[0]: row[1] for row in session.execute(text("SELECT plate, tokens FROM plates"))}


def test_every_plate_is_entered_once_with_its_tokens(node: Node, clock: FixedClock, roads: Any) -> None:
    now = clock.now()
    for plate in ("A123BC77", "A123BC77", "B456OP99"):
        roads.passes(plate, "north", now)
    assert roads.refresh() == 2
    assert plates(node) == {plate: tokens_of(plate) for plate in ("A123BC77", "B456OP99")}
    roads.passes("C789TT50", "north", now)
    assert roads.refresh() == 1
    assert roads.refresh() == 0


def test_times_of_a_known_plate_follow_it(node: Node, clock: FixedClock, roads: Any) -> None:
    now = clock.now()
    roads.passes("A123BC77", "north", now - timedelta(hours=30))
    roads.refresh()
    roads.passes("A123BC77", "north", now)
    roads.passes("A123BC77", "north", now - timedelta(hours=60))
    roads.refresh()
    with node.database.begin() as session:
        row = session.execute(text("SELECT first_seen, last_seen FROM plates")).one()
    assert tuple(row) == (now - timedelta(hours=60), now)


def test_a_passage_that_commits_late_is_not_skipped(node: Node, clock: FixedClock, roads: Any, build: Any) -> None:
    """The case the mark is made for: received first, visible last, with readings in between."""
    clock.moment = datetime.now(UTC)
    with node.database.begin() as slow:
        PassageService(slow, node).keep([_event(build.passage(clock.now(), plate="A111AA77"))])
        clock.advance(timedelta(hours=1))  # as if the transaction stayed open while the region's time went on
        slow.execute(text("SELECT 1"))
        roads.passes("B222BB77", "north", clock.now())
        with node.database.begin() as session:
            age = DictionaryRepository(session).oldest_open_age()
        assert age > timedelta()
        clock.moment -= timedelta(hours=1)
        assert roads.refresh() == 1
        with node.database.begin() as session:
            mark = MarkRepository(session).get(keeping.READER)
        assert mark is not None
        received = slow.execute(text("SELECT received_at FROM passages WHERE plate = 'A111AA77'")).scalar_one()
        assert mark < received
        assert "A111AA77" not in plates(node)
    assert roads.refresh() == 1
    assert {"A111AA77", "B222BB77"} <= set(plates(node))


def test_the_mark_never_passes_a_transaction_that_is_still_open(node: Node, clock: FixedClock) -> None:
    with node.database.begin() as idle, node.database.begin() as session:
        begun = idle.execute(text("SELECT now()")).scalar_one()
        session.execute(text("SELECT pg_sleep(0.2)"))
        clock.moment = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        assert keeping.safe_mark(session, node) <= begun - keeping.CLOCKS_DIFFER + timedelta(milliseconds=1)


def test_two_keepers_do_not_get_in_each_others_way(node: Node, clock: FixedClock, roads: Any) -> None:
    roads.passes("A123BC77", "north", clock.now())
    with node.database.begin() as session:
        assert DictionaryRepository(session).take_turn(may_wait=False)
        assert roads.refresh() == 0
    assert roads.refresh() == 1


def test_a_rebuild_makes_what_refreshing_makes(node: Node, clock: FixedClock, roads: Any) -> None:
    for number in range(30):
        roads.passes(f"A{number:03d}BC77", "north", clock.now())
    roads.refresh()
    before = plates(node)
    with node.database.begin() as session:
        session.execute(text("DELETE FROM plates WHERE plate < 'A010'"))
        session.execute(text("INSERT INTO plates (plate, plate_region, plate_type, first_seen, last_seen, tokens) "
                             "VALUES ('GHOST1', 'ru', '1', now(), now(), '{1}')"))  # fmt: skip
    assert keeping.rebuild(node) == 30
    assert plates(node) == before
    roads.passes("B999BB77", "north", clock.now())
    assert roads.refresh() == 1
    wanted = part("99BB")
    assert wanted is not None
    with node.database.begin() as session:
        found = DictionaryRepository(session).candidates(wanted.tokens, wanted.regex, None, 10)
    assert found == ["B999BB77"]


def _event(passage: Any) -> ReportedPassage:
    return ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
