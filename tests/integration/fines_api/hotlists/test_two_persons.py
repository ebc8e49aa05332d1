"""No vehicle is looked for on one person's word, but for an hour."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from recognition.contracts import HotlistReason, Site

pytestmark = pytest.mark.integration


class Desk:
    """Two police users at their desks, and the road outside."""

    def __init__(self, *, client: Any, log_in: Callable[..., Any], clock: FixedClock, node: Node, build: Any) -> None:
        self.client, self.log_in, self.clock, self.node, self.build = client, log_in, clock, node, build

    def post(self, path: str, body: dict[str, Any] | None = None, who: str = "police-1") -> Any:
        headers = self.log_in(Role.POLICE, who)
        return self.client.post(f"/v1/hotlist-entries{path}", json=body or {}, headers=headers)

    def propose(self, who: str = "police-1", **changes: Any) -> Any:
        until = (self.clock.now() + timedelta(days=30)).isoformat()
        body = {"plate": "A123BC77", "plate_region": "ru", "reason": "stolen", "legal_basis": "case 1"}
        return self.post("", body | {"valid_until": until} | changes, who)

    def get(self, path: str, who: str = "police-1", **query: Any) -> Any:
        return self.client.get(f"/v1{path}", params=query, headers=self.log_in(Role.POLICE, who)).json()

    def pass_by(self, site: Site, plate: str = "A123BC77") -> None:
        with self.node.database.begin() as session:
            passage = self.build.passage(self.clock.now(), plate=plate)
            HotlistService(session, self.node).match_passages([(passage, site)])

    def hits(self) -> list[str]:
        return [hit["state"] for hit in self.get("/hits")["hits"]]

    def published(self) -> list[int]:
        with self.node.database.begin() as session:
            rows = session.execute(
                text("SELECT args FROM procrastinate_jobs WHERE task_name = 'regions.publish_entry' ORDER BY id")
            )
            return [row.args["record"]["version"] for row in rows]

    def audited(self) -> list[tuple[str, str]]:
        with self.node.database.begin() as session:
            rows = session.execute(
                text("SELECT actor, tag FROM audit_rows WHERE tag LIKE 'hotlists:entry:%' ORDER BY position")
            )
            return [(row.actor, row.tag.rpartition(":")[2]) for row in rows]


@pytest.fixture
def desk(client: Any, log_in: Callable[..., Any], clock: FixedClock, node: Node, build: Any) -> Desk:
    return Desk(client=client, log_in=log_in, clock=clock, node=node, build=build)


def test_what_is_proposed_is_nothing_until_another_agrees(desk: Desk, site: Site) -> None:
    entry = desk.propose().json()
    path = f"/{entry['entry_id']}"
    assert (entry["state"], entry["is_in_force"], entry["proposed_by"]) == ("proposed", False, "police:police-1")
    desk.pass_by(site)
    assert desk.hits() == []
    assert desk.published() == []
    same = desk.post(f"{path}/approval")
    assert (same.status_code, same.json()["code"]) == (403, "hotlist.same_person")
    assert desk.post(f"{path}/refusal").json()["code"] == "hotlist.same_person"
    assert [each["entry_id"] for each in desk.get("/hotlist-entries", waiting_for_me=True)["entries"]] == []
    waiting = desk.get("/hotlist-entries", "police-2", waiting_for_me=True)["entries"]
    assert [each["entry_id"] for each in waiting] == [entry["entry_id"]]

    agreed = desk.post(f"{path}/approval", {"note": "seen the case"}, "police-2").json()
    assert (agreed["state"], agreed["version"]) == ("in_force", 1)
    assert (agreed["proposed_by"], agreed["approved_by"]) == ("police:police-1", "police:police-2")
    desk.pass_by(site)
    assert desk.hits() == ["new"]
    assert desk.published() == [1]
    assert desk.audited() == [("police:police-1", "proposed"), ("police:police-2", "approved")]
    assert desk.post(f"{path}/approval", who="police-2").json()["code"] == "hotlist.nothing_waiting"
    assert desk.post("/018f0000-0000-7000-8000-000000000000/approval").status_code == 404
    with desk.node.database.begin() as session:
        who = session.execute(text("SELECT changed_by, approved_by FROM hotlist_entry_versions")).one()
    assert tuple(who) == ("police:police-1", "police:police-2")


def test_a_refused_proposal_stays_nothing_and_says_who_refused(desk: Desk, site: Site) -> None:
    entry = desk.propose().json()
    refused = desk.post(f"/{entry['entry_id']}/refusal", {"note": "no such case"}, "police-2").json()
    assert (refused["state"], refused["waiting"]) == ("refused", None)
    desk.pass_by(site)
    assert desk.hits() == []
    assert desk.audited()[-1] == ("police:police-2", "refused")


def test_a_change_waits_while_the_old_entry_stays_in_force(desk: Desk, site: Site) -> None:
    entry_id = desk.propose().json()["entry_id"]
    desk.post(f"/{entry_id}/approval", who="police-2")
    until = (desk.clock.now() + timedelta(days=9)).isoformat()
    body = {
        "plate": "B456OP99",
        "plate_region": "ru",
        "reason": "stolen",
        "legal_basis": "case 1",
        "valid_until": until,
    }
    waiting = desk.post(f"/{entry_id}/correction", body).json()
    assert waiting["plate"] == "A123BC77"
    assert waiting["waiting"]["changes"]["plate"] == ["A123BC77", "B456OP99"]
    assert desk.post(f"/{entry_id}/correction", body).json()["code"] == "hotlist.waiting"
    desk.pass_by(site, "B456OP99")
    desk.pass_by(site, "A123BC77")
    assert [hit["plate"] for hit in desk.get("/hits")["hits"]] == ["A123BC77"]
    corrected = desk.post(f"/{entry_id}/approval", who="police-2").json()
    assert (corrected["plate"], corrected["version"], corrected["content_version"]) == ("B456OP99", 2, 2)
    desk.pass_by(site, "B456OP99")
    desk.pass_by(site, "A123BC77")
    assert [hit["plate"] for hit in desk.get("/hits")["hits"]] == ["B456OP99", "A123BC77"]


def test_an_urgent_entry_holds_for_an_hour_and_not_twice_by_one_person(desk: Desk, site: Site) -> None:
    urgent = desk.propose(urgent=True).json()
    assert (urgent["state"], urgent["is_in_force"]) == ("urgent", True)
    assert desk.published() == [1]
    desk.pass_by(site)
    assert desk.hits() == ["new"]
    desk.clock.advance(timedelta(minutes=59, seconds=59))
    desk.pass_by(site)
    assert desk.hits() == ["new", "new"]
    desk.clock.advance(timedelta(seconds=1))
    desk.pass_by(site)
    assert desk.hits() == ["new", "new"]
    assert desk.get(f"/hotlist-entries/{urgent['entry_id']}")["state"] == "expired"
    late = desk.post(f"/{urgent['entry_id']}/approval", who="police-2")
    assert (late.status_code, late.json()["code"]) == (409, "hotlist.nothing_waiting")
    again = desk.propose(urgent=True)
    assert (again.status_code, again.json()["code"]) == (409, "hotlist.urgent_again")
    assert desk.propose("police-2", urgent=True).status_code == 201
    assert desk.propose(urgent=True, plate="B456OP99").status_code == 201


def test_withdrawing_an_urgent_entry_is_no_way_to_renew_it(desk: Desk) -> None:
    entry_id = desk.propose(urgent=True).json()["entry_id"]
    assert desk.post(f"/{entry_id}/withdrawal").json()["state"] == "withdrawn"
    assert desk.propose(urgent=True).json()["code"] == "hotlist.urgent_again"


def test_an_urgent_entry_approved_within_the_hour_holds_to_its_term(desk: Desk, site: Site) -> None:
    entry_id = desk.propose(urgent=True).json()["entry_id"]
    desk.clock.advance(timedelta(minutes=30))
    approved = desk.post(f"/{entry_id}/approval", who="police-2").json()
    assert (approved["version"], approved["state"], approved["content_version"]) == (2, "in_force", 1)
    desk.clock.advance(timedelta(days=1))
    desk.pass_by(site)
    assert desk.hits() == ["new"]
    assert desk.propose(urgent=True).status_code == 201


def test_a_refused_urgent_entry_ends_at_once(desk: Desk, site: Site) -> None:
    entry_id = desk.propose(urgent=True).json()["entry_id"]
    assert desk.post(f"/{entry_id}/refusal", who="police-2").json()["state"] == "withdrawn"
    desk.pass_by(site)
    assert desk.hits() == []
    assert desk.published() == [1, 2]


def test_one_person_withdraws_at_once_what_waits_too(desk: Desk, site: Site) -> None:
    entry_id = desk.propose().json()["entry_id"]
    assert desk.post(f"/{entry_id}/withdrawal").json()["state"] == "withdrawn"
    assert desk.post(f"/{entry_id}/approval", who="police-2").json()["code"] == "hotlist.nothing_waiting"
    listed = desk.propose().json()["entry_id"]
    desk.post(f"/{listed}/approval", who="police-2")
    desk.post(f"/{listed}/confirmation", {"valid_until": (desk.clock.now() + timedelta(days=5)).isoformat()})
    assert desk.post(f"/{listed}/withdrawal", who="police-2").json()["state"] == "withdrawn"
    assert desk.post(f"/{listed}/approval", who="police-2").json()["code"] == "hotlist.nothing_waiting"
    desk.pass_by(site)
    assert desk.hits() == []


LIST = {
    "title": "Test list", "reason": "stolen", "priority": 2, "confirm_every_days": 10, "longest_days": 20,
    "alert_policy": "notify", "writers": ["police:police-1"],
}  # fmt: skip


def define(desk: Desk, code: str, role: Role = Role.ADMINISTRATOR, **changes: Any) -> Any:
    return desk.client.put(f"/v1/hotlists/{code}", json=LIST | changes, headers=desk.log_in(role))


def test_six_lists_stand_from_the_beginning_and_administrators_define_more(desk: Desk) -> None:
    lists = {one["code"]: one for one in desk.get("/hotlists")["hotlists"]}
    assert set(lists) == {reason.value for reason in HotlistReason}
    assert {code for code, one in lists.items() if one["alert_policy"] != "dispatch"} == {
        "unpaid_fines",
        "no_insurance",
    }
    assert define(desk, "own", Role.POLICE).status_code == 403
    assert define(desk, "own").json()["alert_policy"] == "notify"
    for changes, code in (
        ({"reason": "unpaid_fines", "alert_policy": "dispatch"}, "hotlist.never_dispatch"),
        ({"widest_policy": "partial"}, "hotlist.partial"),
        ({"match_policy": "confusable"}, "hotlist.policy"),
        ({"priority": 4}, "request.invalid"),
    ):
        assert define(desk, "own", **changes).json()["code"] == code
    with desk.node.database.begin() as session:
        audited = session.execute(
            text("SELECT object_id, details FROM audit_rows WHERE tag LIKE 'hotlists:list:%'")
        ).one()
    assert (audited.object_id, json.loads(audited.details)["longest_days"]) == ("own", 20)


def test_a_list_says_what_its_entries_may_do(desk: Desk, site: Site) -> None:
    define(desk, "own")
    assert desk.propose(list_code="absent").json()["code"] == "hotlist.unknown"
    assert (
        desk.propose("police-2", list_code="own", reason=None, valid_until=soon(desk)).json()["code"]
        == "hotlist.writer"
    )
    assert desk.propose(list_code="own", reason="wanted").json()["code"] == "hotlist.reason"
    assert desk.propose(list_code="own").json()["code"] == "hotlist.term"
    assert desk.propose(list_code="own", reason=None, urgent=True, valid_until=soon(desk)).json()["code"] == (
        "hotlist.not_urgent"
    )
    entry = desk.propose(list_code="own", reason=None, valid_until=soon(desk)).json()
    assert (entry["list_code"], entry["reason"], entry["priority"]) == ("own", "stolen", 2)
    assert desk.post(f"/{entry['entry_id']}/approval", who="police-2").json()["code"] == "hotlist.writer"
    define(desk, "own", writers=["police"])
    desk.post(f"/{entry['entry_id']}/approval", who="police-2")
    desk.pass_by(site)
    assert desk.hits() == ["notified"]
    define(desk, "own", writers=["police"], alert_policy="silent")
    desk.pass_by(site)
    assert desk.hits() == ["recorded", "notified"]


def test_unpaid_fines_call_nobody(desk: Desk, site: Site) -> None:
    entry = desk.propose(reason="unpaid_fines").json()
    desk.post(f"/{entry['entry_id']}/approval", who="police-2")
    desk.pass_by(site)
    assert desk.hits() == ["notified"]


def test_the_database_refuses_a_list_that_stops_people_for_money(node: Node) -> None:
    with pytest.raises(Exception, match="no_stop_for_money"), node.database.begin() as session:
        session.execute(text("UPDATE hotlists SET alert_policy = 'dispatch' WHERE code = 'no_insurance'"))


def test_an_operator_at_the_machine_proposes_and_does_not_decide(node: Node, clock: FixedClock, desk: Desk) -> None:
    new = NewEntry(
        plate="A123BC77", plate_region="ru", reason=HotlistReason.STOLEN, legal_basis="seed",
        valid_until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    with node.database.begin() as session:
        entry = HotlistService(session, node).add(new, actor="operator:seed")
    assert entry.state == "proposed"
    assert desk.post(f"/{entry.entry_id}/approval").json()["state"] == "in_force"


def soon(desk: Desk) -> str:
    return (desk.clock.now() + timedelta(days=15)).isoformat()
