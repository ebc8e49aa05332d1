"""Events in: once, in order or not, poisoned or forged; and the receipt for each."""

import base64
import json
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.identity.schemas import Role
from fines_api.intake import quarantine
from fines_api.intake.admission import DeviceBudgets
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from recognition.contracts import EventType, ImageRole, Site
from recognition.evidence import SigningKey, canonical_bytes, sign_envelope

pytestmark = pytest.mark.integration


def count(node: Node, table: str) -> int:
    with node.database.begin() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_passage_is_accepted_once_and_replays_change_nothing(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    plate, car = build.jpeg(b"plate"), build.jpeg(b"car")
    passage = build.passage(clock.now(), images={ImageRole.PLATE: plate, ImageRole.VEHICLE: car})
    candidate, package = build.candidate(clock.now(), device.key)
    events = [device.passage(passage), device.candidate(candidate)]

    assert [result["status"] for result in device.send(*events)] == ["retry", "retry"]
    assert count(node, "intake_events") == 0
    assert [device.put(data).status_code for data in (plate, car, plate)] == [201, 201, 200]
    assert device.put(package.data, "application/zip").status_code == 201
    assert [result["status"] for result in device.send(*events)] == ["accepted", "accepted"]
    before = [count(node, name) for name in ("passages", "intake_events", "intake_candidates", "procrastinate_jobs")]
    for _ in range(2):
        assert [result["status"] for result in device.send(*events)] == ["duplicate", "duplicate"]
    after = [count(node, name) for name in ("passages", "intake_events", "intake_candidates", "procrastinate_jobs")]
    assert before == after == [1, 2, 1, 1]
    assert count(node, "intake_gaps") == count(node, "intake_alarms") == count(node, "quarantine_items") == 0


def test_other_content_at_the_same_place_is_equivocation(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    first = device.passage(build.passage(clock.now()))
    device.seq, device.previous = 0, "0" * 64
    second = device.passage(build.passage(clock.now(), plate="B456OP99"))
    assert device.send(first)[0]["status"] == "accepted"
    for _ in range(2):
        result = device.send(second)[0]
        assert (result["status"], result["code"]) == ("quarantined", "intake.equivocation")
    assert count(node, "passages") == 1
    assert count(node, "intake_alarms") == 1
    assert count(node, "quarantine_items") == 1


def test_a_forged_signature_gets_no_place_and_is_kept(
    *, node: Node, device: Any, build: Any, site: Site, clock: FixedClock, client: Any, log_in: Callable[..., Any]
) -> None:
    honest = device.passage(build.passage(clock.now()))
    forged = sign_envelope(
        base64.b64decode(honest["payload"]), honest["payloadType"], SigningKey.generate()
    ).model_dump()
    changed = honest | {"payload": base64.b64encode(base64.b64decode(honest["payload"]) + b" ").decode()}
    results = device.send(forged, changed, honest)
    assert [result["code"] for result in results] == ["evidence.signature_invalid"] * 2 + [None]
    assert results[2]["status"] == "accepted"
    shown = client.get("/v1/quarantine", headers=log_in(Role.ADMINISTRATOR)).json()
    assert shown["total"] == 2
    assert {item["code"] for item in shown["items"]} == {"evidence.signature_invalid"}


def test_one_device_cannot_speak_for_another(
    node: Node, make_device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    ours, theirs = make_device("cam-a"), make_device("cam-b")
    event = ours.passage(build.passage(clock.now(), device_id="cam-a"))
    assert theirs.send(event)[0]["code"] == "evidence.signature_invalid"
    lying = theirs.passage(build.passage(clock.now(), device_id="cam-a"))
    assert theirs.send(lying)[0]["code"] == "intake.wrong_device"
    assert count(node, "passages") == 0


def test_poison_does_not_stop_the_events_behind_it(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    def poisoned(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        data = build.passage(clock.now()).model_dump(mode="json")
        change(data)
        return dict(device.event(EventType.PASSAGE_RECORDED, data))

    def raw(payload: Callable[[dict[str, Any]], bytes]) -> dict[str, Any]:
        event = json.loads(base64.b64decode(poisoned(lambda _: None)["payload"]))
        return dict(device.sign(payload(event)))

    poison = [
        raw(lambda event: json.dumps(event | {"data": {"speed": float("nan")}}).encode()),
        raw(lambda event: json.dumps(event | {"data": event["data"] | {"code_version": "\ud800"}}).encode()),
        raw(lambda event: json.dumps(event | {"data": event["data"] | {"code_version": "a\x00b"}}).encode()),
        raw(lambda event: json.dumps(event | {"data": event["data"] | {"track_id": 10**400}}).encode()),
        raw(lambda event: json.dumps(event)[:-1].encode() + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        raw(lambda _: b"\xff\xfe not json"),
        poisoned(lambda data: data.update(plate={"plate": "A" * 10_000})),
        poisoned(lambda data: data.update(code_version="x" * 600_000)),
        poisoned(lambda data: data.update(vehicle_confidence=7)),
        {"payloadType": "nonsense", "payload": "%%%", "signatures": []},
        {"nested": {"far": [1, 2, "\U0001f697"]}},
        17,
    ]
    good = device.passage(build.passage(clock.now()))
    results = device.send(*poison, good)
    assert [result["status"] for result in results] == ["quarantined"] * len(poison) + ["accepted"]
    assert all(result["code"] for result in results[:-1])
    kept = count(node, "quarantine_items")
    device.send(*poison, good)
    assert count(node, "quarantine_items") == kept == len(poison)
    with node.database.begin() as session:
        largest = session.execute(text("SELECT max(length(raw)) FROM quarantine_items")).scalar_one()
    assert largest <= 64 * 1024


def test_a_body_that_is_no_batch_is_refused_and_kept(node: Node, device: Any, client: Any) -> None:
    bodies = (b"", b"[]", b"{", b'{"events": []}', b'{"events": [NaN]}', b"[" * 500_000)
    for body in bodies:
        answer = client.post("/v1/intake/events", content=body, headers=device.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "intake.batch")
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert count(node, "quarantine_items") == len(bodies)


def test_gaps_and_breaks_of_the_chain_are_reported_and_gaps_close(
    *, node: Node, device: Any, build: Any, site: Site, clock: FixedClock, client: Any, log_in: Callable[..., Any]
) -> None:
    events = [device.passage(build.passage(clock.now())) for _ in range(6)]
    administrator = log_in(Role.ADMINISTRATOR)

    def gaps() -> list[tuple[int, int]]:
        shown = client.get("/v1/intake/health", headers=administrator).json()
        return [(gap["from_seq"], gap["to_seq"]) for gap in shown["open_gaps"]]

    assert device.send(events[0], events[5])[1]["status"] == "accepted"
    assert gaps() == [(2, 5)]
    device.send(events[2])
    assert sorted(gaps()) == [(2, 2), (4, 5)]
    device.send(events[4], events[1], events[3])
    assert gaps() == []
    assert count(node, "intake_alarms") == 0
    device.previous = "f" * 64
    assert device.send(device.passage(build.passage(clock.now())))[0]["status"] == "accepted"
    alarms = client.get("/v1/intake/health", headers=administrator).json()["alarms"]
    assert [(alarm["code"], alarm["seq"]) for alarm in alarms] == [("intake.chain_break", 7)]


def test_a_device_that_only_sends_rubbish_fills_no_disk(
    node: Node, device: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MAX_PER_DEVICE", 5)
    results = device.send(*({"rubbish": number} for number in range(50)))
    assert {result["status"] for result in results} == {"quarantined"}
    assert count(node, "quarantine_items") == 6
    with node.database.begin() as session:
        assert session.execute(text("SELECT sum(times) FROM quarantine_items")).scalar_one() == 50


def test_an_unknown_site_makes_the_device_wait(node: Node, device: Any, build: Any, clock: FixedClock) -> None:
    event = device.passage(build.passage(clock.now()))
    result = device.send(event)[0]
    assert (result["status"], result["code"]) == ("retry", "site.unknown")
    assert count(node, "passages") == 0


def test_a_candidate_must_say_what_its_manifest_says(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    candidate, package = build.candidate(clock.now(), device.key)
    device.put(package.data, "application/zip")
    for change in ({"excess_kmh": 99.0}, {"plate": candidate.plate.model_copy(update={"plate": "B456OP99"})}):
        lying = candidate.model_copy(update=change)
        assert device.send(device.candidate(lying))[0]["code"] == "intake.manifest_disagrees"
    assert count(node, "intake_candidates") == count(node, "procrastinate_jobs") == 0


def test_a_package_sealed_with_another_key_is_refused(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    candidate, package = build.candidate(clock.now(), SigningKey.generate())
    device.put(package.data, "application/zip")
    result = device.send(device.candidate(candidate))[0]
    assert (result["status"], result["code"]) == ("quarantined", "evidence.signature_invalid")


def test_a_revoked_device_is_out_at_once(
    node: Node, device: Any, build: Any, client: Any, log_in: Callable[..., Any]
) -> None:
    answer = client.post(
        "/v1/devices/cam-a/revocation", json={"reason": "stolen from its pole"}, headers=log_in(Role.ADMINISTRATOR)
    )
    assert answer.status_code == 204
    assert client.post("/v1/intake/events", json={"events": []}, headers=device.headers).status_code == 401
    assert client.post("/v1/devices/sessions", json=device.assertion("session").model_dump()).status_code == 401


def test_the_receipt_covers_the_canonical_answer(node: Node, device: Any, build: Any, site: Site) -> None:
    event = device.passage(build.passage(node.clock.now()))
    first, second = device.send(event)[0], device.send(event)[0]
    assert first["event_sha256"] == second["event_sha256"]
    assert canonical_bytes({"seq": first["seq"]}) == b'{"seq":1}'


def test_old_batches_shuffled_and_repeated_weeks_later_change_nothing(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    events = [device.passage(build.passage(clock.now())) for _ in range(12)]
    chance = random.Random(3)
    for late in (events[6:], events[:3], events[3:6]):
        device.send(*late)
        clock.advance(timedelta(days=9))
        device.open_session()
    before = [count(node, name) for name in ("passages", "intake_events", "intake_gaps WHERE closed_at IS NULL")]
    for _ in range(4):
        shuffled = [*events, *chance.choices(events, k=6)]
        chance.shuffle(shuffled)
        assert {result["status"] for result in device.send(*shuffled)} == {"duplicate"}
    after = [count(node, name) for name in ("passages", "intake_events", "intake_gaps WHERE closed_at IS NULL")]
    assert before == after == [12, 12, 0]
    assert count(node, "intake_alarms") == count(node, "quarantine_items") == 0


def test_the_same_event_twice_in_one_batch_gets_one_place_and_one_answer(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    first, second = (device.passage(build.passage(clock.now())) for _ in range(2))
    assert [result["status"] for result in device.send(first, second, first, second)] == ["accepted"] * 4
    assert count(node, "passages") == count(node, "intake_events") == 2


def test_one_passage_that_cannot_be_kept_takes_none_along(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    """Twenty of a batch go in by one COPY; the one whose id is another passage's is found and refused alone."""
    known = build.passage(clock.now(), plate="B456OP99")
    assert device.send(device.passage(known))[0]["status"] == "accepted"
    batch = [device.passage(build.passage(clock.now())) for _ in range(20)]
    batch.insert(11, device.passage(build.passage(clock.now(), passage_id=known.passage_id)))
    batch.insert(5, device.passage(known))  # told again under another number: the same passage, no second row
    results = device.send(*batch)
    assert [result["code"] for result in results if result["status"] != "accepted"] == ["passages.conflict"]
    assert results[12]["status"] == "quarantined"
    assert count(node, "passages") == 21
    assert count(node, "intake_events") == 23


def test_a_flooding_device_is_slowed_and_nobody_else_waits(
    *, node: Node, make_device: Any, build: Any, site: Site, clock: FixedClock, client: Any, app: Any
) -> None:
    app.state.device_budgets = DeviceBudgets(rate_per_s=5, burst=20, clock=clock)
    flood, quiet = make_device("flood"), make_device("quiet")
    batch = [flood.passage(build.passage(clock.now(), device_id="flood")) for _ in range(40)]
    flood.send(*batch)
    for _ in range(3):
        answer = client.post("/v1/intake/events", json={"events": batch}, headers=flood.headers)
        assert (answer.status_code, answer.json()["code"]) == (429, "intake.device_rate")
        assert answer.headers["Retry-After"] == "4"
    assert quiet.send(quiet.passage(build.passage(clock.now(), device_id="quiet")))[0]["status"] == "accepted"
    clock.advance(timedelta(seconds=5))
    assert {result["status"] for result in flood.send(*batch)} == {"duplicate"}
    assert count(node, "passages") == 41
