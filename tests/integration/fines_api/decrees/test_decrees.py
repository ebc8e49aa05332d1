from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from fines_api.cases.policy import CaseState
from fines_api.decrees.jobs import render_document
from fines_api.decrees.reference import is_valid
from fines_api.decrees.service import DecreeService
from fines_api.identity.schemas import Principal, Role
from fines_api.kit.errors import ConflictError, ForbiddenError
from fines_api.kit.jobs import run_pending_jobs
from fines_api.node import Node
from recognition.contracts import PlateKey

pytestmark = pytest.mark.integration


def _approve_and_fail(node: Node, case_id: UUID, officer: Principal) -> None:
    with node.database.begin() as session:
        DecreeService(session, node).approve(case_id, officer)
        raise RuntimeError("the disk is gone")


def test_approval_issues_the_decree_with_amount_reference_and_reasons(
    court: Any, fined: Any, client: TestClient
) -> None:
    decree = client.get(f"/v1/citizen/decrees/{fined.decree_id}", headers=fined.headers).json()
    year = court.clock.now().year
    assert court.case(fined.case_id).state is CaseState.DECREED
    assert decree["number"] == f"77/{year}/000001"
    assert is_valid(decree["payment_reference"])
    assert (decree["article"], decree["part"]) == ("12.9", "2")
    assert (decree["amount_minor"], decree["discounted_minor"], decree["currency"]) == (75000, 56250, "RUB")
    assert decree["officer_name"] == "petrova"
    # D18: photo, place, device certificate, rule text and calculation are always there.
    assert {item["role"] for item in decree["evidence"]} >= {"plate_frame", "plate_crop", "clip"}
    assert decree["place"] == "Test road, km 7"
    assert decree["certificate"]["verification"] == "V-1"
    assert decree["article_text"]
    assert {why["key"] for why in decree["why"]} >= {"why.amount", "why.discount", "why.appeal", "why.limitation"}


def test_numbers_have_no_gap_even_when_an_approval_fails(court: Any, officer: Any, node: Node) -> None:
    for minutes in (60, 120, 180):
        court.open(at=court.clock.now() - timedelta(minutes=minutes))
    with node.database.begin() as session:
        ids = list(session.execute(text("SELECT case_id FROM cases ORDER BY occurred_at")).scalars())
    court.approve(ids[0], officer[0])
    with pytest.raises(RuntimeError, match="the disk is gone"):
        _approve_and_fail(node, ids[1], officer[0])
    assert court.case(ids[1]).state is CaseState.UNDER_REVIEW
    court.approve(ids[1], officer[0])
    court.approve(ids[2], officer[0])
    with node.database.begin() as session:
        assert list(session.execute(text("SELECT sequence FROM decrees ORDER BY sequence")).scalars()) == [1, 2, 3]


def test_parallel_approvals_of_one_case_give_one_decree(court: Any, officer: Any, node: Node) -> None:
    case = court.open()

    def approve(_: int) -> str:
        try:
            return str(court.approve(case.case_id, officer[0]).number)
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(approve, range(6)))
    assert min(answers).startswith("77/")
    assert sorted(answers)[1:] == ["case.transition_refused"] * 5
    with node.database.begin() as session:
        assert session.execute(text("SELECT count(*) FROM decrees")).scalar_one() == 1


def test_no_decree_without_an_officer(court: Any, client: TestClient, node: Node) -> None:
    case = court.open()
    police, headers = court.principal(Role.POLICE, "sergeant")
    with pytest.raises(ForbiddenError, match="only an officer"):
        court.approve(case.case_id, police)
    assert client.post(f"/v1/cases/{case.case_id}/approval").status_code == 401
    assert client.post(f"/v1/cases/{case.case_id}/approval", headers=headers).status_code == 403
    assert court.case(case.case_id).state is CaseState.UNDER_REVIEW
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = :t AND is_nullable = 'NO'"
    with node.database.begin() as session:
        for table, column in (("decrees", "review_id"), ("reviews", "officer_id"), ("decrees", "officer_name")):
            assert column in set(session.execute(text(columns), {"t": table}).scalars())


def test_the_database_itself_refuses_a_second_decree_and_a_fine_out_of_warn_mode(fined: Any, node: Node) -> None:
    copy = (
        "INSERT INTO decrees SELECT (jsonb_populate_record(d, to_jsonb(d) || jsonb_build_object("
        "'decree_id', gen_random_uuid(), 'number', 'x', 'payment_reference', 'y', 'sequence', 99))).* FROM decrees d"
    )
    with pytest.raises(IntegrityError, match=r"case_id|review_id"), node.database.begin() as session:
        session.execute(text(copy))
    with pytest.raises(IntegrityError, match="only_fine_mode_fines"), node.database.begin() as session:
        session.execute(text("UPDATE decrees SET rule_mode = 'warn'"))


def test_no_decree_out_of_limitation(court: Any, officer: Any) -> None:
    case = court.open(at=court.clock.now() - timedelta(hours=1))
    court.clock.advance(timedelta(days=61))
    with pytest.raises(ConflictError) as caught:
        court.approve(case.case_id, officer[0])
    assert caught.value.code == "decree.limitation_passed"
    assert court.case(case.case_id).state is CaseState.UNDER_REVIEW


def test_the_document_is_pdf_a_kept_once_and_served_to_its_citizen(fined: Any, client: TestClient, node: Node) -> None:
    url = f"/v1/citizen/decrees/{fined.decree_id}/document"
    pending = client.get(url, headers=fined.headers)
    assert (pending.status_code, pending.json()["code"]) == (503, "decree.document_pending")
    assert "retry-after" in pending.headers
    run_pending_jobs(node)
    first = client.get(url, headers=fined.headers)
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert b"pdfaid:part" in first.content
    render_document(node, decree_id=str(fined.decree_id))
    assert client.get(url, headers=fined.headers).content == first.content
    with node.database.begin() as session:
        assert session.execute(text("SELECT count(DISTINCT document_sha256) FROM decrees")).scalar_one() == 1


def test_a_citizen_sees_the_decrees_of_the_own_car_only(court: Any, fined: Any, client: TestClient) -> None:
    other = PlateKey(plate="B777BB77", plate_region="ru", plate_type="1")
    court.register(other, "99 99 999999")
    _, stranger = court.citizen("В777ВВ77", "9999999999")
    assert client.get("/v1/citizen/decrees", headers=stranger).json() == []
    base = f"/v1/citizen/decrees/{fined.decree_id}"
    for path in ("", "/document", "/evidence/plate.png", "/evidence/package.zip"):
        answer = client.get(base + path, headers=stranger)
        unknown = client.get(f"/v1/citizen/decrees/{uuid4()}{path}", headers=stranger)
        assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert client.post(f"{base}/payments", headers=stranger).status_code == 404
    assert len(client.get("/v1/citizen/decrees", headers=fined.headers).json()) == 1
    assert client.get(f"{base}/evidence/plate.png", headers=fined.headers).content.startswith(b"\x89PNG")


def test_citizen_look_up_answers_the_same_for_no_car_and_wrong_certificate(court: Any, client: TestClient) -> None:
    court.register()
    url = "/v1/citizen/sessions"
    wrong = client.post(url, json={"plate": "А123ВС77", "certificate_number": "77 12 345679"})
    no_car = client.post(url, json={"plate": "Х999ХХ99", "certificate_number": "77 12 345678"})
    nonsense = client.post(url, json={"plate": "'; DROP--", "certificate_number": "0"})
    assert wrong.status_code == no_car.status_code == nonsense.status_code == 401
    assert wrong.content == no_car.content == nonsense.content
    assert dict(wrong.headers) == dict(no_car.headers)
    right = client.post(url, json={"plate": "а 123 вс 77", "certificate_number": "7712 345678"})
    assert right.status_code == 201
    assert right.json()["role"] == "citizen"


def test_guessing_certificates_is_slowed_down(court: Any, client: TestClient, node: Node) -> None:
    court.register()
    tries = node.settings.citizen_tries_per_hour
    codes = [
        client.post(
            "/v1/citizen/sessions", json={"plate": "A123BC77", "certificate_number": f"00000000{number:02d}"}
        ).status_code
        for number in range(tries + 2)
    ]
    assert codes == [401] * tries + [429, 429]
    held = client.post("/v1/citizen/sessions", json={"plate": "A123BC77", "certificate_number": "7712345678"})
    assert held.status_code == 429
    other = client.post("/v1/citizen/sessions", json={"plate": "B777BB77", "certificate_number": "7712345678"})
    assert other.status_code == 401


def test_the_register_keeps_no_certificate_and_no_name(court: Any, node: Node) -> None:
    court.register(certificate="7712345678")
    with node.database.begin() as session:
        row = dict(session.execute(text("SELECT * FROM vehicles")).mappings().one())
    assert "7712345678" not in str(row)
    assert set(row) == {
        "vehicle_id", "plate", "plate_region", "plate_type", "certificate_digest", "make", "model", "colour",
        "vehicle_class", "source", "imported_at",
    }  # fmt: skip
    assert (node.settings.data_dir / "registry.key").stat().st_mode & 0o077 == 0
