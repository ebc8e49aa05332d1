"""What a region refuses to believe, whoever brings it."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from fines_api.hotlists.service import HotlistService
from fines_api.regions.policy import Address
from fines_api.regions.service import Reception
from recognition.contracts import REGION_PAYLOAD_TYPE, HotlistEntryRecord, RegionMessage
from recognition.evidence import SigningKey, canonical_bytes, sha256_hex, sign_envelope

pytestmark = pytest.mark.integration


def _messages(region: Any, stream: str = "hot") -> list[Any]:
    with region.service() as service:
        return service.owed(stream, 0, 100)


def _receive(region: Any, subject: str, data: bytes) -> Reception:
    with region.service() as service:
        return service.receive(subject, data)


def _forge(region: Any, body: dict[str, Any], key: SigningKey | None = None, **changes: Any) -> tuple[str, bytes]:
    """A message of the region with this body, signed by its key or another one."""
    fields = {
        "sender_region": region.code,
        "stream": "hot",
        "sequence": 900,
        "kind": "hotlist_entry",
        "sent_at": datetime.now(UTC),
        "body_sha256": sha256_hex(canonical_bytes(body)),
        "body": body,
    }
    message = RegionMessage(**(fields | changes))
    envelope = sign_envelope(canonical_bytes(message), REGION_PAYLOAD_TYPE, key or region.node.key)
    return Address(region.code, message.stream).subject, canonical_bytes(envelope)


def _body(region: Any, **changes: Any) -> dict[str, Any]:
    """The body of the region's first own entry, changed."""
    with region.node.database.begin() as session:
        info = HotlistService(session, region.node).entries(1)[0]
    fields = info.model_dump(mode="json", include=set(HotlistEntryRecord.model_fields))
    return HotlistEntryRecord.model_validate(fields | changes).model_dump(mode="json")


Forgery = Callable[[Any, Any], tuple[str, bytes]]
FORGERIES: dict[str, Forgery] = {
    "regions.signature_invalid": lambda owner, _: _forge(owner, _body(owner), SigningKey.generate()),
    "regions.unknown_peer": lambda owner, _: ("hot.99", _forge(owner, _body(owner))[1]),
    "regions.sender_mismatch": lambda owner, _: _forge(owner, _body(owner), sender_region="78"),
    "regions.digest_mismatch": lambda owner, _: _forge(owner, _body(owner), body_sha256="0" * 64),
    "regions.wrong_owner": lambda owner, _: _forge(owner, _body(owner, owner_region="50", version=7)),
    "regions.version_not_newer": lambda owner, _: _forge(owner, _body(owner, description="other words")),
    "regions.equivocation": lambda owner, _: _forge(owner, _body(owner, version=9), sequence=1),
    "regions.malformed": lambda owner, _: _forge(owner, {"plate": "%"}),
    "regions.malformed\x00": lambda _o, _r: ("hot.77", b"{\x00 \xff"),
    "regions.too_large": lambda _o, _r: ("hot.77", b"x" * 1_000_000),
}


@pytest.mark.parametrize("code", FORGERIES)
def test_a_message_that_lies_is_quarantined_and_changes_nothing(regions: tuple[Any, Any], code: str) -> None:
    owner, reader = regions
    entry = owner.look_for("A372MK77")
    (message,) = _messages(owner)
    assert _receive(reader, message.subject, message.envelope) is Reception.APPLIED

    subject, data = FORGERIES[code](owner, reader)

    assert _receive(reader, subject, data) is Reception.REFUSED
    assert _receive(reader, subject, data) in {Reception.REFUSED, Reception.DUPLICATE}
    assert reader.refusals() == [code.rstrip("\x00")]
    assert reader.entries() == [entry]
    assert _body(reader) == _body(owner), "the copy is still the owner's last word"


def test_an_honest_message_in_the_name_of_another_region_is_refused(regions: tuple[Any, Any]) -> None:
    owner, reader = regions
    reader.look_for("E514OP50")
    (message,) = _messages(reader)
    assert _receive(owner, "hot.50", message.envelope) is Reception.APPLIED
    assert _receive(reader, "hot.77", message.envelope) is Reception.REFUSED
    assert reader.refusals() == ["regions.signature_invalid"]


def test_the_same_message_again_and_out_of_order_changes_nothing(regions: tuple[Any, Any]) -> None:
    owner, reader = regions
    entries = [owner.look_for("A372MK77"), owner.look_for("E514OP50")]
    messages = _messages(owner)
    assert [message.sequence for message in messages] == [1, 2]
    receptions = [_receive(reader, m.subject, m.envelope) for m in (*reversed(messages), *messages)]
    assert receptions == [Reception.APPLIED, Reception.APPLIED, Reception.DUPLICATE, Reception.DUPLICATE]
    assert reader.entries() == sorted(entries)
    assert not reader.refusals()


def test_a_transaction_that_fails_leaves_no_gap_in_the_stream(regions: tuple[Any, Any]) -> None:
    owner, _ = regions
    owner.look_for("A372MK77")
    record = HotlistEntryRecord.model_validate(_body(owner, version=2))
    with pytest.raises(ZeroDivisionError), owner.service() as service:
        assert 1 / (not service.tell_entry(record))  # told, and then the transaction fails
    with owner.service() as service:
        assert service.tell_entry(record)
        assert not service.tell_entry(record), "a job that runs twice says it once"
    assert [message.sequence for message in _messages(owner)] == [1, 2]


def test_a_hit_is_believed_only_from_the_region_that_saw_the_vehicle(regions: tuple[Any, Any]) -> None:
    owner, reader = regions
    owner.look_for("A372MK77")
    (entry,) = _messages(owner)
    _receive(reader, entry.subject, entry.envelope)
    reader.see("A372MK77")
    (hit,) = _messages(reader, "hit.77")
    body = dict(RegionMessage.model_validate_json(_payload(hit.envelope)).body)

    forged = _forge(reader, body | {"seen_region": "78"}, stream="hit.77", kind="hit")
    assert _receive(owner, *forged) is Reception.REFUSED
    stray = _forge(reader, body | {"entry_id": "018f0000-0000-7000-8000-000000000000"}, stream="hit.77", kind="hit",
                   sequence=901)  # fmt: skip
    assert _receive(owner, *stray) is Reception.REFUSED
    assert owner.refusals() == ["not_found", "regions.wrong_owner"]
    assert not owner.hits()

    assert _receive(owner, hit.subject, hit.envelope) is Reception.APPLIED
    assert len(owner.hits()) == 1


def _payload(envelope: bytes) -> bytes:
    return base64.b64decode(json.loads(envelope)["payload"])
