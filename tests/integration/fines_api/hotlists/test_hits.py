"""From a list entry to an officer's verdict."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.kit.errors import ForbiddenError, InvalidError, NotFoundError
from fines_api.node import Node
from recognition.contracts import (
    HotlistEntryRecord,
    HotlistReason,
    ImageRole,
    PlateKey,
    RegionHitRecord,
    Site,
    VehicleClass,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def police(log_in: Callable[..., Any]) -> dict[str, str]:
    return dict(log_in(Role.POLICE))


def entry_body(clock: FixedClock, **changes: Any) -> dict[str, Any]:
    return {
        "plate": "а123вс 77",  # Cyrillic, lower case, with a blank
        "plate_region": "ru",
        "plate_type": None,
        "reason": "stolen",
        "priority": 1,
        "description": "white Lada, dent on the left",
        "legal_basis": "case 12401450001000123",
        "valid_until": (clock.now() + timedelta(days=30)).isoformat(),
    } | changes


def propose(client: Any, police: dict[str, str], clock: FixedClock, **changes: Any) -> Any:
    return client.post("/v1/hotlist-entries", json=entry_body(clock, **changes), headers=police)


@pytest.fixture
def agree(client: Any, log_in: Callable[..., Any]) -> Callable[[Any], Any]:
    """Let the colleague approve what an answer proposed."""

    def approve(answer: Any) -> Any:
        second = log_in(Role.POLICE, "police-2")
        url = f"/v1/hotlist-entries/{answer.json()['entry_id']}/approval"
        return client.post(url, json={"note": "checked"}, headers=second)

    return approve


@pytest.fixture
def add(agree: Callable[[Any], Any]) -> Callable[..., Any]:
    """Put a vehicle on a list: one proposes, the colleague approves."""

    def put(client: Any, police: dict[str, str], clock: FixedClock, **changes: Any) -> Any:
        return agree(propose(client, police, clock, **changes))

    return put


def hits(client: Any, police: dict[str, str], state: str | None = None) -> list[dict[str, Any]]:
    answer = client.get("/v1/hits", params={"state": state} if state else {}, headers=police)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["hits"])


def drive_by(device: Any, build: Any, clock: FixedClock, **about: Any) -> Any:
    passage = build.passage(clock.now(), **about)
    assert device.send(device.passage(passage))[0]["status"] == "accepted"
    return passage


def test_a_listed_car_is_a_possible_match_with_its_pictures(
    *,
    client: Any,
    police: dict[str, str],
    clock: FixedClock,
    device: Any,
    build: Any,
    site: Site,
    add: Callable[..., Any],
) -> None:
    entry = add(client, police, clock).json()
    assert (entry["plate"], entry["plate_type"], entry["plate_display"]) == ("A123BC77", "1", "А123ВС 77")
    plate, car = build.jpeg(b"plate"), build.jpeg(b"car")
    device.put(plate)
    device.put(car)
    passage = drive_by(device, build, clock, images={ImageRole.PLATE: plate, ImageRole.VEHICLE: car})
    drive_by(device, build, clock, plate="A124BC77")
    (hit,) = hits(client, police)
    assert {
        "entry_id": entry["entry_id"], "state": "new", "plate": "A123BC77", "place": "Test road, km 7",
        "latitude": 55.75, "owner_region": "77", "seen_region": "77", "reason": "stolen", "priority": 1,
    }.items() <= hit.items()  # fmt: skip
    assert client.get(hit["images"]["plate"], headers=police).content == plate
    assert client.get(hit["images"]["vehicle"], headers=police).content == car
    assert client.get(f"/v1/hits/{hit['id']}", headers=police).json() == hit
    for missing in (f"/v1/hits/{hit['id'] + 1}", "/v1/hits/99999999999999999999999", f"/v1/hits/{2**63}"):
        assert client.get(missing, headers=police).status_code in {404, 422}
    found = client.get("/v1/passages", params={"plate": "а123ВС77"} | _GROUNDS, headers=police).json()["passages"]
    assert [each["passage_id"] for each in found] == [str(passage.passage_id)]


_GROUNDS = {"purpose": "stolen_vehicle", "case_number": "12401450001000123"}
_NO_PLATES = (
    ("A123BC7*", "hotlist.wildcard"),
    ("%", "request.invalid"),
    ("A%3BC77", "hotlist.wildcard"),
    ("A1_3BC77", "hotlist.wildcard"),
    ("'; DROP TABLE users", "hotlist.plate"),
    ("Ж123ВС77", "hotlist.plate"),
    ("A123BC", "hotlist.plate"),
    ("A" * 33, "request.invalid"),
    ("\u202eA123BC77\x00Z", "hotlist.plate"),
)


def test_an_entry_names_one_real_plate(client: Any, police: dict[str, str], clock: FixedClock) -> None:
    for plate, code in _NO_PLATES:
        answer = propose(client, police, clock, plate=plate)
        assert (plate, answer.status_code, answer.json()["code"]) == (plate, 422, code)


def test_the_same_text_in_two_layouts_must_be_told_apart(
    client: Any, police: dict[str, str], clock: FixedClock
) -> None:
    assert propose(client, police, clock, plate="AA000777").json()["code"] == "hotlist.plate_type"


def test_the_key_is_country_type_and_text(
    *,
    client: Any,
    police: dict[str, str],
    clock: FixedClock,
    device: Any,
    build: Any,
    site: Site,
    add: Callable[..., Any],
) -> None:
    add(client, police, clock)
    drive_by(device, build, clock, plate_type="9")
    assert hits(client, police) == []
    drive_by(device, build, clock)
    assert len(hits(client, police)) == 1


def test_another_class_of_vehicle_calls_nobody(
    *,
    client: Any,
    police: dict[str, str],
    clock: FixedClock,
    device: Any,
    build: Any,
    site: Site,
    add: Callable[..., Any],
) -> None:
    """Aurora, Colorado, 2020: the listed plate was a motorcycle's of another state, the car stopped was a family's."""
    add(client, police, clock, vehicle_class="motorcycle")
    drive_by(device, build, clock, vehicle_class=VehicleClass.CAR)
    assert hits(client, police, "new") == []
    assert len(hits(client, police, "withheld")) == 1
    drive_by(device, build, clock, vehicle_class=VehicleClass.UNKNOWN)
    assert len(hits(client, police, "new")) == 1


def test_stale_and_withdrawn_entries_do_not_alert(
    *,
    client: Any,
    police: dict[str, str],
    clock: FixedClock,
    device: Any,
    build: Any,
    site: Site,
    add: Callable[..., Any],
    agree: Callable[..., Any],
) -> None:
    entry = add(client, police, clock, valid_until=(clock.now() + timedelta(minutes=10)).isoformat()).json()
    clock.advance(timedelta(minutes=11))
    drive_by(device, build, clock)
    assert hits(client, police) == []
    url = f"/v1/hotlist-entries/{entry['entry_id']}"
    until = (clock.now() + timedelta(days=1)).isoformat()
    waiting = client.post(f"{url}/confirmation", json={"valid_until": until}, headers=police)
    assert (waiting.json()["version"], waiting.json()["waiting"]["action"]) == (1, "confirmed")
    assert hits(client, police) == []
    assert agree(waiting).json()["version"] == 2
    assert len(hits(client, police)) == 1  # the passage of a minute ago, found by the back-search
    assert client.post(f"{url}/withdrawal", headers=police).json()["is_withdrawn"] is True
    assert client.post(f"{url}/withdrawal", json={"note": "again"}, headers=police).json()["version"] == 3
    drive_by(device, build, clock)
    assert len(hits(client, police)) == 1
    assert client.post(f"{url}/confirmation", json={"valid_until": until}, headers=police).status_code == 409


def test_terms_are_bounded(client: Any, police: dict[str, str], clock: FixedClock) -> None:
    for days in (-1, 400):
        until = (clock.now() + timedelta(days=days)).isoformat()
        assert propose(client, police, clock, valid_until=until).json()["code"] == "hotlist.term"


def test_back_search_reaches_three_days_and_no_further(
    *,
    node: Node,
    client: Any,
    clock: FixedClock,
    device: Any,
    build: Any,
    site: Site,
    log_in: Callable[..., Any],
    add: Callable[..., Any],
) -> None:
    drive_by(device, build, clock)
    clock.advance(timedelta(hours=71))
    device.open_session()
    recent = drive_by(device, build, clock)
    clock.advance(timedelta(hours=2))
    police = log_in(Role.POLICE)
    assert add(client, police, clock).status_code == 200
    assert [hit["plate"] for hit in hits(client, police)] == [recent.plate.plate]


def test_a_wrong_match_is_not_shown_again_until_the_source_changes_it(
    *,
    client: Any,
    police: dict[str, str],
    clock: FixedClock,
    device: Any,
    build: Any,
    site: Site,
    add: Callable[..., Any],
    agree: Callable[..., Any],
) -> None:
    """Dausman, Colorado: one clerical error, repeated by every camera of the state."""
    entry = add(client, police, clock).json()
    drive_by(device, build, clock)
    (hit,) = hits(client, police, "new")
    url = f"/v1/hits/{hit['id']}/verdict"
    assert client.post(url, json={"verdict": "maybe"}, headers=police).status_code == 422
    judged = client.post(url, json={"verdict": "wrong_vehicle", "note": "another colour"}, headers=police).json()
    assert (judged["state"], judged["verdict_by"]) == ("wrong_vehicle", "police:police-1")
    assert client.post(url, json={"verdict": "wrong_vehicle"}, headers=police).json() == judged
    assert client.post(url, json={"verdict": "correct"}, headers=police).json()["code"] == "hit.judged"
    drive_by(device, build, clock)
    assert hits(client, police, "new") == []
    assert len(hits(client, police, "cleared")) == 1
    until = (clock.now() + timedelta(days=1)).isoformat()
    url = f"/v1/hotlist-entries/{entry['entry_id']}/confirmation"
    agree(client.post(url, json={"valid_until": until}, headers=police))
    drive_by(device, build, clock)
    assert len(hits(client, police, "new")) == 1


def test_a_replayed_passage_makes_no_second_hit(
    *,
    client: Any,
    police: dict[str, str],
    clock: FixedClock,
    device: Any,
    build: Any,
    site: Site,
    add: Callable[..., Any],
) -> None:
    add(client, police, clock)
    passage = build.passage(clock.now())
    event = device.passage(passage)
    for _ in range(3):
        device.send(event)
    device.send(device.passage(passage))  # the same passage told again in a new event
    assert len(hits(client, police)) == 1


def remote_entry(clock: FixedClock, **changes: Any) -> HotlistEntryRecord:
    now = clock.now()
    return HotlistEntryRecord(
        **{
            "entry_id": uuid4(), "owner_region": "50", "version": 1, "plate": "A123BC77", "plate_region": "ru",
            "plate_type": "1", "reason": HotlistReason.STOLEN, "priority": 1, "legal_basis": "case 1",
            "valid_from": now, "valid_until": now + timedelta(days=9), "confirmed_at": now,
        } | changes
    )  # fmt: skip


def test_another_regions_entry_works_here_and_the_hit_is_told(
    *, node: Node, client: Any, police: dict[str, str], clock: FixedClock, device: Any, build: Any, site: Site
) -> None:
    picture = build.jpeg(b"plate")
    device.put(picture)
    drive_by(device, build, clock, images={ImageRole.PLATE: picture})
    record = remote_entry(clock)
    for expected in (True, False):
        with node.database.begin() as session:
            assert HotlistService(session, node).apply_remote(record) is expected
    (hit,) = hits(client, police)
    assert (hit["owner_region"], hit["seen_region"]) == ("50", "77")
    with node.database.begin() as session:
        rows = session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")).all()
    assert [row.task_name for row in rows] == ["regions.send_hit", "news.publish"]
    told = RegionHitRecord.model_validate(rows[0].args["record"])
    assert (str(told.hit_id), told.owner_region, set(told.images)) == (hit["hit_id"], "50", {"plate"})
    url = f"/v1/hotlist-entries/{record.entry_id}/withdrawal"
    assert client.post(url, headers=police).json()["code"] == "hotlist.not_owner"


def test_only_the_owner_and_only_forward(node: Node, clock: FixedClock) -> None:
    record = remote_entry(clock, version=5)
    with node.database.begin() as session:
        service = HotlistService(session, node)
        assert service.apply_remote(record)
        assert not service.apply_remote(record.model_copy(update={"version": 4, "is_withdrawn": True}))
        assert service.entries(10)[0].version == 5
        with pytest.raises(ForbiddenError):
            service.apply_remote(record.model_copy(update={"version": 6, "owner_region": "99"}))
        with pytest.raises(ForbiddenError):
            service.apply_remote(remote_entry(clock, owner_region="77"))
        assert service.apply_remote(record.model_copy(update={"version": 6, "is_withdrawn": True}))
        assert not service.entries(10)[0].is_in_force


def test_a_hit_seen_elsewhere_reaches_our_officer(
    *, node: Node, client: Any, police: dict[str, str], clock: FixedClock, build: Any, add: Callable[..., Any]
) -> None:
    entry = add(client, police, clock).json()
    picture = build.jpeg(b"far away")
    hit = RegionHitRecord(
        hit_id=uuid4(), entry_id=entry["entry_id"], entry_version=1, owner_region="77", seen_region="50",
        passage_id=uuid4(), site_id="far-road", place="Far road", latitude=1, longitude=2, captured_at=clock.now(),
        matched_at=clock.now(), plate=PlateKey(plate="A123BC77", plate_region="ru", plate_type="1"),
        plate_confidence=0.9, vehicle_class=VehicleClass.CAR,
        images={"plate": base64.b64encode(picture).decode()},
    )  # fmt: skip
    for expected in (True, False):
        with node.database.begin() as session:
            assert HotlistService(session, node).record_remote_hit(hit) is expected
    (shown,) = hits(client, police)
    assert (shown["seen_region"], shown["place"], shown["state"]) == ("50", "Far road", "new")
    assert client.get(shown["images"]["plate"], headers=police).content == picture
    for wrong, error in (
        ({"plate": PlateKey(plate="B456OP99", plate_region="ru", plate_type="1")}, InvalidError),
        ({"images": {"plate": "PHNjcmlwdD4="}}, InvalidError),
        ({"images": {"../../x": hit.images["plate"]}}, InvalidError),
        ({"entry_id": uuid4()}, NotFoundError),
    ):
        lie = hit.model_copy(update={"hit_id": uuid4(), "passage_id": uuid4()} | wrong)
        with pytest.raises(error), node.database.begin() as session:
            HotlistService(session, node).record_remote_hit(lie)
    assert len(hits(client, police)) == 1


def test_searches_and_pictures_leave_a_trace(node: Node, client: Any, police: dict[str, str]) -> None:
    query = {"plate": "A123BC77", "purpose": "stolen_vehicle", "case_number": "12401450001000123"}
    assert client.get("/v1/passages", params=query, headers=police).status_code == 200
    assert client.get("/v1/passages", params={"purpose": "curiosity"}, headers=police).status_code == 422
    wrong = {"plate": "%%%%"} | _GROUNDS
    assert client.get("/v1/passages", params=wrong, headers=police).json()["code"] == "passages.plate"
    for left_out, code in (("purpose", "search.purpose"), ("case_number", "search.case_number")):
        unsaid = {name: value for name, value in query.items() if name != left_out}
        assert client.get("/v1/passages", params=unsaid, headers=police).json()["code"] == code
    with node.database.begin() as session:
        row = session.execute(text("SELECT actor, object_id, details FROM audit_rows ORDER BY position DESC")).first()
    assert row is not None
    assert (row.actor, row.object_id) == ("police:police-1", "A123BC77")
    assert '"case_number":"12401450001000123"' in row.details
