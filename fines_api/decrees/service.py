"""Issue the decree in the transaction of the approval; show it to whom it concerns; keep its document for ever."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from fines_api.cases.policy import CaseEvent, CaseState
from fines_api.cases.schemas import CaseView, EvidenceFile
from fines_api.cases.service import CaseService
from fines_api.db import Session
from fines_api.decrees.reference import make_reference
from fines_api.decrees.repository import DecreeRepository
from fines_api.decrees.schemas import Decree, FirstApproval, Issued
from fines_api.decrees.tables import DecreeRow
from fines_api.identity.schemas import Principal
from fines_api.jurisdictions import Law
from fines_api.kit import jobs
from fines_api.kit.calendar import local_day
from fines_api.kit.errors import ConflictError, NotFoundError, UnavailableError
from fines_api.node import Node
from fines_api.registry.service import RegistryService
from fines_api.review.schemas import Decision, Review
from fines_api.review.service import ReviewService
from fines_api.tariffs import Penalty, article_for, deadlines_for, is_within_limitation, limitation_day, penalty_for
from recognition.contracts import PlateKey, RuleMode
from recognition.evidence import sha256_hex

RENDER_JOB = "decrees.render"


class DecreeService:
    """Decrees of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._decrees = DecreeRepository(session)
        self._cases = CaseService(session, node)

    def approve(self, case_id: UUID, user: Principal) -> Issued | FirstApproval:
        """Record the officer's approval and, with the last one the case needs, issue the decree: both or neither.

        Raises:
            ConflictError: the case is not under review, the rule does not fine, the limitation has passed, or the
                law of the day punishes nothing.
            NotFoundError: no such case.
        """
        review = ReviewService(self._session, self._node).decide(case_id, Decision.APPROVED, "", user)
        case = self._cases.lock(case_id)
        if case.rule_mode != RuleMode.FINE.value:
            raise ConflictError(f"the rule is in {case.rule_mode} mode: it fines nobody", code="decree.mode")
        if case.state is not CaseState.APPROVED:
            return FirstApproval(case_id=case_id, reviewers=case.reviewers, is_hasty=review.is_hasty)
        row = self._new_decree(case, review)
        self._decrees.add(row)
        details = {"decree_id": str(row.decree_id), "number": row.number, "amount_minor": row.amount_minor}
        self._cases.advance(case_id, CaseEvent.ISSUE_DECREE, actor=user.actor, details=details)
        jobs.defer(self._session, RENDER_JOB, decree_id=str(row.decree_id))
        return Issued(
            case_id=case_id,
            decree_id=row.decree_id,
            number=row.number,
            payment_reference=row.payment_reference,
            amount_minor=row.amount_minor,
            currency=row.currency,
            is_hasty=review.is_hasty,
        )

    def decree(self, decree_id: UUID) -> Decree:
        """Return any decree (for officers and jobs).

        Raises:
            NotFoundError: no such decree.
        """
        return self._to_decree(self._found(self._decrees.get(decree_id)))

    def of_case(self, case_id: UUID) -> Decree | None:
        """Return the decree of a case, if one was issued."""
        row = self._decrees.of_case(case_id)
        return self._to_decree(row) if row else None

    def of_plate(self, key: PlateKey) -> list[tuple[str, datetime]]:
        """List number and moment of issue of a plate's decrees, for who looks into a clone of it."""
        return [(row.number, row.issued_at) for row in self._decrees.of_plate(key)]

    def of_citizen(self, user: Principal) -> list[Decree]:
        """List the decrees of the vehicle whose certificate the citizen holds."""
        return [self._to_decree(row) for row in self._rows_of(user)]

    def citizens_decree(self, decree_id: UUID, user: Principal) -> Decree:
        """Return one decree of the citizen's vehicle.

        Raises:
            NotFoundError: no such decree, or not of this vehicle: the two look the same.
        """
        return self._to_decree(self._citizens_row(decree_id, user))

    def citizens_evidence(self, decree_id: UUID, path: str, user: Principal) -> EvidenceFile:
        """Return one file of the evidence behind the citizen's decree.

        Raises:
            NotFoundError: no such decree, file, or not theirs.
        """
        return self._cases.evidence(self._citizens_row(decree_id, user).case_id, path)

    def citizens_document(self, decree_id: UUID, user: Principal) -> EvidenceFile:
        """Return the decree as PDF.

        Raises:
            NotFoundError: no such decree, or not theirs.
            UnavailableError: it is still being set (``decree.document_pending``).
        """
        return self._document(self._citizens_row(decree_id, user))

    def lock(self, decree_id: UUID) -> tuple[Decree, UUID]:
        """Return a decree and its case, locked until the transaction ends: payments are counted one at a time.

        Raises:
            NotFoundError: no such decree.
        """
        row = self._found(self._decrees.lock(decree_id))
        return self._to_decree(row), row.case_id

    def keep_document(self, decree_id: UUID, pdf: bytes) -> None:
        """Keep the document under its own digest, once; a second rendering changes nothing."""
        row = self._found(self._decrees.lock(decree_id))
        if row.document_sha256 is None:
            digest = sha256_hex(pdf)
            self._node.storage.put(_document_key(digest), pdf, "application/pdf")
            row.document_sha256 = digest
            self._session.flush()

    def evidence_of(self, decree_id: UUID, path: str) -> EvidenceFile:
        """Return one file of the evidence behind any decree (for the renderer)."""
        return self._cases.evidence(self._found(self._decrees.get(decree_id)).case_id, path)

    def _document(self, row: DecreeRow) -> EvidenceFile:
        if row.document_sha256 is None:
            raise UnavailableError(
                "the document is being set", hint="try again in a few seconds", code="decree.document_pending"
            )
        data = self._node.storage.get(_document_key(row.document_sha256))
        return EvidenceFile(data, "application/pdf", f"{row.payment_reference}.pdf")

    def _new_decree(self, case: CaseView, review: Review) -> DecreeRow:
        settings, law, now = self._node.settings, self._cases.law, self._node.clock.now()
        violated_on, today = local_day(case.occurred_at, settings.timezone), local_day(now, settings.timezone)
        penalty = self._penalty(law, case, violated_on, today)
        served_on = today + timedelta(days=1)  # electronic service: the day after posting
        terms = deadlines_for(
            law, violated_on=violated_on, decreed_on=today, served_on=served_on, discount=penalty.discount
        )
        vehicle = RegistryService(self._session, self._node).vehicle_of(case.plate)
        why = [*penalty.why, *terms.why, limitation_day(law, violated_on)[1]]
        sequence = self._decrees.next_sequence(settings.region, today.year)
        return DecreeRow(
            decree_id=uuid4(),
            case_id=case.case_id,
            review_id=review.review_id,
            region=settings.region,
            year=today.year,
            sequence=sequence,
            number=f"{settings.region}/{today.year}/{sequence:06d}",
            payment_reference=make_reference(settings.region, today.year, sequence),
            issued_at=now,
            officer_name=review.officer_name,
            rule_mode=case.rule_mode,
            vehicle_id=vehicle.vehicle_id if vehicle else None,
            **case.plate.model_dump(),
            article=penalty.article.article,
            part=penalty.article.part,
            article_text=penalty.article.text,
            article_text_en=penalty.article.text_en,
            amount_minor=penalty.amount.amount_minor,
            discounted_minor=penalty.discounted.amount_minor,
            currency=penalty.amount.currency,
            discount_percent=penalty.discount.percent if penalty.discount else None,
            discount_until=terms.discount_until,
            appeal_until=terms.appeal_until,
            in_force_on=terms.in_force_on,
            payment_until=terms.payment_until,
            why=[each.as_json() for each in why],
            document_sha256=None,
        )

    def _penalty(self, law: Law, case: CaseView, violated_on: date, today: date) -> Penalty:
        if not is_within_limitation(law, violated_on, today):
            raise ConflictError(
                f"the limitation ended on {limitation_day(law, violated_on)[0]}",
                hint="reject the case: no decree may be issued any more",
                code="decree.limitation_passed",
            )
        article = article_for(law, case.rule, case.excess_kmh, violated_on)
        if article is None:
            raise ConflictError("the law of that day punishes nothing here", code="decree.no_article")
        return penalty_for(law, article, excess_kmh=case.excess_kmh, violated_on=violated_on)

    def _rows_of(self, user: Principal) -> list[DecreeRow]:
        vehicle = RegistryService(self._session, self._node).vehicle(UUID(user.subject))
        return list(self._decrees.of_vehicle(vehicle.vehicle_id, vehicle.plate)) if vehicle else []

    def _citizens_row(self, decree_id: UUID, user: Principal) -> DecreeRow:
        return self._found(next((row for row in self._rows_of(user) if row.decree_id == decree_id), None))

    def _to_decree(self, row: DecreeRow) -> Decree:
        case = self._cases.view(row.case_id)
        return Decree(
            decree_id=row.decree_id,
            number=row.number,
            payment_reference=row.payment_reference,
            state=case.state,
            issued_at=row.issued_at,
            officer_name=row.officer_name,
            plate=case.plate,
            rule=case.rule,
            occurred_at=case.occurred_at,
            timezone=case.timezone,
            place=case.place,
            location=case.location,
            device_id=case.device_id,
            certificate=case.certificate,
            measurement=case.measurement,
            limit_kmh=case.limit_kmh,
            excess_kmh=case.excess_kmh,
            article=row.article,
            part=row.part,
            article_text=row.article_text,
            article_text_en=row.article_text_en,
            amount_minor=row.amount_minor,
            discounted_minor=row.discounted_minor,
            currency=row.currency,
            discount_percent=row.discount_percent,
            discount_until=row.discount_until,
            appeal_until=row.appeal_until,
            in_force_on=row.in_force_on,
            payment_until=row.payment_until,
            why=tuple(row.why),
            evidence=case.manifest.items,
            package_sha256=case.package_sha256,
            is_document_ready=row.document_sha256 is not None,
        )

    @staticmethod
    def _found(row: DecreeRow | None) -> DecreeRow:
        if row is None:
            raise NotFoundError("no such decree", code="decree.not_found")
        return row


def _document_key(sha256: str) -> str:
    return f"documents/{sha256}"
