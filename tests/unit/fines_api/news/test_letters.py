"""Signatures, encryption and secrets against published vectors and independent verifiers."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from fines_api.kit.errors import InvalidError
from fines_api.news.addresses import parse_target
from fines_api.news.posting import _retry_after_s
from fines_api.news.webhook import new_secret, signature, webhook_letter
from fines_api.news.webpush import (
    application_server_key,
    encrypt,
    load_vapid_key,
    parse_push_keys,
    push_letter,
    vapid_token,
)

NOW = datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC)


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_signature_is_the_published_one() -> None:
    """The vector of the specification's own libraries."""
    found = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.binary(max_size=200).map(lambda data: json.dumps({"text": data.hex()}).encode()), st.uuids())
def test_the_specifications_library_verifies_what_we_sign(body: bytes, name: object) -> None:
    secret, at = new_secret(), datetime.now(UTC)
    letter = webhook_letter((secret,), f"msg_{name}", at, body)
    assert Webhook(secret).verify(letter.body, dict(letter.headers)) == json.loads(body)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(letter.body + b" ", dict(letter.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(letter.body, dict(letter.headers))


def test_either_secret_verifies_while_they_are_exchanged() -> None:
    new, old = new_secret(), new_secret()
    letter = webhook_letter((new, old), "msg_1", datetime.now(UTC), b"{}")
    for secret in (new, old):
        assert Webhook(secret).verify(letter.body, dict(letter.headers)) == {}
    assert 24 <= len(base64.b64decode(new.removeprefix("whsec_"))) <= 64


def test_the_encrypted_message_is_that_of_rfc_8291() -> None:
    """RFC 8291 §5 and appendix A, byte for byte."""
    keys = parse_push_keys(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    scalar = int.from_bytes(unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    sender = ec.derive_private_key(scalar, ec.SECP256R1())
    salt = unpacked("DGv6ra1nlYgDCS1FRnbzlw")
    found = encrypt(b"When I grow up, I want to be a watermelon", keys, sender=sender, salt=salt)
    assert found == unpacked(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_every_message_is_encrypted_anew() -> None:
    keys = parse_push_keys(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    assert encrypt(b"same", keys)[:86] != encrypt(b"same", keys)[:86]


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("BCVxsr7N", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("B" * 87, "BTBZMqHH6r4Tts7J_aSIgg"),  # not on the curve
        ("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "BTBZ"),
        ("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4", "не base64"),
    ],
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(InvalidError, match=r"news\.push_keys"):
        parse_push_keys(p256dh, auth)


def test_the_vapid_token_is_signed_for_the_push_services_origin(tmp_path: Path) -> None:
    key = load_vapid_key(tmp_path / "webpush.key")
    target = parse_target("https://push.example.net/send/abc", {"https": 443}, frozenset())
    header, claims, signed = vapid_token(key, "mailto:a@b", target, NOW).split(".")
    assert json.loads(unpacked(header)) == {"typ": "JWT", "alg": "ES256"}
    told = json.loads(unpacked(claims))
    assert (told["aud"], told["sub"]) == ("https://push.example.net", "mailto:a@b")
    assert NOW.timestamp() < told["exp"] <= (NOW + timedelta(hours=24)).timestamp()
    raw = unpacked(signed)
    dss = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unpacked(application_server_key(key)))
    public.verify(dss, f"{header}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(dss, f"{header}.x".encode(), ec.ECDSA(hashes.SHA256()))


def test_the_nodes_key_is_made_once(tmp_path: Path) -> None:
    first, second = (load_vapid_key(tmp_path / "webpush.key") for _ in range(2))
    assert application_server_key(first) == application_server_key(second)
    assert application_server_key(first) != application_server_key(load_vapid_key(tmp_path / "other.key"))
    assert len(unpacked(application_server_key(first))) == 65


def test_a_port_that_is_not_the_usual_one_is_part_of_the_origin(tmp_path: Path) -> None:
    key = load_vapid_key(tmp_path / "webpush.key")
    target = parse_target("https://push.example.net:8443/x", {"https": 443}, frozenset())
    assert json.loads(unpacked(vapid_token(key, "mailto:a@b", target, NOW).split(".")[1]))["aud"].endswith(":8443")
    keys = parse_push_keys(application_server_key(ec.generate_private_key(ec.SECP256R1())), "BTBZMqHH6r4Tts7J_aSIgg")
    letter = push_letter(key, "mailto:a@b", target, keys=keys, plain=b"x" * 300, at=NOW)
    assert letter.headers["Content-Encoding"] == "aes128gcm"
    assert letter.headers["Urgency"] == "high"
    assert len(letter.body) < 4096


@pytest.mark.parametrize(
    ("value", "expected_s"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Fri, 20 Nov 2026 09:02:00 GMT", 120.0),
        ("Fri, 20 Nov 2026 08:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 09:02:00 -0000", 120.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("9" * 40, 999999999.0),
        ("²", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, expected_s: float | None) -> None:
    assert _retry_after_s([(b"Retry-After", value.encode("utf-8"))], NOW) == expected_s
