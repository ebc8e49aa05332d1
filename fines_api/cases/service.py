"""Open a case from a sealed candidate, show it, and move it along its table; every change leaves one audit row."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fines_api import audit
from fines_api.cases.evidence import read_file
from fines_api.cases.policy import (
    CaseEvent,
    CaseState,
    Facts,
    Look,
    effective_mode,
    is_same_look,
    next_state,
    opening_state,
    run_gates,
)
from fines_api.cases.repository import CaseRepository
from fines_api.cases.schemas import CaseSummary, CaseView, EvidenceFile
from fines_api.cases.tables import CaseRow
from fines_api.db import Session
from fines_api.jurisdictions import Law, load_law
from fines_api.kit.calendar import local_day
from fines_api.kit.errors import NotFoundError
from fines_api.kit.evidence import read_evidence
from fines_api.node import Node
from fines_api.registry.schemas import Vehicle
from fines_api.registry.service import RegistryService
from fines_api.search.service import SearchService
from fines_api.sites.service import SiteService
from fines_api.tariffs import article_for, is_within_limitation, limitation_day
from recognition.contracts import EvidenceManifest, PlateKey, RuleMode, Site, VehicleClass, ViolationCandidate

_OPENER = "system:cases"
_COPIED = (
    "candidate_id", "passage_id", "device_id", "site_id", "site_version", "rule", "occurred_at", "plate_confidence",
    "limit_kmh", "excess_kmh", "reviewers", "package_sha256",
)  # fmt: skip


class CaseService:
    """Cases of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._cases = CaseRepository(session)

    @property
    def law(self) -> Law:
        """The law of this region's jurisdiction."""
        return load_law(self._node.settings.jurisdiction)

    def open(self, candidate: ViolationCandidate, manifest: EvidenceManifest) -> UUID:
        """Open the case of a candidate, whose manifest intake has verified, once; again it returns the same case."""
        self._cases.lock_plate(candidate.plate)
        known = self._cases.by_candidate(candidate.candidate_id)
        if known is not None:
            return known.case_id
        row = self._new_case(candidate, manifest)
        self._cases.add(row)
        details = {
            "candidate_id": str(candidate.candidate_id),
            "state": row.state,
            "hold_reason": row.hold_reason,
            "rule_mode": row.rule_mode,
            "reviewers": row.reviewers,
        }
        audit.record(self._session, self._node, _OPENER, "cases:case:opened", str(row.case_id), details)
        return row.case_id

    def view(self, case_id: UUID) -> CaseView:
        """Return the whole file.

        Raises:
            NotFoundError: no such case.
        """
        return self._to_view(self._found(self._cases.get(case_id)))

    def queue(self, states: Sequence[CaseState], limit: int = 100) -> list[CaseSummary]:
        """List cases in these states (all when none is named), the most urgent first."""
        return [self._to_summary(row) for row in self._cases.queue([state.value for state in states], limit)]

    def passages_between(self, first: datetime, past: datetime) -> list[UUID]:
        """Return the passages of the cases that occurred in a time."""
        return self._cases.passages_between(first, past)

    def counts(self) -> dict[str, int]:
        """Count the cases in each state."""
        return self._cases.counts()

    def evidence(self, case_id: UUID, path: str) -> EvidenceFile:
        """Return one file of the case's package, or the whole package as ``package.zip``.

        Raises:
            NotFoundError: no such case or file.
            EvidenceDamagedError: the stored package was altered (``evidence.digest_mismatch``).
        """
        row = self._found(self._cases.get(case_id))
        manifest = EvidenceManifest.model_validate(row.manifest)
        return read_file(read_evidence(self._node.storage, row.package_sha256), path, manifest.items)

    def advance(
        self, case_id: UUID, event: CaseEvent, *, actor: str, details: Mapping[str, Any] | None = None
    ) -> CaseView:
        """Move the case by one event and write the audit row of it.

        Raises:
            NotFoundError: no such case.
            ConflictError: the table does not allow it.
        """
        row = self._found(self._cases.lock(case_id))
        before, after = CaseState(row.state), next_state(CaseState(row.state), event)
        row.state = after.value
        if after is not CaseState.HELD:
            row.hold_reason = None
        self._session.flush()
        facts = {"from": before.value, "to": after.value, **(details or {})}
        audit.record(self._session, self._node, actor, f"cases:case:{event.value}", str(case_id), facts)
        return self._to_view(row)

    def lock(self, case_id: UUID) -> CaseView:
        """Return the case and keep others from changing it until the transaction ends.

        Raises:
            NotFoundError: no such case.
        """
        return self._to_view(self._found(self._cases.lock(case_id)))

    def _facts(self, candidate: ViolationCandidate, manifest: EvidenceManifest, site: Site | None) -> Facts:
        law, now, timezone = self.law, self._node.clock.now(), self._node.settings.timezone
        violated_on = local_day(candidate.occurred_at, timezone)
        vehicle = RegistryService(self._session, self._node).vehicle_of(candidate.plate)
        window = timedelta(seconds=law.limits.duplicate_window_s)
        return Facts(
            rule=candidate.rule,
            occurred_at=candidate.occurred_at,
            now=now,
            is_in_time=is_within_limitation(law, violated_on, local_day(now, timezone)),
            clock=manifest.clock,
            certificate=site.certificate if site else None,
            measurement=candidate.measurement,
            limit_kmh=candidate.limit_kmh,
            excess_kmh=candidate.excess_kmh,
            vehicle_class=candidate.vehicle_class,
            registered_class=vehicle.vehicle_class if vehicle else None,
            article=article_for(law, candidate.rule, candidate.excess_kmh, violated_on),
            is_clone_suspected=SearchService(self._session, self._node).is_cloned_at(
                candidate.plate, candidate.occurred_at
            ),
            is_same_look=is_same_look(_look_shown(candidate), _look_registered(vehicle)),
            is_duplicate=self._cases.has_same_act(candidate.plate, candidate.rule, candidate.occurred_at, window),
        )

    def _new_case(self, candidate: ViolationCandidate, manifest: EvidenceManifest) -> CaseRow:
        site = self._site(candidate.site_id, candidate.site_version)
        facts = self._facts(candidate, manifest, site)
        mode = effective_mode([candidate.rule_mode, _site_mode(site, candidate)], facts.article)
        gates = run_gates(facts, self.law)
        state = opening_state(mode, gates)
        stopped = next((gate.gate.value for gate in gates if not gate.is_passed), None)
        violated_on = local_day(candidate.occurred_at, self._node.settings.timezone)
        return CaseRow(
            case_id=uuid4(),
            package_id=manifest.package_id,
            rule_mode=mode.value,
            opened_at=facts.now,
            **candidate.plate.model_dump(include={"plate", "plate_region", "plate_type"}),
            **{name: getattr(candidate, name) for name in _COPIED},
            vehicle_class=candidate.vehicle_class.value,
            measurement=candidate.measurement.model_dump(mode="json") if candidate.measurement else None,
            facts=dict(candidate.facts),
            manifest=manifest.model_dump(mode="json"),
            article=facts.article.article if facts.article else None,
            part=facts.article.part if facts.article else None,
            gates=[gate.as_json() for gate in gates],
            limitation_until=limitation_day(self.law, violated_on)[0],
            state=state.value,
            hold_reason=stopped if state is CaseState.HELD else None,
        )

    def _site(self, site_id: str, version: int) -> Site | None:
        return SiteService(self._session, self._node).version(site_id, version)

    def _to_summary(self, row: CaseRow) -> CaseSummary:
        return CaseSummary.model_validate(self._summary_fields(row, self._site(row.site_id, row.site_version)))

    def _summary_fields(self, row: CaseRow, site: Site | None) -> dict[str, Any]:
        return {
            "case_id": row.case_id,
            "state": CaseState(row.state),
            "hold_reason": row.hold_reason,
            "rule": row.rule,
            "occurred_at": row.occurred_at,
            "plate": PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type),
            "measurement": row.measurement,
            "limit_kmh": row.limit_kmh,
            "excess_kmh": row.excess_kmh,
            "limitation_until": row.limitation_until,
            "reviewers": row.reviewers,
            "place": site.place.address if site else row.site_id,
        }

    def _to_view(self, row: CaseRow) -> CaseView:
        site = self._site(row.site_id, row.site_version)
        return CaseView(
            **self._summary_fields(row, site),
            candidate_id=row.candidate_id,
            passage_id=row.passage_id,
            device_id=row.device_id,
            site_id=row.site_id,
            site_version=row.site_version,
            rule_mode=row.rule_mode,
            opened_at=row.opened_at,
            plate_confidence=row.plate_confidence,
            vehicle_class=VehicleClass(row.vehicle_class),
            facts=row.facts,
            package_sha256=row.package_sha256,
            manifest=EvidenceManifest.model_validate(row.manifest),
            article=row.article,
            part=row.part,
            gates=tuple(row.gates),
            location=site.place if site else None,
            picture_px=(site.camera.width_px, site.camera.height_px) if site else None,
            certificate=site.certificate if site else None,
            timezone=self._node.settings.timezone,
        )

    @staticmethod
    def _found(row: CaseRow | None) -> CaseRow:
        if row is None:
            raise NotFoundError("no such case", code="case.not_found")
        return row


def _site_mode(site: Site | None, candidate: ViolationCandidate) -> RuleMode:
    if site is None:
        return candidate.rule_mode  # held anyway: without the site there is no certificate
    setting = site.rules.get(candidate.rule)
    return setting.mode if setting else RuleMode.OFF


def _look_shown(candidate: ViolationCandidate) -> Look:
    """Return what the candidate shows; a device that tells make and colour says so among the facts."""
    told = {name: value for name in ("make", "colour") if isinstance(value := candidate.facts.get(name), str)}
    return Look(candidate.vehicle_class, **told)


def _look_registered(vehicle: Vehicle | None) -> Look | None:
    return Look(vehicle.vehicle_class, vehicle.make, vehicle.colour) if vehicle else None
