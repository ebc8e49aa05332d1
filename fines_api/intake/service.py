"""Events in: verified, entered once, applied or quarantined one by one, and answered with a signed receipt."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from fines_api.db import Session
from fines_api.devices.service import DeviceService
from fines_api.intake.applying import Applier
from fines_api.intake.batch import Batch
from fines_api.intake.chain import Chain
from fines_api.intake.delivery import ChainLink, Delivered, authentic, open_delivery
from fines_api.intake.quarantine import QuarantineService
from fines_api.intake.repository import IntakeRepository
from fines_api.intake.schemas import AlarmInfo, GapInfo, IntakeHealth, RefusedKind, StoredCandidate
from fines_api.kit.errors import InvalidError, NotFoundError
from fines_api.kit.evidence import read_evidence
from fines_api.kit.jobs import describe_failed, failed_jobs
from fines_api.node import Node
from recognition.contracts import (
    RECEIPT_PAYLOAD_TYPE,
    EventBatchAnswer,
    EvidenceError,
    EvidenceManifest,
    IntakeResult,
    Receipt,
    ViolationCandidate,
)
from recognition.evidence import canonical_bytes, sha256_hex, sign_envelope, verify_package

_NOWHERE = (0, 0)
_log = structlog.get_logger(__name__)
_MAX_SHOWN = 500


class IntakeService:
    """The door of one region for one device at a time."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._books = IntakeRepository(session)
        self._chain = Chain(self._books, node.clock)
        self._quarantine = QuarantineService(session, node)

    def receive(self, device_id: str, events: Sequence[Any]) -> tuple[IntakeResult, ...]:
        """Take a batch in; every event gets its own answer, in order.  To be signed after the commit.

        Raises:
            UnavailableError: database or storage is down; nothing of the batch was taken.
        """
        self._books.lock_device(device_id)
        batch = Batch(device_id, DeviceService(self._session, self._node).verifying_keys(device_id), len(events))
        arrived = self._open(batch, events)
        Applier(self._session, self._node, batch).apply(self._signed_and_new(batch, arrived, events))
        self._chain.append(device_id, batch.entries, batch.key_ids)
        return batch.answer()

    def _open(self, batch: Batch, events: Sequence[Any]) -> dict[int, Delivered]:
        arrived = {}
        for number, raw in enumerate(events):
            try:
                arrived[number] = open_delivery(batch.device_id, raw)
            except InvalidError as error:
                self._refuse_unsigned(batch, number, raw, error.code, error.message)
        return arrived

    def _signed_and_new(
        self, batch: Batch, arrived: dict[int, Delivered], events: Sequence[Any]
    ) -> dict[int, Delivered]:
        """Answer what is here already, refuse what nobody we know signed, and return the rest."""
        places = {event.place for event in arrived.values() if event.place != _NOWHERE}
        known = self._books.known(batch.device_id, places)
        unproven = {}
        for number, event in arrived.items():
            before = known.get(event.place)
            if before is not None and before.sha256 == event.link.sha256:
                batch.is_known(number, event.link, before.refused_code)
            else:
                unproven[number] = event
        numbers = list(unproven)
        proven = {numbers[at] for at in authentic(list(unproven.values()), batch.keys)}
        taken = {place: one.sha256 for place, one in known.items()}
        fresh: dict[tuple[int, int], int] = {}
        for number, event in unproven.items():
            if number not in proven:
                code, detail = "evidence.signature_invalid", "no signature by a trusted key"
                self._refuse_unsigned(batch, number, events[number], code, detail)
            elif event.place == _NOWHERE:
                self._refuse_unsigned(batch, number, events[number], "intake.malformed", "no place in a chain")
            elif (holder := taken.setdefault(event.place, event.link.sha256)) != event.link.sha256:
                self._equivocates(batch, number, event, holder)
            elif event.place in fresh:
                batch.is_same_as(number, fresh[event.place])
            else:
                fresh[event.place] = number
        return {number: unproven[number] for number in fresh.values()}

    def candidate(self, candidate_id: UUID) -> StoredCandidate:
        """Return a candidate with its verified manifest.

        Raises:
            NotFoundError: there is none.
        """
        row = self._books.candidate(candidate_id)
        if row is None:
            raise NotFoundError(f"no candidate {candidate_id}")
        return StoredCandidate(
            candidate=ViolationCandidate.model_validate(row.candidate),
            manifest=EvidenceManifest.model_validate(row.manifest),
            received_at=row.received_at,
        )

    def candidate_passages(self, since: datetime) -> list[UUID]:
        """Return the passages of the candidates that came since a moment."""
        return self._books.candidate_passages(since)

    def open_package(self, candidate_id: UUID) -> tuple[EvidenceManifest, dict[str, bytes]]:
        """Read a candidate's package from storage and verify it anew.

        Returns:
            The manifest and the files by path.

        Raises:
            NotFoundError: no such candidate or package.
            EvidenceDamagedError: the stored package was altered.
            EvidenceError: a signature or digest inside does not hold.
        """
        stored = self.candidate(candidate_id).candidate
        data = read_evidence(self._node.storage, stored.package_sha256)
        return verify_package(data, DeviceService(self._session, self._node).verifying_keys(stored.device_id))

    def health(self) -> IntakeHealth:
        """Tell what is missing, what is wrong, and which jobs gave up."""
        return IntakeHealth(
            open_gaps=[GapInfo.model_validate(row, from_attributes=True) for row in self._books.open_gaps(_MAX_SHOWN)],
            alarms=[AlarmInfo.model_validate(row, from_attributes=True) for row in self._books.alarms(_MAX_SHOWN)],
            dead_letters=describe_failed(failed_jobs(self._session)),
        )

    def _refuse_unsigned(self, batch: Batch, number: int, raw: Any, code: str, detail: str) -> None:
        """Quarantine what nobody we know signed; it gets no place in the chain."""
        data = _raw_bytes(raw)
        _log.warning("intake.quarantined", device=batch.device_id, code=code)
        self._quarantine.keep(batch.device_id, RefusedKind.EVENT, code, detail, data)
        digest = _payload_digest(raw) or sha256_hex(data)
        batch.turn_away(number, ChainLink(batch.device_id, 0, 0, digest, ""), code, detail)

    def _equivocates(self, batch: Batch, number: int, event: Delivered, holder: str) -> None:
        code = "intake.equivocation"
        detail = f"place {event.link.epoch}/{event.link.seq} already holds {holder}"
        self._quarantine.keep(batch.device_id, RefusedKind.EVENT, code, detail, event.payload)
        self._chain.alarm(event.link, code, detail)
        batch.turn_away(number, event.link, code, detail)


def signed_answer(node: Node, device_id: str, results: tuple[IntakeResult, ...]) -> EventBatchAnswer:
    """Sign for what was committed: the device may let these events go."""
    receipt = Receipt(device_id=device_id, region=node.settings.region, issued_at=node.clock.now(), results=results)
    signed = sign_envelope(receipt.model_dump_json().encode(), RECEIPT_PAYLOAD_TYPE, node.key)
    return EventBatchAnswer(results=results, receipt=signed)


def _payload_digest(raw: Any) -> str | None:
    payload = raw.get("payload") if isinstance(raw, dict) else None
    if not isinstance(payload, str):
        return None
    try:
        return sha256_hex(base64.b64decode(payload, validate=True))
    except (binascii.Error, ValueError):
        return None


def _raw_bytes(raw: Any) -> bytes:
    try:
        return canonical_bytes({"event": raw})
    except EvidenceError:
        return repr(raw).encode("utf-8", "replace")
