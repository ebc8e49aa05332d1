"""Events in: verified, entered once, applied or quarantined one by one, and answered with a signed receipt."""

import base64
import binascii
from typing import Any
from uuid import UUID

import structlog
from pydantic import ValidationError

from fines_api.db import Session
from fines_api.devices.service import DeviceService
from fines_api.hotlists.service import HotlistService
from fines_api.intake import policy
from fines_api.intake.chain import Chain, ChainLink
from fines_api.intake.quarantine import QuarantineService
from fines_api.intake.repository import EvidenceRepository, IntakeRepository
from fines_api.intake.schemas import AlarmInfo, GapInfo, IntakeHealth, RefusedKind, StoredCandidate
from fines_api.intake.tables import CandidateRow
from fines_api.kit.errors import FinesError, InvalidError, NotFoundError, UnavailableError
from fines_api.kit.evidence import read_evidence
from fines_api.kit.jobs import defer, describe_failed, failed_jobs
from fines_api.node import Node
from fines_api.passages.service import PassageService
from fines_api.sites.service import SiteService
from recognition.contracts import (
    EVENT_PAYLOAD_TYPE,
    RECEIPT_PAYLOAD_TYPE,
    CloudEvent,
    DsseEnvelope,
    EventBatchAnswer,
    EventType,
    EvidenceError,
    EvidenceManifest,
    IntakeResult,
    IntakeStatus,
    Passage,
    Receipt,
    Site,
    ViolationCandidate,
)
from recognition.evidence import (
    VerifyingKey,
    canonical_bytes,
    open_envelope,
    sha256_hex,
    sign_envelope,
    verify_package,
)

_log = structlog.get_logger(__name__)
_MAX_SHOWN = 500


class IntakeService:
    """The door of one region for one device at a time."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._books = IntakeRepository(session)
        self._evidence = EvidenceRepository(session)
        self._chain = Chain(self._books, node.clock)
        self._quarantine = QuarantineService(session, node)
        self._passages = PassageService(session, node)
        self._hotlists = HotlistService(session, node)
        self._sites = SiteService(session, node)

    def receive(self, device_id: str, events: list[Any]) -> EventBatchAnswer:
        """Take a batch in; every event gets its own answer, in order.

        Raises:
            UnavailableError: database or storage is down; nothing of the batch was taken.
        """
        self._books.lock_device(device_id)
        keys = DeviceService(self._session, self._node).verifying_keys(device_id)
        results = tuple(self._receive_one(device_id, raw, keys) for raw in events)
        receipt = Receipt(
            device_id=device_id, region=self._node.settings.region, issued_at=self._node.clock.now(), results=results
        )
        signed = sign_envelope(canonical_bytes(receipt), RECEIPT_PAYLOAD_TYPE, self._node.key)
        return EventBatchAnswer(results=results, receipt=signed)

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

    def _receive_one(self, device_id: str, raw: Any, keys: list[VerifyingKey]) -> IntakeResult:
        try:
            envelope = _envelope_of(raw)
            payload = open_envelope(envelope, EVENT_PAYLOAD_TYPE, keys)
        except (InvalidError, EvidenceError) as error:
            return self._refuse_unsigned(device_id, raw, error.code, error.message)
        return self._receive_signed(device_id, envelope, payload, keys)

    def _receive_signed(
        self, device_id: str, envelope: DsseEnvelope, payload: bytes, keys: list[VerifyingKey]
    ) -> IntakeResult:
        position = policy.chain_position(payload)
        if position is None:
            return self._refuse_unsigned(device_id, envelope.model_dump(), "intake.malformed", "no place in a chain")
        epoch, seq, previous = position
        link = ChainLink(device_id, epoch, seq, sha256_hex(payload), previous)
        if known := self._answer_known(link, payload):
            return known
        event_type = None
        try:
            with self._books.savepoint():
                event = CloudEvent.model_validate_json(payload)
                policy.check_source(event, device_id)
                event_type = event.type.value
                self._apply(event, keys)
                self._chain.append(link, event_type, None, envelope.model_dump())
        except policy.EvidenceNotHereError as error:
            return _result(link, IntakeStatus.RETRY, error.code, error.message)
        except UnavailableError:
            raise
        except ValidationError as error:
            return self._refuse(
                link, event_type, envelope, payload=payload, code="intake.malformed", detail=_reasons(error)
            )
        except (FinesError, EvidenceError) as error:
            return self._refuse(link, event_type, envelope, payload=payload, code=error.code, detail=error.message)
        return _result(link, IntakeStatus.ACCEPTED)

    def _answer_known(self, link: ChainLink, payload: bytes) -> IntakeResult | None:
        known = self._books.event(link.device_id, link.epoch, link.seq)
        if known is None:
            return None
        if known.event_sha256 != link.sha256:
            detail = f"place {link.epoch}/{link.seq} already holds {known.event_sha256}"
            self._quarantine.keep(link.device_id, RefusedKind.EVENT, "intake.equivocation", detail, payload)
            self._chain.alarm(link, "intake.equivocation", detail)
            return _result(link, IntakeStatus.QUARANTINED, "intake.equivocation", detail)
        if known.refused_code is not None:
            return _result(link, IntakeStatus.QUARANTINED, known.refused_code)
        return _result(link, IntakeStatus.DUPLICATE)

    def _refuse(
        self, link: ChainLink, event_type: str | None, envelope: DsseEnvelope, *, payload: bytes, code: str, detail: str
    ) -> IntakeResult:
        """Quarantine a signed event but let it keep its place, so that the chain goes on behind it."""
        _log.warning("intake.quarantined", device=link.device_id, seq=link.seq, code=code)
        self._quarantine.keep(link.device_id, RefusedKind.EVENT, code, detail, payload)
        self._chain.append(link, event_type, code, envelope.model_dump())
        return _result(link, IntakeStatus.QUARANTINED, code, detail[:500])

    def _refuse_unsigned(self, device_id: str, raw: Any, code: str, detail: str) -> IntakeResult:
        """Quarantine what nobody we know signed; it gets no place in the chain."""
        data = _raw_bytes(raw)
        _log.warning("intake.quarantined", device=device_id, code=code)
        self._quarantine.keep(device_id, RefusedKind.EVENT, code, detail, data)
        digest = _payload_digest(raw) or sha256_hex(data)
        return _result(ChainLink(device_id, 0, 0, digest, ""), IntakeStatus.QUARANTINED, code, detail[:500])

    def _apply(self, event: CloudEvent, keys: list[VerifyingKey]) -> None:
        if event.type is EventType.PASSAGE_RECORDED:
            self._apply_passage(Passage.model_validate(event.data))
        else:
            self._apply_candidate(ViolationCandidate.model_validate(event.data), keys)

    def _apply_passage(self, passage: Passage) -> None:
        site = self._known_site(passage.site_id, passage.site_version)
        wanted = {image.sha256 for image in passage.images}
        if missing := wanted - self._evidence.known(wanted):
            raise policy.EvidenceNotHereError(f"send evidence first: {', '.join(sorted(missing))}")
        if self._passages.store(passage, sha256_hex(canonical_bytes(passage))):
            self._hotlists.match_passage(passage, site)

    def _apply_candidate(self, candidate: ViolationCandidate, keys: list[VerifyingKey]) -> None:
        self._known_site(candidate.site_id, candidate.site_version)
        try:
            data = read_evidence(self._node.storage, candidate.package_sha256)
        except NotFoundError as error:
            raise policy.EvidenceNotHereError(f"send evidence first: {candidate.package_sha256}") from error
        manifest, _ = verify_package(data, keys)
        policy.check_agreement(candidate, manifest, len(data))
        document = candidate.model_dump(mode="json")
        known = self._books.candidate(candidate.candidate_id)
        if known is not None:
            if known.candidate != document:
                raise InvalidError("another candidate has this id", code="intake.candidate_conflict")
            return
        self._books.add_candidate(
            CandidateRow(
                candidate_id=candidate.candidate_id,
                device_id=candidate.device_id,
                package_sha256=candidate.package_sha256,
                received_at=self._node.clock.now(),
                candidate=document,
                manifest=manifest.model_dump(mode="json"),
            )
        )
        defer(self._session, "cases.open", candidate_id=str(candidate.candidate_id))

    def _known_site(self, site_id: str, version: int) -> Site:
        site = self._sites.version(site_id, version)
        if site is None:
            raise policy.EvidenceNotHereError(
                f"site {site_id} version {version} is not registered here",
                hint="fines-api import-site SITE.toml",
                code="site.unknown",
            )
        return site


def _envelope_of(raw: Any) -> DsseEnvelope:
    try:
        envelope = DsseEnvelope.model_validate(raw)
    except ValidationError as error:
        raise InvalidError(f"not a DSSE envelope: {_reasons(error)}", code="intake.malformed") from error
    if len(envelope.payload) > policy.MAX_EVENT_BYTES:
        raise InvalidError(f"the event has more than {policy.MAX_EVENT_BYTES} bytes", code="intake.too_large")
    return envelope


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


def _reasons(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()[:5])


def _result(link: ChainLink, status: IntakeStatus, code: str | None = None, detail: str | None = None) -> IntakeResult:
    return IntakeResult(
        epoch=link.epoch, seq=link.seq, event_sha256=link.sha256, status=status, code=code, detail=detail
    )
