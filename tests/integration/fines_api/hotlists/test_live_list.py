"""The list in memory while it changes: whoever commits first, no pair of entry and passage is missed or doubled."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from recognition.contracts import HotlistReason, Site

pytestmark = pytest.mark.integration
PLATES = [f"A{number:03d}BC77" for number in range(100, 160)]


def test_entries_that_come_into_force_among_passages_miss_none_and_double_none(
    node: Node, clock: FixedClock, build: Any, site: Site
) -> None:
    """Every plate is listed once and passes once, in two orders of chance; oracle: one hit for each."""

    def list_all(plates: list[str]) -> None:
        for plate in plates:
            wanted = NewEntry(
                plate=plate, plate_region="ru", plate_type="1", reason=HotlistReason.STOLEN, legal_basis="case 1",
                valid_until=clock.now() + timedelta(days=1),
            )  # fmt: skip
            build.listed(node, wanted)

    def pass_all(plates: list[str]) -> None:
        for at in range(0, len(plates), 3):
            passages = [build.passage(clock.now(), plate=plate) for plate in plates[at : at + 3]]
            with node.database.begin() as session:
                events = [ReportedPassage(each, b'{"data":%b}' % each.model_dump_json().encode()) for each in passages]
                PassageService(session, node).keep(events)
                HotlistService(session, node).match_passages([(each, site) for each in passages])

    run_together([(list_all, part) for part in dealt(1)] + [(pass_all, part) for part in dealt(2)])
    with node.database.begin() as session:
        found = session.execute(text("SELECT plate, count(*) FROM hotlist_hits GROUP BY plate")).all()
    assert {row.plate: row.count for row in found} == dict.fromkeys(PLATES, 1)


def test_a_withdrawn_entry_is_gone_from_every_process_that_matches(
    node: Node, clock: FixedClock, build: Any, site: Site
) -> None:
    entry = build.listed(
        node,
        NewEntry(
            plate=PLATES[0], plate_region="ru", plate_type="1", reason=HotlistReason.STOLEN, legal_basis="case 1",
            valid_until=clock.now() + timedelta(days=1),
        ),
    )  # fmt: skip
    others = [Node(node.settings, node.database, node.storage, clock, node.key) for _ in range(2)]

    def see(where: Node) -> int:
        passage = build.passage(clock.now(), plate=PLATES[0])
        with where.database.begin() as session:
            HotlistService(session, where).match_passages([(passage, site)])
            return int(session.execute(text("SELECT count(*) FROM hotlist_hits")).scalar_one())

    assert [see(each) for each in (node, *others)] == [1, 2, 3]
    with others[0].database.begin() as session:
        HotlistService(session, others[0]).withdraw(entry.entry_id, "found", actor="police:test")
    assert [see(each) for each in (node, *others)] == [3, 3, 3]


def dealt(seed: int) -> list[list[str]]:
    """Deal the plates out to two hands."""
    order = PLATES.copy()
    random.Random(seed).shuffle(order)
    return [order[::2], order[1::2]]


def run_together(work: list[tuple[Callable[[list[str]], None], list[str]]]) -> None:
    failures: list[BaseException] = []

    def run(do: Callable[[list[str]], None], plates: list[str]) -> None:
        try:
            do(plates)
        except BaseException as error:  # noqa: BLE001 - told by the thread that asked
            failures.append(error)

    threads = [threading.Thread(target=run, args=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive()
    assert failures == []
