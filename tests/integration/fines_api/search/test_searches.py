import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from starlette.testclient import TestClient

from fines_api.audit import verify_chain
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from fines_api.passages.repository import searching
from fines_api.search.finding import Finder
from fines_api.search.policy import Rank
from fines_api.search.schemas import NewSearch
from fines_api.search.sightings.repository import SightingRepository, Wanted

pytestmark = pytest.mark.integration
Officer = Callable[..., dict[str, str]]
Asked = Callable[..., dict[str, Any]]


def found(client: TestClient, headers: dict[str, str], body: dict[str, Any]) -> list[str]:
    answer = client.post("/v1/searches", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return [each["plate"] for each in answer.json()["passages"]]


def refusal(client: TestClient, headers: dict[str, str], body: dict[str, Any]) -> str:
    answer = client.post("/v1/searches", json=body, headers=headers)
    assert answer.status_code >= 400, answer.text
    return str(answer.json()["code"])


def test_plates_are_found_whole_in_part_by_pattern_and_misread(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    police, now = officer("ivanov"), clock.now()
    for plate in ("A123BC77", "A128BC77", "B123BC99", "X777XX177"):
        roads.passes(plate, "north", now)
    roads.refresh()
    for mode, plate, expected in (
        ("exact", "а123вс77", ["A123BC77"]),
        ("partial", "123BC", ["A123BC77", "B123BC99"]),
        ("wildcard", "A12?BC*", ["A123BC77", "A128BC77"]),
        ("wildcard", "?123BC77", ["A123BC77"]),
        ("wildcard", "*77XX*", ["X777XX177"]),
        ("confusable", "A123BC77", ["A123BC77", "A128BC77"]),
        ("exact", "A123BC78", []),
    ):
        assert sorted(found(client, police, asked(plate=plate, mode=mode))) == expected, (mode, plate)
    for mode, plate, code in (
        ("partial", "12", "search.pattern"),
        ("wildcard", "A*B*C*", "search.pattern"),
        ("wildcard", "A%3", "search.pattern"),
        ("partial", "Ж12", "passages.plate"),
    ):
        assert refusal(client, police, asked(plate=plate, mode=mode)) == code, (mode, plate)


def test_place_direction_class_and_time_narrow_a_search(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    police, now = officer("ivanov"), clock.now()
    roads.passes("A123BC77", "north", now, direction="receding")
    roads.passes("A123BC77", "south", now - timedelta(hours=1))
    roads.passes("A123BC77", "far", now - timedelta(hours=20))

    def sites(**changes: Any) -> list[str]:
        answer = client.post("/v1/searches", json=asked(plate="A123BC77", **changes), headers=police)
        assert answer.status_code == 201, answer.text
        return [each["site_id"] for each in answer.json()["passages"]]

    moscow = [[37.0, 55.0], [38.0, 55.0], [38.0, 56.0], [37.0, 56.0], [37.0, 55.0]]
    without_south = [[37.5, 55.5], [37.8, 55.5], [37.8, 55.65], [37.5, 55.65], [37.5, 55.5]]
    assert sites() == ["north", "south", "far"]
    assert sites(sites=["far"]) == ["far"]
    assert sites(polygon={"type": "Polygon", "coordinates": [moscow]}) == ["north", "south"]
    assert sites(polygon={"type": "Polygon", "coordinates": [moscow, without_south]}) == ["north"]
    assert sites(polygon={"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}) == []
    assert sites(direction="receding") == ["north"]
    assert sites(vehicle_class="bus") == []
    assert sites(until=(now - timedelta(minutes=5)).isoformat()) == ["south", "far"]
    bad = asked(plate="A123BC77", polygon={"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]})
    assert refusal(client, police, bad) == "search.polygon"


def test_pages_follow_each_other_without_loss_or_repetition(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    police, now = officer("ivanov"), clock.now()
    expected = {str(roads.passes("A123BC77", "north", now - timedelta(minutes=number // 2))) for number in range(9)}
    answer = client.post("/v1/searches", json=asked(plate="A123BC77", limit=4), headers=police).json()
    url = f"/v1/searches/{answer['search']['search_id']}/results"
    seen = [each["passage_id"] for each in answer["passages"]]
    while answer["next"]:
        answer = client.get(url, params={"after": answer["next"]}, headers=police).json()
        seen += [each["passage_id"] for each in answer["passages"]]
    assert len(seen) == 9
    assert set(seen) == expected
    assert client.get(url, headers=officer("petrov")).status_code == 404
    assert client.get(url, params={"after": "nonsense"}, headers=police).json()["code"] == "search.after"


def test_the_database_itself_shows_no_other_region_and_nothing_older_than_the_rank(
    node: Node, clock: FixedClock, roads: Any, asked: Asked
) -> None:
    """The service's own checks are left out: the finder is asked directly, with a floor and a region of its own."""
    now = clock.now()
    roads.passes("A123BC77", "north", now - timedelta(days=20))
    roads.passes("A123BC77", "south", now - timedelta(days=1))
    roads.refresh()
    body = NewSearch.model_validate(asked(days=100, plate="A123BC77"))
    for floor_days, expected in ((7, ["south"]), (30, ["south", "north"]), (0.5, [])):
        with node.database.begin() as session:
            rows = Finder(session, node, now - timedelta(days=floor_days)).passages(body)
            assert [row.site_id for row in rows] == expected
    everything = Wanted(["A123BC77"], now - timedelta(days=400), now + timedelta(days=1))
    with node.database.begin() as session:
        for region, expected_count in (("77", 2), ("78", 0), ("", 0)):
            with searching(session, region, now - timedelta(days=400)):
                assert len(SightingRepository(session).newest(everything, 10)) == expected_count
        assert len(SightingRepository(session).newest(everything, 10)) == 2  # the owner, to whom nothing is hidden


def test_the_role_of_searches_can_do_nothing_else(node: Node, clock: FixedClock, roads: Any) -> None:
    roads.passes("A123BC77", "north", clock.now())
    roads.refresh()
    for statement in (
        "SELECT last_seen FROM plates",
        "SELECT * FROM users",
        "SELECT * FROM searches",
        "UPDATE passages SET plate = NULL",
        "DELETE FROM plates",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            node.database.begin() as session,
            searching(session, "77", clock.now() - timedelta(days=7)),
        ):
            session.execute(text(statement))
    with node.database.begin() as session:
        with searching(session, "77", clock.now() - timedelta(days=7)):
            assert session.execute(text("SELECT current_user")).scalar_one() == "rubezh_searcher"
            assert session.execute(text("SELECT plate FROM plates")).scalars().all() == ["A123BC77"]
        assert session.execute(text("SELECT current_user")).scalar_one() != "rubezh_searcher"
    with node.database.begin() as session:  # and no transaction after it inherits anything
        assert session.execute(text("SELECT current_setting('rubezh.region', true)")).scalar_one() in {None, ""}


def test_the_role_is_given_back_when_a_search_is_refused_half_way(node: Node, clock: FixedClock) -> None:
    with node.database.begin() as session:
        with pytest.raises(ValueError, match="half way"), searching(session, "77", clock.now()):
            raise ValueError("half way")
        assert session.execute(text("SELECT current_user")).scalar_one() != "rubezh_searcher"


def test_how_far_back_is_a_matter_of_rank(
    *, client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked, log_in: Any
) -> None:
    roads.passes("A123BC77", "north", clock.now() - timedelta(days=60))
    inspector = officer("ivanov")
    assert refusal(client, inspector, asked(days=8, plate="A123BC77")) == "search.rank"
    assert found(client, inspector, asked(days=6, plate="A123BC77")) == []
    administrator = log_in(Role.ADMINISTRATOR)
    change = {"rank": "investigator"}
    assert client.put("/v1/searchers/ivanov/rank", json=change, headers=inspector).status_code == 403
    assert client.put("/v1/searchers/nobody/rank", json=change, headers=administrator).status_code == 404
    assert client.put("/v1/searchers/ivanov/rank", json=change, headers=administrator).status_code == 204
    assert found(client, inspector, asked(days=89, plate="A123BC77")) == ["A123BC77"]
    assert refusal(client, inspector, asked(days=91, plate="A123BC77")) == "search.rank"
    assert refusal(client, inspector, asked(days=-1, plate="A123BC77")) == "search.window"


def test_a_search_says_what_it_is_for(client: TestClient, officer: Officer, asked: Asked) -> None:
    police = officer("ivanov")
    for changes, code in (
        ({"purpose": None}, "search.purpose"),
        ({"purpose": "curiosity"}, "request.invalid"),
        ({"case_number": None}, "search.case_number"),
        ({"case_number": "none"}, "search.case_number"),
        ({"legal_basis": ""}, "request.invalid"),
    ):
        assert refusal(client, police, asked(plate="A123BC77") | changes) == code


def test_deep_searches_and_traces_wait_for_a_second_person(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    chief, second, low = officer("chief", Rank.CHIEF), officer("second", Rank.INVESTIGATOR), officer("low")
    roads.passes("A123BC77", "north", clock.now() - timedelta(days=200))
    answer = client.post("/v1/searches", json=asked(days=300, plate="A123BC77"), headers=chief).json()
    assert answer["search"]["state"] == "awaiting_approval"
    assert answer["passages"] is None
    url = f"/v1/searches/{answer['search']['search_id']}"
    yes = {"is_approved": True, "note": "seen"}
    assert client.get(f"{url}/results", headers=chief).json()["code"] == "search.waits"
    assert client.post(f"{url}/approval", json=yes, headers=chief).json()["code"] == "search.own"
    assert client.post(f"{url}/approval", json=yes, headers=low).json()["code"] == "search.rank"
    assert [each["search_id"] for each in client.get("/v1/searches/waiting", headers=second).json()["searches"]] == [
        answer["search"]["search_id"]
    ]
    assert client.get("/v1/searches/waiting", headers=low).json()["searches"] == []
    assert client.post(f"{url}/approval", json=yes, headers=second).json()["decided_by"] == "second"
    assert client.post(f"{url}/approval", json=yes, headers=second).json()["code"] == "search.decided"
    shown = client.get(f"{url}/results", headers=chief).json()
    assert [each["plate"] for each in shown["passages"]] == ["A123BC77"]
    clock.advance(timedelta(hours=25))
    chief = officer("chief")
    assert client.get(f"{url}/results", headers=chief).json()["code"] == "search.expired"
    trace = client.post("/v1/searches", json=asked(kind="trace", plate="A123BC77"), headers=low or chief)
    assert trace.status_code == 401  # the session of a day ago has ended
    low = officer("low")
    trace = client.post("/v1/searches", json=asked(kind="trace", plate="A123BC77"), headers=low).json()
    assert trace["search"]["state"] == "awaiting_approval"
    url = f"/v1/searches/{trace['search']['search_id']}"
    no = {"is_approved": False, "note": "no grounds"}
    assert client.post(f"{url}/approval", json=no, headers=officer("second")).json()["state"] == "refused"
    assert client.get(f"{url}/results", headers=low).json()["code"] == "search.refused"


def test_searches_of_one_officer_are_counted_by_the_hour_in_the_database(
    node: Node, client: TestClient, clock: FixedClock, officer: Officer, asked: Asked
) -> None:
    police, most = officer("ivanov"), node.settings.searches_per_hour
    for _ in range(most):
        found(client, police, asked(plate="A123BC77"))
    assert refusal(client, police, asked(plate="A123BC77")) == "search.too_many"
    assert found(client, officer("petrov"), asked(plate="A123BC77")) == []
    clock.advance(timedelta(minutes=61))
    assert found(client, officer("ivanov"), asked(plate="A123BC77")) == []


def test_every_search_is_in_the_book_and_in_the_chain(
    *, node: Node, client: TestClient, clock: FixedClock, roads: Any, officer: Officer, asked: Asked
) -> None:
    roads.passes("A123BC77", "north", clock.now())
    found(client, officer("ivanov"), asked(plate="a123bc77"))
    found(client, officer("petrov"), asked(plate="B456OP99", purpose="accident"))
    auditor = officer("auditor", role=Role.AUDITOR)

    def book(**query: Any) -> list[tuple[str, str, int]]:
        answer = client.get("/v1/searches", params=query, headers=auditor)
        assert answer.status_code == 200, answer.text
        return [(each["officer"], each["plate"], each["found"]) for each in answer.json()["searches"]]

    ivanov, petrov = ("ivanov", "A123BC77", 1), ("petrov", "B456OP99", 0)
    assert sorted(book()) == [ivanov, petrov]
    assert book(officer="ivanov") == [ivanov]
    assert book(plate="в456ор99") == [petrov]
    assert book(purpose="accident") == [petrov]
    assert book(until=(clock.now() - timedelta(minutes=1)).isoformat()) == []
    assert client.get("/v1/searches", headers=officer("ivanov")).status_code == 403
    assert client.post("/v1/searches", json=asked(plate="A123BC77"), headers=auditor).status_code == 403
    with node.database.begin() as session:
        asked_ones = (
            "SELECT actor, object_id, details FROM audit_rows WHERE tag = 'searches:search:asked' ORDER BY position"
        )
        rows = session.execute(text(asked_ones)).all()
        assert verify_chain(session)[1] is None
    assert [(row.actor, row.object_id) for row in rows] == [
        ("police:ivanov", "A123BC77"),
        ("police:petrov", "B456OP99"),
    ]
    assert json.loads(rows[0].details)["case_number"] == "12401450001000123"
    with pytest.raises(Exception, match="never changed or removed"), node.database.begin() as session:
        session.execute(text("DELETE FROM searches"))


def test_an_auditor_is_told_of_repetition_and_of_searches_at_night(
    client: TestClient, clock: FixedClock, officer: Officer, asked: Asked
) -> None:
    noon = clock.now().replace(hour=9, minute=0, second=0, microsecond=0)  # 12:00 in Moscow
    for day in range(5):
        clock.moment = noon + timedelta(days=day)
        found(client, officer("ivanov"), asked(plate="A123BC77"))
        found(client, officer("petrov"), asked(plate=f"A12{day}BC77"))
    clock.advance(timedelta(hours=13))  # 01:00 in Moscow
    found(client, officer("petrov"), asked(plate="B456OP99"))
    told = client.get("/v1/searches/anomalies", headers=officer("auditor", role=Role.AUDITOR)).json()
    assert [(each["officer"], each["plate"], len(each["days"])) for each in told["repeated"]] == [
        ("ivanov", "A123BC77", 5)
    ]
    assert [(each["officer"], each["plate"]) for each in told["off_hours"]] == [("petrov", "B456OP99")]


def test_the_plain_list_shows_a_plate_no_further_back_than_everybody_may_look(
    client: TestClient, clock: FixedClock, roads: Any, officer: Officer
) -> None:
    roads.passes("A123BC77", "north", clock.now() - timedelta(days=6))
    roads.passes("A123BC77", "south", clock.now() - timedelta(days=8))
    query = {"plate": "A123BC77", "purpose": "accident", "case_number": "case 42"}
    shown = client.get("/v1/passages", params=query, headers=officer("chief", Rank.CHIEF)).json()["passages"]
    assert [each["site_id"] for each in shown] == ["north"]
