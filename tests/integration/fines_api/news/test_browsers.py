"""Web push to a real receiver that opens the message as a browser does, with the browser's own keys."""

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text

from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService

pytestmark = pytest.mark.integration


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mac(key: bytes, data: bytes) -> bytes:
    made = hmac.HMAC(key, hashes.SHA256())
    made.update(data)
    return made.finalize()


@dataclass(frozen=True)
class Browser:
    """What a browser holds: a key pair and a secret.  It opens messages by RFC 8291 and 8188, step by step."""

    key: ec.EllipticCurvePrivateKey
    auth: bytes

    @classmethod
    def new(cls) -> "Browser":
        return cls(ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16))

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, endpoint: str) -> dict[str, Any]:
        keys = {"p256dh": packed(self.point), "auth": packed(self.auth)}
        return {"endpoint": endpoint, "expirationTime": None, "keys": keys}

    def open(self, body: bytes) -> bytes:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        keyed = mac(mac(self.auth, shared), b"WebPush: info\x00" + self.point + sender + b"\x01")
        derived = mac(salt, keyed)
        content_key = mac(derived, b"Content-Encoding: aes128gcm\x00\x01")[:16]
        nonce = mac(derived, b"Content-Encoding: nonce\x00\x01")[:12]
        plain = AESGCM(content_key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain.endswith(b"\x02")
        return plain[:-1]


def subscribe(road: Any, browser: Browser, endpoint: str, headers: dict[str, str], **changes: Any) -> Any:
    body = {"kind": "webpush", "push_subscription": browser.subscription(endpoint)} | changes
    return road.client.post("/v1/news-subscriptions", json=body, headers=headers)


def test_an_officers_browser_learns_that_there_is_a_hit_and_nothing_else(road: Any, receiver: Any) -> None:
    browser = Browser.new()
    made = subscribe(road, browser, receiver.url("/send/abc-secret"), road.police)
    assert made.status_code == 201, made.text
    assert made.json()["secret"] is None
    assert made.json()["address"] == f"http://localhost:{receiver.port}"
    road.look_for()
    hit = road.see()
    road.work()
    (got,) = receiver.got
    told = json.loads(browser.open(got.body))
    assert told == {
        "type": "hotlist.hit.created", "hit": hit["id"], "priority": 1, "url": "https://rubezh.example.org/police",
        "message": "A hit of priority 1: open the wall",
    }  # fmt: skip
    assert (got.path, got.headers["content-encoding"], got.headers["urgency"]) == (
        "/send/abc-secret",
        "aes128gcm",
        "high",
    )
    assert int(got.headers["ttl"]) > 0
    road.judge(hit, "correct")
    road.work()
    assert len(receiver.got) == 1  # by default a browser hears of new hits only


def test_the_push_service_can_check_who_sends(road: Any, receiver: Any) -> None:
    browser = Browser.new()
    subscribe(road, browser, receiver.url("/send/1"), road.police)
    road.look_for()
    road.see()
    road.work()
    scheme, _, parameters = receiver.got[0].headers["authorization"].partition(" ")
    token, key = (part.strip()[2:] for part in parameters.split(","))
    public = road.client.get("/v1/news-subscriptions/push-key", headers=road.police).json()["public_key"]
    assert (scheme, key) == ("vapid", public)
    header, claims, signature = token.split(".")
    raw = unpacked(signature)
    dss = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(key)).verify(
        dss, f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )
    told = json.loads(unpacked(claims))
    assert (told["aud"], told["sub"]) == (f"http://localhost:{receiver.port}", "https://rubezh.example.org")


def test_a_browser_that_is_gone_is_removed(road: Any, receiver: Any) -> None:
    for name in ("1", "2"):
        subscribe(road, Browser.new(), receiver.url(f"/send/{name}"), road.police)
    receiver.answers = [(404, {}), (410, {})]
    road.look_for()
    road.see()
    road.work()
    assert road.subscriptions() == []
    assert [each["state"] for each in road.deliveries()] == ["dead", "dead"]
    assert road.audited().count("news:subscription:removed") == 2
    with road.node.database.begin() as session:
        rows = session.execute(text("SELECT address, secret FROM news_subscriptions")).all()
    assert {tuple(row) for row in rows} == {(f"http://localhost:{receiver.port}", None)}


def test_one_browser_has_one_subscription_whoever_uses_it(road: Any, receiver: Any) -> None:
    browser, endpoint = Browser.new(), receiver.url("/send/1")
    subscribe(road, browser, endpoint, road.police, lowest_priority=1)
    subscribe(road, browser, endpoint, road.police, lowest_priority=2)
    assert [each["lowest_priority"] for each in road.subscriptions()] == [2]
    subscribe(road, browser, endpoint, road.administrator)
    assert [each["owner"] for each in road.subscriptions()] == ["administrator:administrator-1"]


def test_the_police_keep_to_their_own_browsers(road: Any, receiver: Any) -> None:
    own = subscribe(road, Browser.new(), receiver.url("/send/1"), road.police).json()
    others = road.subscribe(receiver.url())
    refused = road.client.post(
        "/v1/news-subscriptions", json={"kind": "webhook", "address": receiver.url()}, headers=road.police
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "news.not_yours")
    seen = road.client.get("/v1/news-subscriptions", headers=road.police).json()["subscriptions"]
    assert [each["id"] for each in seen] == [own["id"]]
    path = "/v1/news-subscriptions"
    assert road.client.delete(f"{path}/{others['id']}", headers=road.police).status_code == 404
    assert road.client.post(f"{path}/{own['id']}/test", headers=road.police).status_code == 403
    assert road.client.post(f"{path}/{others['id']}/secret", headers=road.police).status_code == 403
    assert road.client.get("/v1/news-deliveries", headers=road.police).status_code == 403
    assert road.client.delete(f"{path}/{own['id']}", headers=road.police).status_code == 204
    officer = road.log_in(Role.OFFICER)
    assert road.client.get(path, headers=officer).status_code == 403
    assert road.client.get(path).status_code == 401


def test_keys_and_addresses_are_checked_before_anything_is_kept(road: Any, receiver: Any) -> None:
    browser = Browser.new()
    bad = browser.subscription(receiver.url())
    bad["keys"]["p256dh"] = packed(b"\x04" + b"\x01" * 64)
    answer = road.client.post(
        "/v1/news-subscriptions", json={"kind": "webpush", "push_subscription": bad}, headers=road.police
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "news.push_keys")
    assert subscribe(road, browser, "https://169.254.169.254/x", road.police).json()["code"] == "news.address_refused"
    assert road.subscriptions() == []


def test_who_has_left_is_not_told(road: Any, receiver: Any) -> None:
    with road.node.database.begin() as session:
        IdentityService(session, road.node).create_user("ivanova", "a long enough password", Role.POLICE, actor="test")
    answer = road.client.post("/v1/sessions", json={"username": "ivanova", "password": "a long enough password"})
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    subscribe(road, Browser.new(), receiver.url("/send/1"), headers)
    with road.node.database.begin() as session:
        session.execute(text("UPDATE users SET is_active = false WHERE username = 'ivanova'"))
    road.look_for()
    road.see()
    road.work()
    assert receiver.got == []
    assert [(each["state"], each["reason"]) for each in road.deliveries()] == [("dead", "news.owner_left")]
