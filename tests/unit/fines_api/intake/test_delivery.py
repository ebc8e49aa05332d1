"""Runs of a chain: whatever is swapped, changed, forged or left out, only what a key stands behind is believed."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fines_api.intake.delivery import Delivered, authentic, open_delivery, read_event
from fines_api.kit.errors import InvalidError
from recognition.contracts import EVENT_PAYLOAD_TYPE, GENESIS_HASH
from recognition.evidence import SigningKey, canonical_bytes, sha256_hex, sign_envelope

KEY, OTHER = SigningKey.generate(), SigningKey.generate()


def payloads(count: int, epoch: int = 1) -> list[bytes]:
    made, previous = [], GENESIS_HASH
    for seq in range(1, count + 1):
        made.append(
            canonical_bytes({"rubezhepoch": epoch, "rubezhprev": previous, "rubezhseq": seq, "source": f"{seq}"})
        )
        previous = sha256_hex(made[-1])
    return made


def delivered(payload: bytes, key: SigningKey = KEY) -> Delivered:
    return open_delivery("cam-a", sign_envelope(payload, EVENT_PAYLOAD_TYPE, key).model_dump())


@given(st.data())
def test_nothing_is_believed_that_no_key_stands_behind(data: st.DataObject) -> None:
    """Oracle: an event is genuine if it is byte for byte one of the chain's; a signature holds if ours made it."""
    chain = payloads(data.draw(st.integers(1, 12)))
    events, are_signed = [], []
    for payload in data.draw(st.permutations(chain)):
        fate = data.draw(st.sampled_from(["kept", "kept", "kept", "left out", "forged", "changed", "twice"]))
        if fate == "left out":
            continue
        changed = payload.replace(b'"source":"', b'"source":"x') if fate == "changed" else payload
        for _ in range(2 if fate == "twice" else 1):
            events.append(delivered(changed, OTHER if fate in {"forged", "changed"} else KEY))
            are_signed.append(fate not in {"forged", "changed"})
    believed = authentic(events, [KEY.verifying])
    assert {at for at, is_signed in enumerate(are_signed) if is_signed} <= believed
    assert all(events[at].payload in chain for at in believed)


def test_one_signature_speaks_for_the_run_before_it_and_for_nothing_behind_it() -> None:
    chain = [delivered(payload, OTHER) for payload in payloads(6)]
    chain[3] = delivered(chain[3].payload)
    assert authentic(chain, [KEY.verifying]) == {0, 1, 2, 3}
    assert authentic([chain[0], chain[1], chain[3]], [KEY.verifying]) == {2}
    assert authentic(chain, [OTHER.verifying]) == {0, 1, 2, 3, 4, 5}
    assert authentic(chain, []) == set()


@pytest.mark.parametrize("indent", [None, 1])
def test_a_place_is_found_in_canonical_and_in_other_json(indent: int | None) -> None:
    event = {"data": {"a": {"rubezhepoch": 9}}, "rubezhepoch": 3, "rubezhprev": "a" * 64, "rubezhseq": 7, "z": "z"}
    payload = json.dumps(event, indent=indent, separators=(",", ":")).encode()
    assert delivered(payload).place == (3, 7)
    assert delivered(payload).link.previous == "a" * 64


def test_a_place_hidden_in_the_data_is_not_the_event_s_own() -> None:
    hidden = {"data": {"x": '"rubezhepoch":1,"rubezhprev":"' + "0" * 64 + '","rubezhseq":1,'}, "other": 1}
    assert delivered(json.dumps(hidden, separators=(",", ":")).encode()).place == (0, 0)
    nested = {"rubezhepoch": 3, "rubezhprev": "a" * 64, "rubezhseq": 7, "z": {"rubezhepoch": 4, "rubezhprev": "b" * 64,
              "rubezhseq": 8, "y": 1}}  # fmt: skip
    event = delivered(json.dumps(nested, separators=(",", ":")).encode())
    with pytest.raises((ValidationError, InvalidError)):
        read_event(event)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (17, "intake.malformed"),
        ({"payloadType": EVENT_PAYLOAD_TYPE, "payload": "%%%", "signatures": [{"keyid": "k", "sig": ""}]},
         "evidence.malformed"),
        ({"payloadType": "other", "payload": "", "signatures": [{"keyid": "k", "sig": ""}]}, "evidence.malformed"),
        ({"payloadType": EVENT_PAYLOAD_TYPE, "payload": "A" * 600_000, "signatures": [{"keyid": "k", "sig": ""}]},
         "intake.too_large"),
    ],
)  # fmt: skip
def test_what_is_no_envelope_of_an_event_has_a_reason(raw: Any, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        open_delivery("cam-a", raw)
    assert refused.value.code == code


def test_the_payload_is_what_was_signed_byte_for_byte() -> None:
    payload = payloads(1)[0]
    event = delivered(payload)
    assert (event.payload, event.link.sha256) == (payload, sha256_hex(payload))
    assert base64.b64encode(event.signatures[0][1]).decode() in json.dumps(
        sign_envelope(payload, EVENT_PAYLOAD_TYPE, KEY).model_dump()
    )
