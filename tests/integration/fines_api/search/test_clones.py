from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from starlette.testclient import TestClient

from fines_api.cases.service import CaseService
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from fines_api.registry.schemas import VehicleImport
from fines_api.registry.service import RegistryService
from fines_api.search.jobs import find_clones, forget_plates
from fines_api.search.service import SearchService
from fines_api.sites.service import SiteService
from recognition.contracts import PlateKey, VehicleClass
from recognition.evidence import SigningKey

pytestmark = pytest.mark.integration
Officer = Callable[..., dict[str, str]]
KEY = PlateKey(plate="A123BC77", plate_region="ru", plate_type="1")


def suspicions(client: TestClient, headers: dict[str, str], **query: str) -> list[dict[str, Any]]:
    answer = client.get("/v1/clone-suspicions", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["suspicions"])


def is_cloned(node: Node, at: Any, key: PlateKey = KEY) -> bool:
    with node.database.begin() as session:
        return SearchService(session, node).is_cloned_at(key, at)


def test_a_plate_in_two_towns_at_once_is_one_suspicion(
    node: Node, client: TestClient, clock: FixedClock, roads: Any, officer: Officer
) -> None:
    now, police = clock.now(), officer("ivanov")
    roads.passes("A123BC77", "far", now)  # the later one arrives first
    find_clones(node)
    assert suspicions(client, police) == []
    roads.passes("A123BC77", "centre", now - timedelta(minutes=40))
    roads.passes("A123BC77", "north", now - timedelta(minutes=70))
    roads.passes("B456OP99", "north", now - timedelta(minutes=40))
    roads.passes("B456OP99", "centre", now)
    roads.passes("C789TT50", "north", now, bound_ms=None)
    roads.passes("C789TT50", "far", now)
    find_clones(node)
    find_clones(node)
    (found,) = suspicions(client, police)
    assert found["key"]["plate"] == "A123BC77"
    assert (found["first_place"], found["second_place"]) == ("Road centre", "Road far")
    assert found["needed_kmh"] == pytest.approx(951, abs=10)
    assert found["state"] == "open"


def test_a_person_decides_and_a_dismissed_pair_stays_dismissed(
    node: Node, client: TestClient, clock: FixedClock, roads: Any, officer: Officer
) -> None:
    now, police = clock.now(), officer("ivanov")
    roads.passes("A123BC77", "centre", now - timedelta(minutes=40))
    roads.passes("A123BC77", "far", now)
    find_clones(node)
    (found,) = suspicions(client, police, state="open")
    assert is_cloned(node, now)
    assert is_cloned(node, now - timedelta(days=29))
    assert not is_cloned(node, now - timedelta(days=40))
    assert not is_cloned(node, now, KEY.model_copy(update={"plate_type": "2"}))
    url = f"/v1/clone-suspicions/{found['suspicion_id']}/decision"
    assert client.post(url, json={"state": "open", "reason": "again"}, headers=police).status_code == 422
    assert client.post(url, json={"state": "dismissed", "reason": ""}, headers=police).status_code == 422
    confirmed = client.post(url, json={"state": "confirmed", "reason": "two cars in the pictures"}, headers=police)
    assert confirmed.json()["decided_by"] == "ivanov"
    assert is_cloned(node, now)
    assert client.post(url, json={"state": "dismissed", "reason": "a tow truck"}, headers=police).status_code == 200
    again = client.post(url, json={"state": "confirmed", "reason": "or not"}, headers=police)
    assert again.json()["code"] == "clone.decided"
    assert not is_cloned(node, now)
    find_clones(node)
    assert [each["state"] for each in suspicions(client, police)] == ["dismissed"]
    roads.passes("A123BC77", "south", now + timedelta(minutes=5))
    find_clones(node)
    assert sorted(each["state"] for each in suspicions(client, police)) == ["dismissed", "open"]


@pytest.mark.parametrize("is_suspected", [True, False])
@pytest.mark.parametrize(("colour", "is_original"), [("white", True), ("black", False), (None, False)])
def test_a_suspicion_holds_cases_unless_the_vehicle_shown_is_the_registered_one(
    *, node: Node, clock: FixedClock, roads: Any, build: Any, is_suspected: bool, colour: str | None, is_original: bool
) -> None:
    now, key = clock.now(), SigningKey.generate()
    car = VehicleImport(
        **KEY.model_dump(), certificate_number=SecretStr("77 12 345678"), make="Lada", model="Vesta", colour="White",
        vehicle_class=VehicleClass.CAR,
    )  # fmt: skip
    with node.database.begin() as session:
        SiteService(session, node).register(build.site(now), actor="test")
        RegistryService(session, node).register(car, source="test", actor="test")
    if is_suspected:
        roads.passes("A123BC77", "centre", now - timedelta(minutes=40))
        roads.passes("A123BC77", "far", now)
        find_clones(node)
    candidate, package = build.candidate(now, key)
    shown = candidate.model_copy(update={"facts": candidate.facts | ({"colour": colour} if colour else {})})
    with node.database.begin() as session:
        case = CaseService(session, node).view(CaseService(session, node).open(shown, package.manifest))
    is_held = is_suspected and not is_original
    assert case.hold_reason == ("clone_suspected" if is_held else None)
    failed = [gate["gate"] for gate in case.gates if not gate["is_passed"]]
    assert failed == (["clone_suspected"] if is_held else [])


def test_plates_nobody_may_search_for_any_more_are_forgotten(node: Node, clock: FixedClock, roads: Any) -> None:
    now = clock.now()
    roads.passes("A123BC77", "centre", now - timedelta(days=402))
    roads.passes("B456OP99", "centre", now - timedelta(days=398))
    roads.refresh()
    forget_plates(node)
    with node.database.begin() as session:
        assert session.execute(text("SELECT plate FROM plates")).scalars().all() == ["B456OP99"]
