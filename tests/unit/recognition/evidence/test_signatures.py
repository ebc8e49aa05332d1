"""Canonical bytes, envelopes and keys."""

import base64
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.contracts import DsseEnvelope, EvidenceError
from recognition.evidence import SigningKey, VerifyingKey, canonical_bytes, open_envelope, sha256_hex, sign_envelope
from recognition.evidence.dsse import pre_authentication_encoding

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_order_of_keys_never_matters(value: dict[str, Any]) -> None:
    assert canonical_bytes(value) == canonical_bytes(dict(reversed(value.items())))


def test_canonical_numbers_and_keys_follow_rfc_8785() -> None:
    assert canonical_bytes({"b": 1.0, "a": 1e21, "я": "А"}) == '{"a":1e+21,"b":1,"я":"А"}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53])
def test_what_json_cannot_say_exactly_is_refused(value: float) -> None:
    with pytest.raises(EvidenceError) as caught:
        canonical_bytes({"v": value})
    assert caught.value.code == "evidence.not_canonical"


def test_known_digest() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_pre_authentication_encoding_is_the_standards_own_example() -> None:
    encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@given(payload=st.binary(max_size=200), kind=st.text(min_size=1, max_size=20))
def test_an_envelope_gives_back_what_was_signed(payload: bytes, kind: str) -> None:
    key = KEY
    assert open_envelope(sign_envelope(payload, kind, key), kind, [key.verifying]) == payload


KEY = SigningKey.generate()


def test_payload_type_and_signature_are_bound(key: SigningKey) -> None:
    envelope = sign_envelope(b"x", "a/b", key)
    for changed in (
        envelope.model_copy(update={"payloadType": "a/c"}),
        envelope.model_copy(update={"payload": base64.b64encode(b"y").decode()}),
    ):
        with pytest.raises(EvidenceError) as caught:
            open_envelope(changed, changed.payloadType, [key.verifying])
        assert caught.value.code == "evidence.signature_invalid"
    with pytest.raises(EvidenceError) as caught:
        open_envelope(envelope, "a/c", [key.verifying])
    assert caught.value.code == "evidence.malformed"


def test_bad_base64_is_malformed(key: SigningKey) -> None:
    envelope = sign_envelope(b"x", "a/b", key).model_copy(update={"payload": "not base64!"})
    with pytest.raises(EvidenceError) as caught:
        open_envelope(envelope, "a/b", [key.verifying])
    assert caught.value.code == "evidence.malformed"


def test_an_envelope_survives_its_json(key: SigningKey) -> None:
    envelope = sign_envelope(b"payload", "a/b", key)
    assert (
        open_envelope(DsseEnvelope.model_validate_json(canonical_bytes(envelope)), "a/b", [key.verifying]) == b"payload"
    )


def test_a_key_file_is_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "device.pem"
    with ThreadPoolExecutor(8) as programs:
        keys = list(programs.map(lambda _: SigningKey.load_or_create(path).verifying.key_id, range(32)))
    assert len(set(keys)) == 1
    assert path.stat().st_mode & 0o077 == 0
    assert [entry.name for entry in path.parent.iterdir()] == ["device.pem"]


def test_a_broken_key_file_is_refused_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "device.pem"
    path.write_bytes(b"garbage")
    with pytest.raises(EvidenceError) as caught:
        SigningKey.load_or_create(path)
    assert caught.value.code == "key.invalid"
    assert path.read_bytes() == b"garbage"


def test_public_keys_travel_as_pem(key: SigningKey) -> None:
    again = VerifyingKey.from_pem(key.verifying.pem)
    assert again.key_id == key.verifying.key_id
    assert len(again.key_id) == 32
    assert again.is_signature(key.sign(b"data"), b"data")
    assert not again.is_signature(key.sign(b"data"), b"date")
    with pytest.raises(EvidenceError):
        VerifyingKey.from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
