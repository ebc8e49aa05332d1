import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from fines_api.cases.policy import CaseState
from fines_api.kit.calendar import end_of
from fines_api.kit.errors import FinesError
from fines_api.kit.secret import load_or_create_secret
from fines_api.node import Node
from fines_api.payments.providers import SignedCallback, sign_callback
from fines_api.payments.service import PaymentService
from recognition.contracts import isoformat_utc

pytestmark = pytest.mark.integration
URL = "/v1/payments/callbacks/sandbox"
Pay = Callable[..., Any]


@pytest.fixture
def order(client: TestClient, fined: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/citizen/decrees/{fined.decree_id}/payments", headers=fined.headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.fixture
def pay(client: TestClient, node: Node, order: dict[str, Any]) -> Pay:
    """Report money as the provider does: ``pay("event-1", amount_minor=…, paid_at=…)``."""

    def report(event_id: str, *, paid_at: datetime | None = None, **changes: Any) -> Any:
        body = {
            "event_id": event_id,
            "payment_id": order["payment_id"],
            "reference": order["reference"],
            "amount_minor": order["amount_minor"],
            "currency": order["currency"],
            "paid_at": isoformat_utc(paid_at or node.clock.now()),
            "status": "succeeded",
        } | changes
        return client.post(URL, content=(signed := _sign(node, body)).body, headers=_headers(signed))

    return report


def _sign(node: Node, body: dict[str, Any]) -> SignedCallback:
    secret = load_or_create_secret(node.settings.data_dir / "payments-sandbox.key")
    return sign_callback(json.dumps(body).encode(), secret, node.clock.now())


def _headers(signed: SignedCallback) -> dict[str, str]:
    return {"X-Rubezh-Timestamp": signed.timestamp, "X-Rubezh-Signature": signed.signature}


def _account(node: Node, fined: Any) -> Any:
    from fines_api.decrees.service import DecreeService  # noqa: PLC0415

    with node.database.begin() as session:
        return PaymentService(session, node).account(DecreeService(session, node).decree(fined.decree_id))


def test_the_whole_story_through_the_sandbox(client: TestClient, court: Any, fined: Any, order: dict[str, Any]) -> None:
    assert order["amount_minor"] == 56250
    assert order["checkout_url"].endswith(f"/sandbox/checkout/{order['payment_id']}")
    again = client.post(f"/v1/citizen/decrees/{fined.decree_id}/payments", headers=fined.headers).json()
    assert again["payment_id"] == order["payment_id"]
    url = f"/v1/sandbox/payments/{order['payment_id']}/confirmation"
    assert client.post(url).status_code == 401
    assert client.post(url, headers=fined.headers).json() == {"status": "accepted"}
    assert client.post(url, headers=fined.headers).json() == {"status": "duplicate"}
    assert court.case(fined.case_id).state is CaseState.PAID
    refused = client.post(f"/v1/citizen/decrees/{fined.decree_id}/payments", headers=fined.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment.nothing_due")


def test_a_callback_counts_once(pay: Pay, court: Any, fined: Any, node: Node) -> None:
    assert pay("event-0001").json() == {"status": "accepted"}
    assert pay("event-0001").json() == {"status": "duplicate"}
    other = pay("event-0001", amount_minor=1)
    assert (other.status_code, other.json()["code"]) == (409, "payment.equivocation")
    assert _account(node, fined).paid_minor == 56250
    assert court.case(fined.case_id).state is CaseState.PAID


def test_forged_altered_stale_and_foreign_callbacks_are_refused(
    client: TestClient, pay: Pay, node: Node, order: dict[str, Any], fined: Any
) -> None:
    body = {"event_id": "event-0001", "payment_id": order["payment_id"], "reference": order["reference"],
            "amount_minor": 56250, "currency": "RUB", "paid_at": isoformat_utc(node.clock.now()),
            "status": "succeeded"}  # fmt: skip
    good = _sign(node, body)
    forged = sign_callback(good.body, b"guess", node.clock.now())
    stale = sign_callback(
        good.body,
        load_or_create_secret(node.settings.data_dir / "payments-sandbox.key"),
        node.clock.now() - timedelta(minutes=6),
    )
    cases = [
        (good.body, {}, 401),
        (good.body, _headers(forged), 401),
        (good.body, _headers(stale), 401),
        (good.body.replace(b"56250", b"99999"), _headers(good), 401),
        (good.body, {"X-Rubezh-Timestamp": "٣٣٣", "X-Rubezh-Signature": "x"}, 401),
    ]
    for content, headers, status in cases:
        raw = {name.encode(): value.encode() for name, value in headers.items()}
        assert client.post(URL, content=content, headers=raw).status_code == status
    assert client.post("/v1/payments/callbacks/nobank", content=good.body, headers=_headers(good)).status_code == 404
    assert pay("event-0002", reference="1" * 20).status_code == 422
    assert pay("event-0003", currency="EUR").status_code == 422
    assert pay("event-0004", amount_minor=-5).status_code == 422
    assert pay("event-0005", paid_at=node.clock.now() + timedelta(hours=1)).status_code == 422
    assert pay("event-0006", surprise=1).status_code == 422
    assert _account(node, fined).paid_minor == 0
    assert (node.settings.data_dir / "payments-sandbox.key").stat().st_mode & 0o077 == 0


def test_partial_payments_add_up(pay: Pay, court: Any, fined: Any, node: Node) -> None:
    pay("event-0001", amount_minor=20000)
    assert court.case(fined.case_id).state is CaseState.DECREED
    assert _account(node, fined).due_minor == 36250
    pay("event-0002", amount_minor=36250)
    assert court.case(fined.case_id).state is CaseState.PAID
    assert _account(node, fined).overpaid_minor == 0


def test_money_paid_twice_is_recorded_for_refund_never_lost(pay: Pay, fined: Any, node: Node) -> None:
    pay("event-0001")
    assert pay("event-0002").json() == {"status": "accepted"}
    pay("event-0003", amount_minor=10)
    account = _account(node, fined)
    assert (account.paid_minor, account.overpaid_minor, account.due_minor) == (112510, 56260, 0)
    with node.database.begin() as session:
        assert session.execute(text("SELECT sum(amount_minor) FROM overpayments")).scalar_one() == 56260


def test_the_discount_holds_to_the_last_minute_of_the_local_day_and_not_longer(
    client: TestClient, pay: Pay, court: Any, fined: Any, node: Node
) -> None:
    decree = client.get(f"/v1/citizen/decrees/{fined.decree_id}", headers=fined.headers).json()
    from datetime import date  # noqa: PLC0415

    end = end_of(date.fromisoformat(decree["discount_until"]), "Europe/Moscow")
    court.clock.moment = end + timedelta(minutes=1)
    assert _account(node, fined).due_minor == 75000
    pay("event-late", paid_at=end)
    assert court.case(fined.case_id).state is CaseState.DECREED
    assert _account(node, fined).due_minor == 75000 - 56250
    # Another payment, made in the last second, is reported only now.
    pay("event-early", paid_at=end - timedelta(seconds=1))
    assert court.case(fined.case_id).state is CaseState.PAID
    assert _account(node, fined).overpaid_minor == 56250


def test_fifty_parallel_callbacks_of_one_event_count_once(
    node: Node, order: dict[str, Any], fined: Any, court: Any
) -> None:
    body = {"event_id": "event-race", "payment_id": order["payment_id"], "reference": order["reference"],
            "amount_minor": 56250, "currency": "RUB", "paid_at": isoformat_utc(node.clock.now()),
            "status": "succeeded"}  # fmt: skip
    signed = _sign(node, body)

    def report(_: int) -> str:
        try:
            with node.database.begin() as session:
                return PaymentService(session, node).take_callback("sandbox", signed).status
        except FinesError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(report, range(50)))
    assert sorted(answers) == ["accepted"] + ["duplicate"] * 49
    assert _account(node, fined).paid_minor == 56250
    assert court.case(fined.case_id).state is CaseState.PAID
    with node.database.begin() as session:
        assert (
            session.execute(text("SELECT count(*) FROM audit_rows WHERE tag = 'cases:case:settle'")).scalar_one() == 1
        )
