from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from fines_api.passages.pseudonym import pseudonym
from fines_api.search.policy import Rank

pytestmark = pytest.mark.integration
Officer = Callable[..., dict[str, str]]
Asked = Callable[..., dict[str, Any]]


def answered(client: TestClient, officer: Officer, body: dict[str, Any]) -> dict[str, Any]:
    """Ask, let a second person agree where one must, and look."""
    police = officer("ivanov")
    answer = client.post("/v1/searches", json=body, headers=police)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    if found["search"]["state"] == "awaiting_approval":
        url = f"/v1/searches/{found['search']['search_id']}"
        second = officer("second", Rank.INVESTIGATOR)
        assert client.post(f"{url}/approval", json={"is_approved": True}, headers=second).status_code == 200
        found = client.get(f"{url}/results", headers=police).json()
    return found


def test_a_trace_tells_the_way_with_gaps_and_what_no_car_drives(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    begun = clock.now() - timedelta(hours=10)
    for minutes, site in ((0, "north"), (30, "centre"), (55, "south"), (300, "centre"), (310, "far")):
        roads.passes("A123BC77", site, begun + timedelta(minutes=minutes))
    roads.passes("B456OP99", "north", begun)
    answer = answered(client, officer, asked(kind="trace", plate="A123BC77"))
    trace = answer["trace"]
    assert [(step["site_id"], step["flags"]) for step in trace] == [
        ("north", []), ("centre", []), ("south", []), ("centre", ["gap"]), ("far", ["impossible"])
    ]  # fmt: skip
    assert trace[0]["gap_s"] is None
    assert trace[1]["gap_s"] == 1800
    assert trace[1]["distance_m"] == pytest.approx(16_700, abs=100)
    assert trace[1]["mean_kmh"] == pytest.approx(33.4, abs=0.3)
    assert answer["search"]["found"] == 5


def test_company_stands_out_of_the_traffic_of_the_same_road(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    officer("ivanov", Rank.INVESTIGATOR)
    morning = clock.now() - timedelta(days=12)
    for day in range(10):
        at = morning + timedelta(days=day)
        for number, site in enumerate(("north", "centre", "south")):
            there = at + timedelta(minutes=20 * number)
            roads.passes("A123BC77", site, there)
            roads.passes("F777FF77", site, there + timedelta(seconds=15))
            roads.passes("C111CC77", site, there + timedelta(seconds=60 * (day - 4) + 30))
    body = asked(days=13, kind="convoy", plate="A123BC77", within_s=60, common_sites=2)
    found = {each["key"]["plate"]: each for each in answered(client, officer, body)["companions"]}
    assert found["F777FF77"]["is_likely"]
    assert (found["F777FF77"]["near_journeys"], found["F777FF77"]["common_sites"]) == (10, 3)
    assert "C111CC77" in found
    assert not found["C111CC77"]["is_likely"]
    assert answered(client, officer, body | {"common_sites": 4})["companions"] == []


def test_a_stake_out_finds_who_was_at_most_of_the_places(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    at = [clock.now() - timedelta(days=day) for day in (3, 2, 1)]
    for plate, visits in (("A123BC77", (0, 1, 2)), ("B456OP99", (0, 2)), ("C789TT50", (1, 1))):
        for number, visit in enumerate(visits):
            roads.passes(plate, ("north", "centre", "south")[visit], at[visit] + timedelta(minutes=number))
    places = [
        {"site_id": site, "since": moment.isoformat(), "until": (moment + timedelta(minutes=30)).isoformat()}
        for site, moment in zip(("north", "centre", "south"), at, strict=True)
    ]
    grounds = {name: value for name, value in asked().items() if name not in {"since", "until"}}
    body = grounds | {"kind": "stake_out", "places": places, "at_least": 2}
    found = [(each["key"]["plate"], each["places"]) for each in answered(client, officer, body)["present"]]
    assert found == [("A123BC77", [0, 1, 2]), ("B456OP99", [0, 2])]
    found = answered(client, officer, body | {"at_least": 3})["present"]
    assert [each["key"]["plate"] for each in found] == ["A123BC77"]
    police = officer("ivanov")
    assert client.post("/v1/searches", json=body | {"at_least": 4}, headers=police).status_code == 422
    old = [place | {"since": (at[0] - timedelta(days=30)).isoformat()} for place in places]
    assert client.post("/v1/searches", json=body | {"places": old}, headers=police).json()["code"] == "search.rank"


def test_those_who_were_forgotten_are_nowhere_in_company(
    *, node: Node, client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    at = clock.now() - timedelta(days=4)
    for minutes, site in ((0, "north"), (20, "centre")):
        for plate in ("A123BC77", "B456OP99", "C789TT50"):
            roads.passes(plate, site, at + timedelta(minutes=minutes))
    with node.database.begin() as session:
        forgotten = {"plate": pseudonym(b"k" * 32, "C789TT50")}
        session.execute(text("UPDATE passages SET plate = :plate, event = '' WHERE plate = 'C789TT50'"), forgotten)
    window = {"since": at.isoformat(), "until": (at + timedelta(hours=1)).isoformat()}
    places = [{"site_id": site} | window for site in ("north", "centre")]
    grounds = {name: value for name, value in asked().items() if name not in {"since", "until"}}
    present = answered(client, officer, grounds | {"kind": "stake_out", "places": places, "at_least": 2})["present"]
    assert {each["key"]["plate"] for each in present} == {"A123BC77", "B456OP99"}
    body = asked(kind="convoy", plate="A123BC77", within_s=60, common_sites=2)
    companions = answered(client, officer, body)["companions"]
    assert {each["key"]["plate"] for each in companions} == {"B456OP99"}
