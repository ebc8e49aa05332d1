"""Telling other regions and hearing them, each message in one transaction of this region's database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.service import HotlistService
from fines_api.kit.errors import FinesError, InvalidError, UnavailableError
from fines_api.node import Node
from fines_api.regions import policy
from fines_api.regions.peers import load_peers
from fines_api.regions.repository import OutboxMessage, RegionRepository
from fines_api.regions.schemas import (
    HEARTBEAT_PAYLOAD_TYPE,
    Heartbeat,
    PeerAnswer,
    QuarantinedMessage,
    RegionsAnswer,
)
from recognition.contracts import (
    REGION_PAYLOAD_TYPE,
    HotlistEntryRecord,
    RegionClearanceRecord,
    RegionHitRecord,
    RegionMessage,
    RegionMessageKind,
)
from recognition.evidence import VerifyingKey, canonical_bytes, sha256_hex, sign_envelope

STALE_AFTER = timedelta(minutes=10)
HUB_KEEPS_HITS = timedelta(days=7)
KEPT_WHOLE = 1000
"""So many refused messages are kept whole, of later ones the first KiB."""


class Reception(StrEnum):
    """What became of a message."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class RegionService:
    """What this region says to the others, believes of them, and knows about its freshness."""

    def __init__(self, session: Session, node: Node, peers: Mapping[str, VerifyingKey] | None = None) -> None:
        self._session = session
        self._node = node
        self._repository = RegionRepository(session)
        self._peers = load_peers(node.settings) if peers is None else peers

    @property
    def _region(self) -> str:
        return self._node.settings.region

    def tell_entry(self, record: HotlistEntryRecord) -> bool:
        """Put one version of an own entry into the outbox; False when it is there already.

        Raises:
            InvalidError: the entry belongs to another region (``regions.wrong_owner``).
        """
        if record.owner_region != self._region:
            raise InvalidError(
                f"entry {record.entry_id} belongs to region {record.owner_region}", code="regions.wrong_owner"
            )
        fact_key = f"entry:{record.entry_id}:{record.version}"
        body = record.model_dump(mode="json")
        return self._tell(policy.HOT_STREAM, RegionMessageKind.HOTLIST_ENTRY, body, fact_key)

    def tell_hit(self, record: RegionHitRecord) -> bool:
        """Put one hit on another region's entry into the outbox; False when it is there already.

        Raises:
            InvalidError: the hit is for this region itself, or was not seen here (``regions.wrong_owner``).
        """
        if record.seen_region != self._region or record.owner_region == self._region:
            raise InvalidError(f"hit {record.hit_id} is not ours to tell", code="regions.wrong_owner")
        body = record.model_dump(mode="json")
        return self._tell(policy.hit_stream(record.owner_region), RegionMessageKind.HIT, body, f"hit:{record.hit_id}")

    def tell_clearance(self, record: RegionClearanceRecord) -> bool:
        """Put a clearance into the outbox, to every region as the entry's owner, else to the owner; False: is there.

        Raises:
            InvalidError: neither is the entry ours nor was the vehicle seen here (``regions.wrong_owner``).
        """
        if self._region not in {record.owner_region, record.seen_region}:
            raise InvalidError(f"clearance of {record.hit_id} is not ours to tell", code="regions.wrong_owner")
        is_owner = record.owner_region == self._region
        stream = policy.HOT_STREAM if is_owner else policy.hit_stream(record.owner_region)
        fact_key = f"clearance:{record.hit_id}:{record.content_version}"
        return self._tell(stream, RegionMessageKind.CLEARANCE, record.model_dump(mode="json"), fact_key)

    def receive(self, subject: str, data: bytes) -> Reception:
        """Believe and apply one message of a peer, or put it into quarantine; the same message again does nothing."""
        try:
            believed = policy.believe(subject, data, self._peers)
        except policy.RefusedError as error:
            self.quarantine(subject, data, error)
            return Reception.REFUSED
        message = believed.message
        key = (message.sender_region, message.stream, message.sequence)
        if not self._repository.add_received(*key, believed.payload_sha256, self._node.clock.now()):
            return self._received_before(subject, data, believed)
        try:
            with self._session.begin_nested():
                self._apply(message)
        except UnavailableError:
            raise
        except FinesError as error:
            self._repository.mark_refused(*key, error.code)
            self.quarantine(subject, data, error)
            return Reception.REFUSED
        return Reception.APPLIED

    def quarantine(self, subject: str, data: bytes, error: FinesError) -> None:
        """Keep a refused message with the reason; a sender that floods us keeps only the beginnings."""
        is_roomy = self._repository.quarantine_size() < KEPT_WHOLE
        raw, digest = data[: policy.MAX_MESSAGE_BYTES if is_roomy else 1024], sha256_hex(data)
        is_new = self._repository.quarantine(
            policy.plain(subject),
            raw,
            raw_sha256=digest,
            code=error.code,
            detail=policy.plain(error.message),
            at=self._node.clock.now(),
        )
        if is_new:
            details = {"code": error.code, "subject": policy.plain(subject)}
            audit.record(self._session, self._node, "system:relay", "regions:message:refused", digest, details)

    def heartbeat(self) -> bytes:
        """Return this region's signed heartbeat."""
        last = self._repository.last_sequences().get(policy.HOT_STREAM, 0)
        beat = Heartbeat(sender_region=self._region, sent_at=self._node.clock.now(), last_sequence=last)
        return canonical_bytes(sign_envelope(canonical_bytes(beat), HEARTBEAT_PAYLOAD_TYPE, self._node.key))

    def hear(self, subject: str, data: bytes) -> None:
        """Note a peer's heartbeat; the copy of its list is fresh when everything it announced has arrived."""
        try:
            beat = policy.believe_heartbeat(subject, data, self._peers)
        except policy.RefusedError as error:
            self.quarantine(subject, data, error)
            return
        now = self._node.clock.now()
        count = self._repository.inbox_count(beat.sender_region, policy.HOT_STREAM)
        is_complete = count.received >= beat.last_sequence
        fresh_at = min(beat.sent_at, now) if is_complete else None
        self._repository.save_peer(beat.sender_region, now, fresh_at, beat.last_sequence)

    def freshness(self) -> tuple[PeerAnswer, ...]:
        """Tell how old this region's copy of each peer's list is."""
        now = self._node.clock.now()
        return tuple(self._peer_answer(region, now) for region in sorted(self._peers))

    def overview(self) -> RegionsAnswer:
        """Tell how this region stands with the others."""
        return RegionsAnswer(
            region=self._region,
            has_hub=self._node.settings.hub_url is not None,
            waiting=self._repository.waiting(),
            peers=self.freshness(),
        )

    def quarantined(self, limit: int = 100) -> tuple[QuarantinedMessage, ...]:
        """Return what was refused, newest first."""
        return tuple(
            QuarantinedMessage(
                raw_sha256=row.raw_sha256,
                code=row.code,
                subject=row.subject,
                detail=row.detail,
                first_at=row.first_at,
                last_at=row.last_at,
                occurrences=row.occurrences,
            )
            for row in self._repository.quarantined(limit)
        )

    def last_sequences(self) -> dict[str, int]:
        """Return the last number of each own stream."""
        return self._repository.last_sequences()

    def owed(self, stream: str, after: int, limit: int) -> list[OutboxMessage]:
        """Return own messages the hub lacks beyond its last one, oldest first."""
        now = self._node.clock.now()
        kept_since = datetime.min.replace(tzinfo=now.tzinfo) if stream == policy.HOT_STREAM else now - HUB_KEEPS_HITS
        return self._repository.messages_after(stream, after, kept_since, limit)

    def mark_sent(self, message: OutboxMessage) -> None:
        """Note that the hub confirmed a message."""
        self._repository.mark_sent(message.stream, message.sequence, self._node.clock.now())

    def _tell(self, stream: str, kind: RegionMessageKind, body: dict[str, Any], fact_key: str) -> bool:
        sequence = self._repository.next_sequence(stream)
        if self._repository.has_fact(fact_key):
            self._repository.return_sequence(stream)
            return False
        now = self._node.clock.now()
        message = RegionMessage(
            sender_region=self._region,
            stream=stream,
            sequence=sequence,
            kind=kind,
            sent_at=now,
            body_sha256=sha256_hex(canonical_bytes(body)),
            body=body,
        )
        envelope = canonical_bytes(sign_envelope(canonical_bytes(message), REGION_PAYLOAD_TYPE, self._node.key))
        if len(envelope) > policy.MAX_MESSAGE_BYTES:
            raise InvalidError(f"{fact_key} makes a message of {len(envelope)} bytes", code="regions.too_large")
        subject = policy.Address(self._region, stream).subject
        self._repository.add_message(OutboxMessage(stream, sequence, subject, envelope), fact_key, now)
        return True

    def _received_before(self, subject: str, data: bytes, believed: policy.BelievedMessage) -> Reception:
        message = believed.message
        known = self._repository.received_digest(message.sender_region, message.stream, message.sequence)
        if known == believed.payload_sha256:
            return Reception.DUPLICATE
        error = policy.RefusedError(
            f"number {message.sequence} of {subject} was another message before",
            code="regions.equivocation",
        )
        self.quarantine(subject, data, error)
        return Reception.REFUSED

    def _apply(self, message: RegionMessage) -> None:
        hotlists = HotlistService(self._session, self._node)
        if message.kind is RegionMessageKind.CLEARANCE:
            hotlists.apply_clearance(policy.clearance_of(message, self._region))
            return
        if message.stream != policy.HOT_STREAM:
            hotlists.record_remote_hit(policy.hit_of(message, self._region))
            return
        record = policy.entry_of(message)
        if not hotlists.apply_remote(record):
            raise policy.RefusedError(
                f"version {record.version} of entry {record.entry_id} is not newer than ours",
                code="regions.version_not_newer",
            )

    def _peer_answer(self, region: str, now: datetime) -> PeerAnswer:
        peer = self._repository.peer(region)
        count = self._repository.inbox_count(region, policy.HOT_STREAM)
        fresh_at = peer.fresh_at if peer else None
        announced = max(peer.announced_sequence if peer else 0, count.last_sequence)
        age_s = (now - fresh_at).total_seconds() if fresh_at else None
        return PeerAnswer(
            region=region,
            list_as_of=fresh_at,
            list_age_s=age_s,
            list_age=policy.describe_age(age_s),
            is_stale=age_s is None or age_s > STALE_AFTER.total_seconds(),
            last_received=count.last_sequence,
            last_announced=announced,
            missing=announced - count.received,
            refused=count.refused,
        )
