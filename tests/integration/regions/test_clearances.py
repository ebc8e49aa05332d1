"""A wrong match, said by one officer, is silent in every region until the source corrects its entry."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import HitState, Verdict
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Principal, Role
from fines_api.regions.policy import Address
from fines_api.regions.service import Reception
from recognition.contracts import REGION_PAYLOAD_TYPE, RegionMessage
from recognition.evidence import canonical_bytes, sha256_hex, sign_envelope

pytestmark = pytest.mark.integration
PLATE = "A372MK77"
OFFICER = Principal(uuid4(), Role.POLICE, "ivanova", None)


def messages(region: Any, stream: str) -> list[Any]:
    with region.service() as service:
        return list(service.owed(stream, 0, 100))


def carry(sender: Any, receiver: Any, stream: str) -> list[Reception]:
    """Bring everything one region ever said to the other, again and again."""
    with receiver.service() as service:
        return [service.receive(one.subject, one.envelope) for one in messages(sender, stream)]


def judge(region: Any, verdict: Verdict = Verdict.WRONG_VEHICLE) -> None:
    number = region.hits()[0].id
    with region.node.database.begin() as session:
        HitService(session, region.node).judge(number, verdict, "another colour", OFFICER)
    region.work()


def states(region: Any) -> list[str]:
    return [hit.state.value for hit in reversed(region.hits())]


@pytest.fixture
def seen(regions: tuple[Any, Any]) -> tuple[Any, Any]:
    """Region 77 looks for a car, region 50 sees it, both know."""
    owner, reader = regions
    owner.look_for(PLATE)
    carry(owner, reader, "hot")
    reader.see(PLATE)
    carry(reader, owner, "hit.77")
    return owner, reader


def test_the_region_that_saw_it_clears_it_for_all(seen: tuple[Any, Any]) -> None:
    owner, reader = seen
    judge(reader)
    assert carry(reader, owner, "hit.77") == [Reception.DUPLICATE, Reception.APPLIED]
    assert states(owner) == ["wrong_vehicle"]
    with owner.node.database.begin() as session:
        (shown,) = HotlistService(session, owner.node).entries(1)[0].clearances
    assert (shown.verdict, shown.cleared_by, shown.vehicle_class) == ("wrong_vehicle", "region:50", "car")
    owner.see(PLATE)
    assert states(owner) == ["wrong_vehicle", "cleared"]
    owner.work()  # tells every region
    assert carry(owner, reader, "hot")[-1] is Reception.APPLIED
    reader.see(PLATE)
    assert states(reader) == ["wrong_vehicle", "cleared"]


def test_the_owner_clears_it_where_it_was_seen(seen: tuple[Any, Any]) -> None:
    owner, reader = seen
    reader.see(PLATE)
    assert states(reader) == ["new", "new"]
    judge(owner, Verdict.STALE)
    assert carry(owner, reader, "hot")[-1] is Reception.APPLIED
    assert states(reader) == ["stale", "cleared"]
    reader.see(PLATE)
    assert states(reader)[-1] == "cleared"


def test_a_new_term_of_the_source_lifts_it(seen: tuple[Any, Any]) -> None:
    owner, reader = seen
    judge(owner)
    carry(owner, reader, "hot")
    with owner.node.database.begin() as session:
        service = HotlistService(session, owner.node)
        entry = service.entries(1)[0]
        service.confirm(entry.entry_id, entry.valid_until, actor="police:a")
        service.approve(entry.entry_id, actor="police:b")
    owner.work()
    carry(owner, reader, "hot")
    reader.see(PLATE)
    assert states(reader)[-1] == HitState.NEW


def test_a_correct_verdict_is_told_nobody(seen: tuple[Any, Any]) -> None:
    owner, reader = seen
    judge(reader, Verdict.CORRECT)
    assert len(messages(reader, "hit.77")) == 1
    assert states(owner) == ["new"]


def forge(region: Any, stream: str, body: dict[str, Any]) -> tuple[str, bytes]:
    message = RegionMessage(
        sender_region=region.code, stream=stream, sequence=900, kind="clearance", sent_at=datetime.now(UTC),
        body_sha256=sha256_hex(canonical_bytes(body)), body=body,
    )  # fmt: skip
    envelope = sign_envelope(canonical_bytes(message), REGION_PAYLOAD_TYPE, region.node.key)
    return Address(region.code, stream).subject, canonical_bytes(envelope)


@pytest.mark.parametrize(
    ("stream", "changes", "code"),
    [
        ("hot", {}, "regions.wrong_owner"),
        ("hit.77", {"said_by": "77"}, "regions.wrong_owner"),
        ("hit.77", {"seen_region": "77"}, "regions.wrong_owner"),
        ("hit.77", {"owner_region": "50"}, "regions.wrong_owner"),
        ("hit.77", {"hit_id": str(uuid4())}, "not_found"),
        ("hit.77", {"entry_id": str(uuid4())}, "not_found"),
        ("hit.77", {"verdict": "correct"}, "hotlist.clearance"),
        ("hit.77", {"verdict": "boring"}, "hotlist.clearance"),
        ("hit.77", {"vehicle_class": "tank"}, "regions.malformed"),
    ],
)
def test_a_clearance_that_lies_is_quarantined(
    seen: tuple[Any, Any], stream: str, changes: dict[str, Any], code: str
) -> None:
    owner, reader = seen
    judge(reader)
    honest = messages(reader, "hit.77")[1]
    payload = base64.b64decode(json.loads(honest.envelope)["payload"])
    body = RegionMessage.model_validate_json(payload).body | changes
    with owner.service() as service:
        assert service.receive(*forge(reader, stream, body)) is Reception.REFUSED
    assert owner.refusals() == [code]
    assert states(owner) == ["new"]
