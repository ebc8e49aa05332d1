"""Ask for money, take each provider's word once, and close the case when the decree is settled."""

from datetime import datetime
from uuid import UUID, uuid4

from pydantic import ValidationError

from fines_api import audit
from fines_api.cases.policy import CaseEvent, CaseState
from fines_api.cases.service import CaseService
from fines_api.db import Session
from fines_api.decrees.schemas import Decree
from fines_api.decrees.service import DecreeService
from fines_api.identity.schemas import Principal
from fines_api.kit.calendar import end_of
from fines_api.kit.errors import ConflictError, InvalidError, NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.node import Node
from fines_api.payments.policy import Settlement, settle
from fines_api.payments.providers import (
    SANDBOX,
    WINDOW,
    SandboxProvider,
    SignedCallback,
    check_callback,
    provider_named,
    sign_callback,
)
from fines_api.payments.repository import PaymentRepository
from fines_api.payments.schemas import Account, Callback, CallbackAnswer, PaymentInfo, PaymentOrder
from fines_api.payments.tables import OverpaymentRow, PaymentRow, ReceiptRow
from recognition.contracts import isoformat_utc
from recognition.evidence import canonical_bytes, sha256_hex

_ACTOR = "provider:{name}"


class PaymentService:
    """Payments of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._payments = PaymentRepository(session)
        self._decrees = DecreeService(session, node)
        self._providers = (SandboxProvider(node.settings.public_url, node.settings.data_dir),)

    def order(self, decree_id: UUID, user: Principal) -> PaymentOrder:
        """Set out to pay what is due now; asking again returns the same open payment.

        Raises:
            NotFoundError: no such decree, or not the citizen's.
            ConflictError: nothing is due (``payment.nothing_due``).
        """
        self._decrees.citizens_decree(decree_id, user)
        decree, _ = self._decrees.lock(decree_id)
        now = self._node.clock.now()
        due = self._settlement(decree, now).due_minor
        if decree.state is not CaseState.DECREED or due == 0:
            raise ConflictError("nothing is due", code="payment.nothing_due")
        provider = provider_named(SANDBOX, self._providers)
        row = self._payments.open_payment(decree_id, due)
        if row is None:
            row = PaymentRow(
                payment_id=uuid4(),
                decree_id=decree_id,
                provider=provider.name,
                reference=decree.payment_reference,
                amount_minor=due,
                currency=decree.currency,
                created_at=now,
                confirmed_at=None,
            )
            self._payments.add(row)
            audit.record(
                self._session,
                self._node,
                user.actor,
                "payments:payment:ordered",
                str(row.payment_id),
                {"decree_id": str(decree_id), "amount_minor": due},
            )
        return PaymentOrder(
            payment_id=row.payment_id,
            decree_id=decree_id,
            amount_minor=row.amount_minor,
            currency=row.currency,
            reference=row.reference,
            checkout_url=provider.checkout_url(row.payment_id),
        )

    def account(self, decree: Decree) -> Account:
        """Tell where a decree stands with its money."""
        receipts = self._payments.receipts(decree.decree_id)
        settlement = self._settlement(decree, self._node.clock.now())
        return Account(
            amount_minor=decree.amount_minor,
            paid_minor=settlement.paid_minor,
            due_minor=settlement.due_minor,
            overpaid_minor=settlement.overpaid_minor,
            currency=decree.currency,
            is_settled=settlement.is_settled,
            last_paid_at=receipts[-1].paid_at if receipts else None,
        )

    def citizens_payment(self, payment_id: UUID, user: Principal) -> PaymentInfo:
        """Return one payment of the citizen's vehicle.

        Raises:
            NotFoundError: no such payment, or not theirs.
        """
        row = self._found(self._payments.get(payment_id))
        try:
            self._decrees.citizens_decree(row.decree_id, user)
        except NotFoundError:
            raise NotFoundError("no such payment", code="payment.not_found") from None
        return PaymentInfo(
            payment_id=row.payment_id,
            decree_id=row.decree_id,
            reference=row.reference,
            amount_minor=row.amount_minor,
            currency=row.currency,
            is_confirmed=row.confirmed_at is not None,
        )

    def confirm_in_sandbox(self, payment_id: UUID, user: Principal) -> CallbackAnswer:
        """Play the bank: report the payment as made, through the signed callback like any provider.

        Raises:
            NotFoundError: no such payment, or not the citizen's.
        """
        info = self.citizens_payment(payment_id, user)
        now = self._node.clock.now()
        body = canonical_bytes(
            {
                "event_id": f"sandbox-{payment_id}",
                "payment_id": str(payment_id),
                "reference": info.reference,
                "amount_minor": info.amount_minor,
                "currency": info.currency,
                "paid_at": isoformat_utc(self._first_report(payment_id) or now),
                "status": "succeeded",
            }
        )
        secret = provider_named(SANDBOX, self._providers).secret()
        return self.take_callback(SANDBOX, sign_callback(body, secret, now))

    def take_callback(self, provider_name: str, signed: SignedCallback) -> CallbackAnswer:
        """Take a provider's word: signed, fresh, and counted once.

        Raises:
            NotAuthenticatedError: forged, altered or stale.
            NotFoundError: no such provider or payment.
            InvalidError: malformed, or it does not agree with the payment it names.
            ConflictError: this event was reported before with other content (``payment.equivocation``).
        """
        provider = provider_named(provider_name, self._providers)
        now = self._node.clock.now()
        check_callback(signed, provider.secret(), now)
        try:
            callback = Callback.model_validate_json(signed.body)
        except ValidationError as error:
            raise InvalidError(
                f"the callback is malformed: {error.errors()[0]['msg']}", code="payment.malformed"
            ) from None
        payment = self._found(self._payments.get(callback.payment_id))
        decree, case_id = self._decrees.lock(payment.decree_id)
        if self._is_known(provider.name, callback.event_id, sha256_hex(signed.body)):
            return CallbackAnswer(status="duplicate")
        _check_agrees(callback, payment, provider.name, decree, now)
        before = self._settlement(decree, now)
        receipt = self._keep_receipt(callback, payment, sha256_hex(signed.body), now)
        after = self._settlement(decree, now)
        if payment.confirmed_at is None:
            payment.confirmed_at = now
        self._keep_overpayment(receipt, after.overpaid_minor - self._payments.overpaid_minor(decree.decree_id))
        actor = _ACTOR.format(name=provider.name)
        facts = {"amount_minor": callback.amount_minor, "payment_id": str(payment.payment_id)}
        facts |= {"event_id": callback.event_id, "overpaid_minor": after.overpaid_minor}
        audit.record(self._session, self._node, actor, "payments:receipt:taken", str(decree.decree_id), facts)
        if after.is_settled and not before.is_settled and decree.state is CaseState.DECREED:
            details = {"paid_minor": after.paid_minor}
            CaseService(self._session, self._node).advance(case_id, CaseEvent.SETTLE, actor=actor, details=details)
        return CallbackAnswer(status="accepted")

    def _settlement(self, decree: Decree, at: datetime) -> Settlement:
        ends = end_of(decree.discount_until, decree.timezone) if decree.discount_until else None
        receipts = [(row.paid_at, row.amount_minor) for row in self._payments.receipts(decree.decree_id)]
        return settle(
            receipts,
            amount_minor=decree.amount_minor,
            discounted_minor=decree.discounted_minor,
            discount_ends_at=ends,
            at=max([at, *(paid_at for paid_at, _ in receipts)]),  # a provider's clock may be minutes ahead
        )

    def _first_report(self, payment_id: UUID) -> datetime | None:
        known = self._payments.receipt(SANDBOX, f"sandbox-{payment_id}")
        return known.paid_at if known else None

    def _is_known(self, provider: str, event_id: str, body_sha256: str) -> bool:
        known = self._payments.receipt(provider, event_id)
        if known is not None and known.body_sha256 != body_sha256:
            raise ConflictError("this event was reported before, otherwise", code="payment.equivocation")
        return known is not None

    def _keep_receipt(self, callback: Callback, payment: PaymentRow, body_sha256: str, now: datetime) -> ReceiptRow:
        row = ReceiptRow(
            receipt_id=uuid7(now),
            payment_id=payment.payment_id,
            decree_id=payment.decree_id,
            provider=payment.provider,
            event_id=callback.event_id,
            body_sha256=body_sha256,
            amount_minor=callback.amount_minor,
            currency=callback.currency,
            paid_at=callback.paid_at,
            received_at=now,
        )
        self._payments.add(row)
        return row

    def _keep_overpayment(self, receipt: ReceiptRow, amount_minor: int) -> None:
        if amount_minor > 0:
            row = OverpaymentRow(
                receipt_id=receipt.receipt_id,
                decree_id=receipt.decree_id,
                amount_minor=amount_minor,
                currency=receipt.currency,
                recorded_at=receipt.received_at,
            )
            self._payments.add(row)

    @staticmethod
    def _found(row: PaymentRow | None) -> PaymentRow:
        if row is None:
            raise NotFoundError("no such payment", code="payment.not_found")
        return row


def _check_agrees(callback: Callback, payment: PaymentRow, provider: str, decree: Decree, now: datetime) -> None:
    ordered = (payment.reference, payment.currency, payment.provider)
    is_same = (callback.reference, callback.currency, provider) == ordered
    if not is_same or not decree.issued_at - WINDOW <= callback.paid_at <= now + WINDOW:
        raise InvalidError(
            "the callback does not agree with the payment it names",
            hint="compare reference, currency and time with the order",
            code="payment.mismatch",
        )
