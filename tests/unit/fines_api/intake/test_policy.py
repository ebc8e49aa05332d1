"""The door's pure rules, against anything at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.intake.policy import chain_position, evidence_fault, split_batch
from fines_api.kit.errors import InvalidError


@given(st.binary(max_size=300))
def test_any_bytes_are_a_batch_or_a_refusal(body: bytes) -> None:
    try:
        events = split_batch(body)
    except InvalidError:
        return
    assert 1 <= len(events) <= 500


@pytest.mark.parametrize("body", [b"[" * 10**6, b'{"a":' * 10**5, b'{"events":' + b"[" * 10**5, b"1" * 10**5])
def test_depth_and_length_are_no_weapon(body: bytes) -> None:
    with pytest.raises(InvalidError):
        split_batch(body)
    assert chain_position(body) is None


def test_a_batch_is_bounded() -> None:
    assert len(split_batch(json.dumps({"events": [0] * 500}).encode())) == 500
    with pytest.raises(InvalidError):
        split_batch(json.dumps({"events": [0] * 501}).encode())


@given(st.binary(max_size=200))
def test_a_position_is_whole_or_none(payload: bytes) -> None:
    position = chain_position(payload)
    assert position is None or len(position) == 3


@pytest.mark.parametrize(
    ("epoch", "seq", "previous", "is_position"),
    [
        (0, 1, "0" * 64, True),
        (5, 2**63 - 1, "f" * 64, True),
        (5, 2**63, "f" * 64, False),
        (-1, 1, "0" * 64, False),
        (0, 0, "0" * 64, False),
        (True, 1, "0" * 64, False),
        (1.0, 1, "0" * 64, False),
        (1, 1, "0" * 63, False),
        (1, 1, None, False),
        (10**400, 1, "0" * 64, False),
    ],
)
def test_where_an_event_stands(epoch: Any, seq: Any, previous: Any, is_position: bool) -> None:
    payload = json.dumps({"rubezhepoch": epoch, "rubezhseq": seq, "rubezhprev": previous, "more": [1]}).encode()
    assert chain_position(payload) == ((epoch, seq, previous) if is_position else None)


@pytest.mark.parametrize(
    ("data", "media_type", "is_fine"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg", True),
        (b"\x89PNG\r\n\x1a\n", "image/png", True),
        (b"PK\x03\x04", "application/zip", True),
        (b"GIF89a", "image/gif", False),
        (b"PK\x03\x04", "image/jpeg", False),
        (b"<svg", "image/svg+xml", False),
        (b"", "image/jpeg", False),
    ],
)
def test_what_is_taken_as_evidence(data: bytes, media_type: str, is_fine: bool) -> None:
    assert (evidence_fault(data, media_type) is None) is is_fine
