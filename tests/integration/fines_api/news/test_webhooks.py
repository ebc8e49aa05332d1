"""From a hit to a signed request at a real server, and what happens when that server does not want it."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook, WebhookVerificationError

from fines_api.kit.sealing import Sealer
from fines_api.news.jobs import deliver, forget, publish
from fines_api.news.policy import ATTEMPTS
from fines_api.news.service import SEAL_KEY_FILE
from recognition.contracts import VehicleClass

pytestmark = pytest.mark.integration


def verified(secret: str, got: Any) -> dict[str, Any]:
    return dict(Webhook(secret).verify(got.body, got.headers))


def test_a_hit_is_told_to_who_wants_it_signed_and_short(*, road: Any, receiver: Any) -> None:
    first = road.subscribe(receiver.url("/one"))
    second = road.subscribe(receiver.url("/two"), types=["hotlist.hit.created"], lowest_priority=1, reasons=["stolen"])
    road.subscribe(receiver.url("/not-this-reason"), reasons=["wanted"])
    road.subscribe(receiver.url("/off"), is_enabled=False)
    road.look_for()
    hit = road.see()
    road.work()
    got = {each.path: each for each in receiver.got}
    assert set(got) == {"/one", "/two"}
    told = verified(first["secret"], got["/one"])
    assert told == verified(second["secret"], got["/two"])
    assert told["type"] == "hotlist.hit.created"
    assert told["data"] == {
        "hit": hit["id"], "hit_id": hit["hit_id"], "state": "possible match", "priority": 1, "reason": "stolen",
        "captured_at": told["data"]["captured_at"], "matched_at": told["data"]["matched_at"],
        "place": "Test road, km 7", "plate": "А123ВС 77", "url": f"https://rubezh.example.org/police#hit-{hit['id']}",
    }  # fmt: skip
    assert got["/one"].headers["webhook-id"] == got["/two"].headers["webhook-id"]
    assert [each["state"] for each in road.deliveries()] == ["delivered", "delivered"]
    (attempt,) = road.deliveries()[0]["attempts"]
    assert (attempt["number"], attempt["status_code"], attempt["error"]) == (1, 204, None)
    with pytest.raises(WebhookVerificationError):
        verified(second["secret"], got["/one"])


def test_a_job_that_runs_twice_tells_nobody_twice_and_keeps_no_plate(*, road: Any, receiver: Any) -> None:
    made = road.subscribe(receiver.url())
    road.look_for()
    hit = road.see()
    road.work()
    publish(road.node, kind="hotlist.hit.created", number=hit["id"])
    deliver(road.node, delivery_id=road.deliveries()[0]["id"])
    road.work()
    assert len(receiver.got) == len(road.deliveries()) == 1
    with road.node.database.begin() as session:
        rows = [
            str(dict(row._mapping))
            for table in ("news_subscriptions", "news_events", "news_deliveries", "news_attempts")
            for row in session.execute(text(f"SELECT * FROM {table}"))
        ]
    for secret in ("A123BC77", "А123ВС", "Test road", made["secret"], made["secret"].removeprefix("whsec_")):
        assert not any(secret in row for row in rows)


def test_a_refusal_is_tried_again_under_the_same_id_and_not_before_it_is_asked_for(*, road: Any, receiver: Any) -> None:
    subscription = road.subscribe(receiver.url())
    receiver.answers = [(500, {}), (503, {"Retry-After": "3600"})]
    road.look_for()
    road.see()
    road.work()
    (waiting,) = road.deliveries()
    assert (waiting["state"], [each["status_code"] for each in waiting["attempts"]]) == ("pending", [500])
    assert road.subscriptions()[0]["failing_since"] is not None
    road.later(seconds=6)
    (waiting,) = road.deliveries()
    assert [each["status_code"] for each in waiting["attempts"]] == [500, 503]
    with road.node.database.begin() as session:
        asked = session.execute(text("SELECT next_attempt_at FROM news_deliveries")).scalar_one()
    assert (asked - road.clock.now()).total_seconds() >= 3600
    road.see()  # another hit while the receiver asked for quiet: it waits too
    road.work()
    assert len(receiver.got) == 2
    road.later(hours=1, seconds=2)
    assert [each["state"] for each in road.deliveries()] == ["delivered", "delivered"]
    ids = [each.headers["webhook-id"] for each in receiver.got]
    assert (len(ids), len(set(ids)), ids.count(ids[0])) == (4, 2, 3)
    assert (
        len({each.headers["webhook-timestamp"] for each in receiver.got if each.headers["webhook-id"] == ids[0]}) == 3
    )
    verified_last = [each for each in receiver.got if each.headers["webhook-id"] == ids[0]]
    assert verified_last[0].body == verified_last[2].body
    assert road.subscriptions()[0]["failing_since"] is None
    assert subscription["secret"] not in json.dumps(road.subscriptions())


def test_after_the_last_try_a_dead_letter_waits_for_an_administrator(*, road: Any, receiver: Any) -> None:
    road.subscribe(receiver.url())
    receiver.always = (500, {})
    road.look_for()
    road.see()
    road.work()
    for _ in range(ATTEMPTS - 1):
        assert road.deliveries(state="dead") == []
        road.later(hours=12.1)
    (dead,) = road.deliveries(state="dead")
    assert (len(dead["attempts"]), dead["reason"], dead["next_attempt_at"]) == (ATTEMPTS, "news.status", None)
    road.later(hours=20)
    assert len(receiver.got) == ATTEMPTS
    receiver.always = (200, {})
    again = f"/v1/news-deliveries/{dead['id']}/redelivery"
    assert road.client.post(again, headers=road.administrator).status_code == 202
    road.work()
    (delivered,) = road.deliveries(state="delivered")
    assert len(delivered["attempts"]) == ATTEMPTS + 1
    assert len({each.headers["webhook-id"] for each in receiver.got}) == 1
    refused = road.client.post(again, headers=road.administrator)
    assert (refused.status_code, refused.json()["code"]) == (409, "news.not_dead")
    assert "news:delivery:redelivered" in road.audited()


def test_who_fails_for_five_days_is_disabled_and_it_shows(*, road: Any, receiver: Any) -> None:
    subscription = road.subscribe(receiver.url())
    receiver.always = (500, {})
    road.look_for()
    road.see()
    road.work()
    road.later(days=4, hours=23)
    assert road.subscriptions()[0]["is_enabled"]
    road.see()
    road.later(hours=2)
    (disabled,) = road.subscriptions()
    assert not disabled["is_enabled"]
    assert disabled["disabled_reason"].startswith("failed since")
    assert road.audited().count("news:subscription:disabled") == 1
    seen = len(receiver.got)
    road.see()
    road.later(hours=12)
    assert len(receiver.got) == seen
    assert {each["state"] for each in road.deliveries()} == {"dead"}
    dead = road.deliveries(state="dead")[0]
    refused = road.client.post(f"/v1/news-deliveries/{dead['id']}/redelivery", headers=road.administrator)
    assert refused.json()["code"] == "news.disabled"
    receiver.always = (200, {})
    path = f"/v1/news-subscriptions/{subscription['id']}/enabled"
    enabled = road.client.put(path, json={"is_enabled": True}, headers=road.administrator).json()
    assert (enabled["is_enabled"], enabled["disabled_reason"], enabled["failing_since"]) == (True, None, None)
    assert (
        road.client.post(f"/v1/news-deliveries/{dead['id']}/redelivery", headers=road.administrator).status_code == 202
    )
    road.work()
    assert [each["state"] for each in road.deliveries()].count("delivered") == 1


def test_a_server_that_says_gone_is_not_asked_again(*, road: Any, receiver: Any) -> None:
    road.subscribe(receiver.url())
    receiver.always = (410, {})
    road.look_for()
    road.see()
    road.work()
    assert [each["disabled_reason"] for each in road.subscriptions()] == ["the receiver answered 410: gone"]
    assert [each["state"] for each in road.deliveries()] == ["dead"]


def test_an_exchanged_secret_signs_beside_the_old_one_for_a_day(*, road: Any, receiver: Any) -> None:
    made = road.subscribe(receiver.url())
    path = f"/v1/news-subscriptions/{made['id']}"
    exchanged = road.client.post(f"{path}/secret", headers=road.administrator)
    assert exchanged.status_code == 201, exchanged.text
    new = exchanged.json()["secret"]
    assert road.client.post(f"{path}/test", headers=road.administrator).status_code == 202
    road.work()
    assert verified(made["secret"], receiver.got[0])["type"] == "news.test"
    assert verified(new, receiver.got[0])["type"] == "news.test"
    assert receiver.got[0].headers["webhook-signature"].count("v1,") == 2
    road.clock.advance(timedelta(hours=24))
    assert road.client.post(f"{path}/test", headers=road.administrator).status_code == 202
    road.work()
    assert receiver.got[1].headers["webhook-signature"].count("v1,") == 1


def test_a_test_is_tried_once_and_a_disabled_subscription_can_be_tested(*, road: Any, receiver: Any) -> None:
    made = road.subscribe(receiver.url(), is_enabled=False)
    receiver.always = (500, {})
    answer = road.client.post(f"/v1/news-subscriptions/{made['id']}/test", headers=road.administrator)
    assert (answer.status_code, answer.json()["state"], answer.json()["hit"]) == (202, "pending", None)
    road.work()
    assert [(each["state"], len(each["attempts"])) for each in road.deliveries(subscription_id=made["id"])] == [
        ("dead", 1)
    ]
    assert road.subscriptions()[0]["failing_since"] is None


def test_what_is_withheld_never_goes_out(*, road: Any, receiver: Any) -> None:
    road.subscribe(receiver.url())
    road.look_for(vehicle_class="motorcycle")
    assert road.see(vehicle_class=VehicleClass.CAR)["state"] == "withheld"
    road.look_for(plate="A124BC77")
    hit = road.see("A124BC77")
    road.judge(hit, "wrong_vehicle")  # before the worker came to announce it
    road.see("A124BC77")  # cleared by that verdict
    road.work()
    assert receiver.got == []
    assert road.deliveries() == []


def test_news_that_is_no_longer_so_is_withdrawn_and_taken_back_where_it_was_told(
    *, road: Any, make_receiver: Any
) -> None:
    told, silent, failing = make_receiver(), make_receiver(), make_receiver()
    road.subscribe(told.url())
    road.subscribe(silent.url(), types=["hotlist.hit.judged"])
    road.subscribe(failing.url())
    failing.always = (500, {})
    road.look_for()
    hit = road.see()
    road.work()
    road.judge(hit, "stale")
    failing.always = (200, {})
    road.later(seconds=10)
    assert silent.got == []
    assert [json.loads(each.body)["type"] for each in told.got] == ["hotlist.hit.created", "hotlist.hit.judged"]
    assert [json.loads(each.body)["type"] for each in failing.got] == ["hotlist.hit.created", "hotlist.hit.judged"]
    taken_back = json.loads(told.got[1].body)["data"]
    assert taken_back == {
        "hit": hit["id"], "hit_id": hit["hit_id"], "state": "stale", "priority": 1, "reason": "stolen",
        "url": f"https://rubezh.example.org/police#hit-{hit['id']}",
    }  # fmt: skip
    states = sorted((each["type"], each["state"]) for each in road.deliveries())
    assert states == [
        ("hotlist.hit.created", "delivered"), ("hotlist.hit.created", "withdrawn"),
        ("hotlist.hit.judged", "delivered"), ("hotlist.hit.judged", "delivered"),
    ]  # fmt: skip


def test_a_correct_match_is_told_in_full_to_whoever_wants_verdicts(*, road: Any, receiver: Any) -> None:
    road.subscribe(receiver.url(), types=["hotlist.hit.judged"])
    road.look_for()
    hit = road.see()
    road.judge(hit, "correct")
    road.work()
    (got,) = receiver.got
    data = json.loads(got.body)["data"]
    assert (data["state"], data["plate"], data["place"]) == ("correct match", "А123ВС 77", "Test road, km 7")


def test_what_was_under_way_to_a_removed_subscription_is_not_sent(*, road: Any, receiver: Any) -> None:
    made = road.subscribe(receiver.url())
    receiver.always = (500, {})
    road.look_for()
    road.see()
    road.work()
    path = f"/v1/news-subscriptions/{made['id']}"
    assert road.client.delete(path, headers=road.administrator).status_code == 204
    assert road.client.delete(path, headers=road.administrator).status_code == 404
    road.later(seconds=10)
    assert len(receiver.got) == 1
    assert [(each["state"], each["reason"]) for each in road.deliveries()] == [("dead", "news.removed")]
    assert road.subscriptions() == []
    with road.node.database.begin() as session:
        assert session.execute(text("SELECT secret, old_secret FROM news_subscriptions")).one() == (None, None)


def test_deliveries_are_forgotten_after_a_month(*, road: Any, receiver: Any) -> None:
    road.subscribe(receiver.url())
    road.look_for()
    road.see()
    road.work()
    forget(road.node)
    assert len(road.deliveries()) == 1
    road.later(days=31)
    forget(road.node)
    with road.node.database.begin() as session:
        left = [
            session.execute(text(f"SELECT count(*) FROM {t}")).scalar_one()
            for t in ("news_deliveries", "news_attempts", "news_events")
        ]
    assert left == [0, 0, 0]


def test_a_secret_that_does_not_open_and_a_fault_of_ours_are_seen_with_their_reason(
    *, road: Any, receiver: Any
) -> None:
    lost, broken = road.subscribe(receiver.url("/lost")), road.subscribe(receiver.url("/broken"))
    sealer = Sealer(road.node.settings.data_dir / SEAL_KEY_FILE)
    with road.node.database.begin() as session:
        change = text("UPDATE news_subscriptions SET secret = :secret WHERE id = :id")
        session.execute(change, {"id": lost["id"], "secret": sealer.close(b"whsec_AAAA", UUID(broken["id"]).bytes)})
        session.execute(change, {"id": broken["id"], "secret": sealer.close(b"whsec_?", UUID(broken["id"]).bytes)})
    road.look_for()
    road.see()
    road.work()
    found = {each["subscription_id"]: each for each in road.deliveries()}
    assert (found[lost["id"]]["state"], found[lost["id"]]["reason"]) == ("dead", "secret.lost")
    assert found[broken["id"]]["state"] == "pending"
    assert [each["error"] for each in found[broken["id"]]["attempts"]] == ["news.fault: Error"]
    assert receiver.got == []
