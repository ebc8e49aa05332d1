"""Hits through a real MQTT broker (nats-server's listener), with and without TLS."""

import json
import ssl
import time
from collections.abc import Callable
from typing import Any

import pytest
import trustme

from fines_api.news.addresses import parse_target
from fines_api.news.mqtt import Account, publish

pytestmark = pytest.mark.integration
GOOD = Account("rubezh", "broker password")
SCHEMES = {"mqtts": 8883, "mqtt": 1883}
NAMED = frozenset({"localhost"})


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_hit_is_published_under_region_and_reason(road: Any, make_broker: Callable[..., Any]) -> None:
    broker = make_broker()
    broker.listen()
    made = road.subscribe(f"mqtt://localhost:{broker.port}", kind="mqtt", username="rubezh", password="broker password")
    assert made["secret"] is None
    assert "broker password" not in json.dumps(made)
    road.look_for()
    hit = road.see()
    road.work()
    until(lambda: broker.got)
    ((topic, qos, payload),) = broker.got
    told = json.loads(payload)
    assert (topic, qos) == ("rubezh/77/hits/stolen", 1)
    assert (told["type"], told["data"]["hit"], told["data"]["plate"]) == ("hotlist.hit.created", hit["id"], "А123ВС 77")
    (delivery,) = road.deliveries()
    assert (delivery["state"], delivery["message_id"]) == ("delivered", told["id"])
    road.client.post(f"/v1/news-subscriptions/{made['id']}/test", headers=road.administrator)
    road.work()
    until(lambda: len(broker.got) == 2)
    assert broker.got[1][0] == "rubezh/77/test"
    secret = road.client.post(f"/v1/news-subscriptions/{made['id']}/secret", headers=road.administrator)
    assert (secret.status_code, secret.json()["code"]) == (409, "news.no_secret")


def test_a_broker_that_does_not_know_us_or_is_away_is_no_success(road: Any, make_broker: Callable[..., Any]) -> None:
    broker = make_broker()
    target = parse_target(f"mqtt://localhost:{broker.port}", SCHEMES, NAMED)
    refused = publish(target, ("127.0.0.1",), Account("rubezh", "wrong"), "rubezh/77/test", b"{}")
    assert str(refused.error).startswith("news.broker_refuses")
    address = f"mqtt://localhost:{broker.port}"
    road.subscribe(address, kind="mqtt", username="rubezh", password="broker password")
    broker.stop()
    road.look_for()
    road.see()
    road.work()
    (waiting,) = road.deliveries()
    assert (waiting["state"], waiting["attempts"][0]["error"]) == ("pending", "news.unreachable")


def test_a_brokers_certificate_must_be_its_names(make_broker: Callable[..., Any], authority: trustme.CA) -> None:
    broker = make_broker(authority.issue_cert("localhost"))
    context = ssl.create_default_context()
    broker.listen(context)
    target = parse_target(f"mqtts://localhost:{broker.port}", SCHEMES, NAMED)
    assert publish(target, ("127.0.0.2", "127.0.0.1"), GOOD, "rubezh/77/test", b"{}").is_taken
    until(lambda: broker.got)
    other = parse_target(f"mqtts://other.example:{broker.port}", SCHEMES, NAMED)
    outcome = publish(other, ("127.0.0.1",), GOOD, "rubezh/77/test", b"{}")
    assert str(outcome.error).startswith("news.certificate")


def test_a_broker_without_tls_must_be_a_named_host(road: Any) -> None:
    for address, code in (
        ("mqtt://8.8.8.8:1883", "news.address"),
        ("mqtts://10.0.0.1", "news.address_refused"),
        ("mqtt://localhost:1883/topic", "news.address"),
        ("https://localhost/", "news.address"),
    ):
        body = {"kind": "mqtt", "address": address}
        answer = road.client.post("/v1/news-subscriptions", json=body, headers=road.administrator)
        assert (address, answer.status_code, answer.json()["code"]) == (address, 422, code)
