"""Misreads, unknown characters and stale sources: shown apart, or kept, and never a reason to stop anybody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from fines_api.hotlists.jobs import search_near
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import HitState
from fines_api.hotlists.schemas import EntryInfo, HitInfo, NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.kit.errors import InvalidError
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.registry.schemas import VehicleImport
from fines_api.registry.service import RegistryService
from recognition.contracts import (
    HotlistReason,
    MatchKind,
    MatchPolicy,
    PlateKey,
    RegionHitRecord,
    Site,
    VehicleClass,
)

pytestmark = pytest.mark.integration
LISTED, MISREAD, OTHER = "A123BC77", "A128BC77", "A145BC77"
"""A 3 taken for an 8; and a plate nobody takes for the listed one."""


class Road:
    """A road with a camera, and the list it is matched against."""

    def __init__(self, node: Node, clock: FixedClock, site: Site, build: Any) -> None:
        self.node, self.clock, self.site, self.build = node, clock, site, build

    def look_for(self, plate: str = LISTED, **changes: Any) -> EntryInfo:
        fields: dict[str, Any] = {
            "plate": plate, "plate_region": "ru", "plate_type": "1", "reason": HotlistReason.STOLEN,
            "legal_basis": "case 1", "valid_until": self.clock.now() + timedelta(days=300),
        }  # fmt: skip
        return self.build.listed(self.node, NewEntry(**(fields | changes)))  # type: ignore[no-any-return]

    def see(self, plate: str = LISTED, **about: Any) -> None:
        passage = self.build.passage(self.clock.now(), plate=plate, **about)
        with self.node.database.begin() as session:
            event = ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
            PassageService(session, self.node).keep([event])
            HotlistService(session, self.node).match_passages([(passage, self.site)])

    def look_back(self) -> None:
        """Do what the worker is told to do when an entry is put in force."""
        with self.node.database.begin() as session:
            jobs = session.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'hotlists.search_near'"))
            told = jobs.scalars().all()
        assert told
        for args in told:
            search_near(self.node, **args)

    def hits(self) -> list[HitInfo]:
        with self.node.database.begin() as session:
            return list(reversed(HitService(session, self.node).hits(100, None)))

    def states(self) -> list[tuple[str, str | None]]:
        return [(hit.state.value, hit.state_reason and hit.state_reason.value) for hit in self.hits()]


@pytest.fixture
def road(node: Node, clock: FixedClock, site: Site, build: Any) -> Road:
    return Road(node, clock, site, build)


@pytest.mark.parametrize("is_searched_back", [False, True])
@pytest.mark.parametrize(
    ("plate", "policy", "kind"),
    [
        (LISTED, MatchPolicy.CONFUSABLE, MatchKind.CONFUSABLE),
        ("A12?BC77", MatchPolicy.PARTIAL, MatchKind.PARTIAL),
    ],
)
def test_a_near_match_is_possible_and_says_what_differs(
    road: Road, plate: str, policy: MatchPolicy, kind: MatchKind, is_searched_back: bool
) -> None:
    steps = [lambda: road.look_for(plate, match_policy=policy), lambda: (road.see(MISREAD), road.see(OTHER))]
    for step in reversed(steps) if is_searched_back else steps:
        step()
    assert len(road.hits()) == (0 if is_searched_back else 1)
    for _ in range(2):
        road.look_back()
    (hit,) = road.hits()
    assert (hit.state, hit.match_kind, hit.plate, hit.listed_plate) == (HitState.POSSIBLE, kind, MISREAD, plate)
    assert (hit.match_cost > 0) is (kind is MatchKind.CONFUSABLE)
    match = hit.reasons[0]
    assert (match.code, match.facts["listed_at"], match.facts["seen_at"]) == ("match", "3", "3")
    assert hit.score is not None
    assert hit.score < 0.5


def test_the_exact_text_of_a_near_entry_calls_an_officer(road: Road) -> None:
    road.look_for(match_policy=MatchPolicy.CONFUSABLE)
    road.see()
    (hit,) = road.hits()
    assert (hit.state, hit.match_kind, hit.match_cost) == (HitState.NEW, MatchKind.EXACT, 0)
    assert hit.score is not None
    assert hit.score > 0.5


def test_an_exact_entry_is_not_found_by_a_misread(road: Road) -> None:
    road.see(MISREAD)
    road.look_for()
    road.see(MISREAD)
    assert road.hits() == []


def test_a_list_may_bear_less_of_a_misread(road: Road) -> None:
    with road.node.database.begin() as session:
        session.execute(text("UPDATE hotlists SET most_cost = 0.01 WHERE code = 'stolen'"))
    road.see(MISREAD)
    road.look_for(match_policy=MatchPolicy.CONFUSABLE)
    road.see(MISREAD)
    assert road.hits() == []


def test_a_narrower_list_holds_at_once(road: Road) -> None:
    road.look_for(match_policy=MatchPolicy.CONFUSABLE)
    with road.node.database.begin() as session:
        session.execute(text("UPDATE hotlists SET widest_policy = 'exact' WHERE code = 'stolen'"))
    road.see(MISREAD)
    assert road.hits() == []


def test_the_register_tells_that_a_misread_is_somebody_elses_car(road: Road) -> None:
    road.look_for(match_policy=MatchPolicy.CONFUSABLE, make="Lada", colour="белый")
    card = VehicleImport(
        plate=MISREAD, plate_region="ru", plate_type="1", certificate_number=SecretStr("1"), make="BMW", model="X5",
        colour="чёрный", vehicle_class=VehicleClass.CAR,
    )  # fmt: skip
    with road.node.database.begin() as session:
        RegistryService(session, road.node).register(card, source="test", actor="test")
    road.see(MISREAD)
    assert road.states() == [("withheld", "make")]


def test_a_stale_entry_is_kept_and_calls_nobody(road: Road) -> None:
    entry = road.look_for()
    road.clock.advance(timedelta(days=90))
    road.see()
    road.clock.advance(timedelta(seconds=1))
    road.see()
    assert road.states() == [("new", None), ("withheld", "stale")]
    with road.node.database.begin() as session:
        assert HotlistService(session, road.node).entry(entry.entry_id).state == "stale"
        assert HitService(session, road.node).alerts_after(road.hits()[0].id, with_possible=True) == []
    road.clock.advance(timedelta(days=300))
    road.see()
    assert len(road.hits()) == 2, "past its term an entry makes no hit at all"


def test_the_overview_counts_what_is_stale(road: Road, client: Any, log_in: Callable[..., Any]) -> None:
    road.look_for()
    heard_at = road.clock.now()
    road.clock.advance(timedelta(days=90))
    road.look_for("B456OP99")
    headers = log_in(Role.POLICE)

    def stolen() -> dict[str, Any]:
        found: dict[str, Any] = client.get("/v1/hotlists/stolen", headers=headers).json()
        return found

    assert (stolen()["entries"], stolen()["stale"]) == (2, 0)
    road.clock.advance(timedelta(seconds=1))
    assert (stolen()["entries"], stolen()["stale"]) == (2, 1)
    assert stolen()["heard_at"] > heard_at.isoformat()


def test_the_stream_shows_possible_hits_when_asked(road: Road) -> None:
    road.look_for(match_policy=MatchPolicy.CONFUSABLE)
    road.see(MISREAD)
    road.see()
    with road.node.database.begin() as session:
        service = HitService(session, road.node)
        assert [hit.state.value for hit in service.alerts_after(0)] == ["new"]
        assert [hit.state.value for hit in service.alerts_after(0, with_possible=True)] == ["possible", "new"]


def judge(client: Any, headers: dict[str, str], hit: HitInfo, verdict: str, **more: Any) -> Any:
    return client.post(f"/v1/hits/{hit.id}/verdict", json={"verdict": verdict} | more, headers=headers)


def test_another_plate_is_silenced_by_its_text_and_closes_what_is_open(
    road: Road, client: Any, log_in: Callable[..., Any]
) -> None:
    entry = road.look_for(match_policy=MatchPolicy.CONFUSABLE)
    for plate in (MISREAD, MISREAD, LISTED):
        road.see(plate)
    police = log_in(Role.POLICE)
    judged = judge(client, police, road.hits()[0], "wrong_plate", action="no_action").json()
    assert (judged["state"], judged["action"], judged["action_by"]) == ("wrong_plate", "no_action", "police:police-1")
    assert road.states() == [("wrong_plate", None), ("cleared", "cleared"), ("new", None)]
    road.see(MISREAD)
    road.see(LISTED)
    assert road.states()[3:] == [("cleared", "cleared"), ("new", None)]
    shown = client.get(f"/v1/hotlist-entries/{entry.entry_id}", headers=police).json()["clearances"]
    assert [(each["verdict"], each["plate"], each["vehicle_class"]) for each in shown] == [
        ("wrong_plate", MISREAD, "*")
    ]


def test_an_action_follows_a_verdict(road: Road, client: Any, log_in: Callable[..., Any]) -> None:
    road.look_for()
    road.see()
    (hit,) = road.hits()
    police = log_in(Role.POLICE)
    url = f"/v1/hits/{hit.id}/action"
    assert client.post(url, json={"action": "stopped"}, headers=police).json()["code"] == "hit.not_judged"
    judge(client, police, hit, "correct")
    assert client.post(url, json={"action": "sung"}, headers=police).status_code == 422
    assert client.post(url, json={"action": "recovered"}, headers=police).json()["action"] == "recovered"


def test_a_region_cannot_make_a_hit_of_a_plate_the_entry_does_not_bear(road: Road) -> None:
    entry = road.look_for(match_policy=MatchPolicy.CONFUSABLE)
    now = road.clock.now()

    def told(plate: str) -> RegionHitRecord:
        return RegionHitRecord(
            hit_id=uuid4(), entry_id=entry.entry_id, entry_version=1, owner_region="77", seen_region="50",
            passage_id=uuid4(), site_id="far", place="Far", latitude=1, longitude=2, captured_at=now, matched_at=now,
            plate=PlateKey(plate=plate, plate_region="ru", plate_type="1"), plate_confidence=0.9,
            vehicle_class=VehicleClass.CAR, match_kind=MatchKind.EXACT,
        )  # fmt: skip

    with road.node.database.begin() as session:
        assert HotlistService(session, road.node).record_remote_hit(told(MISREAD))
    assert road.states() == [("possible", None)], "what the other region calls exact is measured here"
    with pytest.raises(InvalidError, match=r"hotlist\.remote_hit"), road.node.database.begin() as session:
        HotlistService(session, road.node).record_remote_hit(told(OTHER))
