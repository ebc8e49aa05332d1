"""What the events of a batch do: passages many at a time, candidates one by one, each refused for itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from fines_api.db import Session
from fines_api.hotlists.service import HotlistService
from fines_api.intake import policy
from fines_api.intake.batch import Batch
from fines_api.intake.delivery import Delivered, read_event, reasons
from fines_api.intake.quarantine import QuarantineService
from fines_api.intake.repository import EvidenceRepository, IntakeRepository
from fines_api.intake.schemas import RefusedKind
from fines_api.intake.tables import CandidateRow
from fines_api.kit.errors import FinesError, InvalidError, NotFoundError, UnavailableError
from fines_api.kit.evidence import read_evidence
from fines_api.kit.jobs import defer
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.sites.service import SiteService
from recognition.contracts import (
    CandidateEvent,
    EventType,
    EvidenceError,
    Passage,
    PassageEvent,
    Site,
    ViolationCandidate,
)
from recognition.evidence import VerifyingKey, verify_package

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Arrived:
    number: int
    event: Delivered
    passage: Passage
    site: Site


class Applier:
    """Applies events that are signed and new."""

    def __init__(self, session: Session, node: Node, batch: Batch) -> None:
        self._session = session
        self._node = node
        self._batch = batch
        self._books = IntakeRepository(session)
        self._evidence = EvidenceRepository(session)
        self._quarantine = QuarantineService(session, node)
        self._passages = PassageService(session, node)
        self._hotlists = HotlistService(session, node)
        self._sites = SiteService(session, node)
        self._known_sites: dict[tuple[str, int], Site | None] = {}

    def apply(self, events: dict[int, Delivered]) -> None:
        """Apply them all; the batch has an answer for each afterwards.

        Raises:
            UnavailableError: database or storage is down.
        """
        passages: dict[int, tuple[Delivered, Passage]] = {}
        for number, event in events.items():
            read = self._read(number, event)
            if isinstance(read, PassageEvent):
                passages[number] = event, read.data
            elif isinstance(read, CandidateEvent):
                self._one(number, event, read.type, lambda read=read: self._apply_candidate(read.data))  # type: ignore[misc]
        arrived = self._with_pictures_and_site(passages)
        fresh = self._keep_passages(arrived)
        self._hotlists.match_passages([(one.passage, one.site) for one in fresh])

    def _read(self, number: int, event: Delivered) -> PassageEvent | CandidateEvent | None:
        try:
            read = read_event(event)
            policy.check_source(read, read.data.device_id, self._batch.device_id)
        except ValidationError as error:
            self._refuse(number, event, None, "intake.malformed", reasons(error))
        except InvalidError as error:
            self._refuse(number, event, None, error.code, error.message)
        else:
            return read
        return None

    def _with_pictures_and_site(self, passages: dict[int, tuple[Delivered, Passage]]) -> list[_Arrived]:
        """Put off what names a picture or a site that is not here, and return the rest."""
        wanted = {image.sha256 for _, passage in passages.values() for image in passage.images}
        if wanted:
            self._evidence.want(wanted)
        here = self._evidence.known(wanted) if wanted else set()
        arrived = []
        for number, (event, passage) in passages.items():
            missing = {image.sha256 for image in passage.images} - here
            if missing:
                self._batch.put_off(
                    number, event, "evidence.missing", f"send evidence first: {', '.join(sorted(missing))}"
                )
                continue
            try:
                site = self._known_site(passage.site_id, passage.site_version)
            except policy.EvidenceNotHereError as error:
                self._batch.put_off(number, event, error.code, error.message)
            else:
                arrived.append(_Arrived(number, event, passage, site))
        return arrived

    def _keep_passages(self, arrived: Sequence[_Arrived]) -> list[_Arrived]:
        """Keep them together; when something is wrong with one, halve until it stands alone.  Returns the new ones."""
        if not arrived:
            return []
        try:
            with self._books.savepoint():
                is_new = self._passages.keep([ReportedPassage(one.passage, one.event.payload) for one in arrived])
        except InvalidError as error:
            if len(arrived) > 1:
                half = len(arrived) // 2
                return self._keep_passages(arrived[:half]) + self._keep_passages(arrived[half:])
            self._refuse(arrived[0].number, arrived[0].event, EventType.PASSAGE_RECORDED, error.code, error.message)
            return []
        for one in arrived:
            self._batch.accept(one.number, one.event, EventType.PASSAGE_RECORDED)
        return [one for one, new in zip(arrived, is_new, strict=True) if new]

    def _one(self, number: int, event: Delivered, kind: EventType, apply: Callable[[], None]) -> None:
        try:
            with self._books.savepoint():
                apply()
        except policy.EvidenceNotHereError as error:
            self._batch.put_off(number, event, error.code, error.message)
        except UnavailableError:
            raise
        except (FinesError, EvidenceError) as error:
            self._refuse(number, event, kind, error.code, error.message)
        else:
            self._batch.accept(number, event, kind)

    def _refuse(self, number: int, event: Delivered, kind: EventType | None, code: str, detail: str) -> None:
        """Quarantine a signed event but let it keep its place, so that the chain goes on behind it."""
        _log.warning("intake.quarantined", device=self._batch.device_id, seq=event.link.seq, code=code)
        self._quarantine.keep(self._batch.device_id, RefusedKind.EVENT, code, detail, event.payload)
        self._batch.refuse(number, event, kind, code, detail)

    def _apply_candidate(self, candidate: ViolationCandidate) -> None:
        self._known_site(candidate.site_id, candidate.site_version)
        try:
            data = read_evidence(self._node.storage, candidate.package_sha256)
        except NotFoundError as error:
            raise policy.EvidenceNotHereError(f"send evidence first: {candidate.package_sha256}") from error
        keys: Iterable[VerifyingKey] = self._batch.keys
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
        key = (site_id, version)
        if key not in self._known_sites:
            self._known_sites[key] = self._sites.version(site_id, version)
        site = self._known_sites[key]
        if site is None:
            raise policy.EvidenceNotHereError(
                f"site {site_id} version {version} is not registered here",
                hint="fines-api import-site SITE.toml",
                code="site.unknown",
            )
        return site
