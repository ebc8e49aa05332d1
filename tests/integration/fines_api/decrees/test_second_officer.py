"""A case that needs two officers: no decree before the second, who decides without knowing of the first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from fines_api.audit import verify_chain
from fines_api.cases.policy import CaseState
from fines_api.decrees.schemas import FirstApproval, Issued
from fines_api.identity.schemas import Role
from fines_api.kit.errors import ConflictError
from fines_api.kit.jobs import run_pending_jobs
from fines_api.node import Node

pytestmark = pytest.mark.integration
Officer = tuple[Any, dict[str, str]]


@pytest.fixture
def second(court: Any) -> Officer:
    return court.principal(Role.OFFICER, "sidorov")


def _decrees(node: Node) -> int:
    with node.database.begin() as session:
        return int(session.execute(text("SELECT count(*) FROM decrees")).scalar_one())


def test_the_number_a_device_sends_reaches_the_case(
    *, court: Any, device: Any, officer: Officer, client: TestClient, node: Node, make_candidate_of: Any
) -> None:
    candidate, package = make_candidate_of(node.clock.now() - timedelta(minutes=5), device.key)
    asked = candidate.model_copy(update={"reviewers": 2})
    assert device.put(package.data, "application/zip").status_code == 201
    assert device.send(device.candidate(asked))[0]["status"] == "accepted"
    run_pending_jobs(node)
    (found,) = client.get("/v1/cases", headers=officer[1]).json()
    assert found["reviewers"] == 2


def test_no_decree_before_two_different_officers_have_approved(
    court: Any, officer: Officer, second: Officer, client: TestClient, node: Node
) -> None:
    case = court.open(reviewers=2)
    url = f"/v1/cases/{case.case_id}/approval"
    first = client.post(url, headers=officer[1])
    assert first.status_code == 202
    assert first.json() == {"case_id": str(case.case_id), "approvals": 1, "reviewers": 2, "is_hasty": True}
    assert _decrees(node) == 0
    again = client.post(url, headers=officer[1])
    assert (again.status_code, again.json()["code"]) == (409, "review.already_decided")
    changed = client.post(f"/v1/cases/{case.case_id}/rejection", json={"reason": "after all"}, headers=officer[1])
    assert (changed.status_code, changed.json()["code"]) == (409, "review.already_decided")
    assert court.case(case.case_id).state is CaseState.UNDER_REVIEW
    assert _decrees(node) == 0
    last = client.post(url, headers=second[1])
    assert (last.status_code, last.json()["number"].startswith("77/")) == (201, True)
    assert court.case(case.case_id).state is CaseState.DECREED
    assert _decrees(node) == 1


def test_one_officer_is_enough_where_one_is_asked(court: Any, officer: Officer, second: Officer) -> None:
    case = court.open()
    assert case.reviewers == 1
    assert isinstance(court.approve(case.case_id, officer[0]), Issued)
    with pytest.raises(ConflictError, match=r"case\.transition_refused"):
        court.approve(case.case_id, second[0])


def test_the_second_cannot_tell_by_anything_that_the_first_has_answered(
    court: Any, officer: Officer, second: Officer, client: TestClient
) -> None:
    answered = court.open(reviewers=2)
    untouched = court.open(reviewers=2, at=court.clock.now() - timedelta(hours=5))
    court.approve(answered.case_id, officer[0])

    def seen(path: str, case_id: UUID, headers: dict[str, str]) -> str:
        return client.get(path.format(case_id), headers=headers).text.replace(str(case_id), "CASE")

    file = client.get(f"/v1/cases/{answered.case_id}", headers=second[1]).json()
    assert (file["case"]["state"], file["reviews"], file["has_decided"]) == ("under_review", [], False)
    lines = {line["case_id"]: line for line in client.get("/v1/cases", headers=second[1]).json()}
    one, other = lines[str(answered.case_id)], lines[str(untouched.case_id)]
    differing = {name for name in one if one[name] != other[name]}
    assert differing - {"limitation_until"} == {"case_id", "occurred_at"}  # five hours may be two days of the law
    page = seen("/officer/cases/{}", answered.case_id, second[1])
    assert "petrova" not in page
    assert 'id="two-officers"' in page
    assert 'id="waiting"' not in page
    assert "/officer/cases/CASE/approval" in page
    # The first, who has answered, is told so, and sees the own answer and nothing to press.
    own = seen("/officer/cases/{}", answered.case_id, officer[1])
    assert 'id="waiting"' in own
    assert "petrova" in own
    assert "/officer/cases/CASE/approval" not in own
    assert "/officer/cases/CASE/rejection" not in own
    # Once the case is decided both answers are open.
    court.approve(answered.case_id, second[0])
    file = client.get(f"/v1/cases/{answered.case_id}", headers=second[1]).json()
    assert [review["officer_name"] for review in file["reviews"]] == ["petrova", "sidorov"]


def test_the_queue_says_whose_answer_is_awaited(
    court: Any, officer: Officer, second: Officer, client: TestClient
) -> None:
    court.approve(court.open(reviewers=2).case_id, officer[0])
    waits, asked = "Your answer is given", "Needs two officers"
    pages = [client.get("/officer?lang=en", headers=one[1]).text for one in (officer, second)]
    assert [(waits in page, asked in page) for page in pages] == [(True, False), (False, True)]


@pytest.mark.parametrize("is_first", [True, False])
def test_one_refusal_of_two_closes_the_case_without_a_decree(
    *, court: Any, officer: Officer, second: Officer, client: TestClient, node: Node, is_first: bool
) -> None:
    case = court.open(reviewers=2)
    if not is_first:
        assert isinstance(court.approve(case.case_id, officer[0]), FirstApproval)
    body = {"reason": "the vehicle gives way"}
    url = f"/v1/cases/{case.case_id}"
    assert client.post(f"{url}/rejection", json=body, headers=second[1]).status_code == 201
    assert court.case(case.case_id).state is CaseState.REJECTED
    late = client.post(f"{url}/approval", headers=officer[1])
    assert (late.status_code, late.json()["code"]) == (409, "case.transition_refused")
    assert _decrees(node) == 0


def test_each_approval_leaves_its_audit_row_and_the_chain_holds(
    court: Any, officer: Officer, second: Officer, node: Node
) -> None:
    case = court.open(reviewers=2)
    for who in (officer, second):
        court.approve(case.case_id, who[0])
    with node.database.begin() as session:
        rows = session.execute(
            text("SELECT tag, actor FROM audit_rows WHERE object_id = :id ORDER BY position"), {"id": str(case.case_id)}
        ).all()
        approvals = session.execute(text("SELECT officer_name, approval FROM reviews ORDER BY approval")).all()
        assert verify_chain(session)[1] is None
    assert [tuple(row) for row in rows] == [
        ("cases:case:opened", "system:cases"),
        ("cases:case:approve_first", "officer:petrova"),
        ("cases:case:approve", "officer:sidorov"),
        ("cases:case:issue_decree", "officer:sidorov"),
    ]
    assert [tuple(row) for row in approvals] == [("petrova", 1), ("sidorov", 2)]


def test_approvals_of_two_officers_at_one_moment_give_one_decree(
    court: Any, officer: Officer, second: Officer, node: Node
) -> None:
    case = court.open(reviewers=2)

    def approve(who: Officer) -> str:
        try:
            return type(court.approve(case.case_id, who[0])).__name__
        except ConflictError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(approve, [officer, second] * 3))
    assert sorted(answers)[:2] == ["FirstApproval", "Issued"]
    assert set(answers[2:]) <= {"FirstApproval", "Issued", "review.already_decided", "case.transition_refused"}
    assert (answers.count("FirstApproval"), answers.count("Issued")) == (1, 1)
    assert _decrees(node) == 1


_REVIEW = (
    "INSERT INTO reviews (review_id, case_id, officer_id, officer_name, decision, reason, decided_at, spent_ms,"
    " is_hasty, approval) VALUES (:review, :case, :officer, 'x', 'approved', '', now(), 0, false, :approval)"
)


def test_the_database_itself_refuses_a_decree_that_lacks_an_approval(
    court: Any, officer: Officer, second: Officer, node: Node
) -> None:
    """Whatever the code does: a decree is copied to another case that has one approval of the two it needs."""
    court.approve(court.open().case_id, officer[0])
    case = court.open(reviewers=2, at=court.clock.now() - timedelta(hours=5))
    court.approve(case.case_id, officer[0])
    copy = text(
        "INSERT INTO decrees SELECT (jsonb_populate_record(d, to_jsonb(d) || jsonb_build_object('decree_id',"
        " gen_random_uuid(), 'number', 'x', 'payment_reference', 'y', 'sequence', 99, 'case_id', CAST(:case AS text),"
        " 'review_id', (SELECT review_id FROM reviews WHERE case_id = :case)))).* FROM decrees d"
    )
    with pytest.raises(IntegrityError, match="decree_has_every_approval: 1 of 2"), node.database.begin() as session:
        session.execute(copy, {"case": case.case_id})
    with pytest.raises(IntegrityError, match="decree_has_every_approval"), node.database.begin() as session:
        session.execute(text("UPDATE decrees SET case_id = :case"), {"case": case.case_id})
    assert _decrees(node) == 1


@pytest.mark.parametrize(
    ("who", "approval", "named"),
    [(0, 2, "officer_id"), (1, 1, "approval"), (1, 3, "approval"), (1, None, "approval_is_counted")],
)
def test_the_database_itself_refuses_a_second_answer_and_a_miscounted_one(
    *, court: Any, officer: Officer, second: Officer, node: Node, who: int, approval: int | None, named: str
) -> None:
    case = court.open(reviewers=2)
    court.approve(case.case_id, officer[0])
    facts = {
        "review": uuid4(),
        "case": case.case_id,
        "officer": (officer, second)[who][0].user_id,
        "approval": approval,
    }
    with pytest.raises(IntegrityError, match=named), node.database.begin() as session:
        session.execute(text(_REVIEW), facts)


@pytest.mark.parametrize("reviewers", [0, 3])
def test_the_database_itself_refuses_another_number_of_officers(court: Any, node: Node, reviewers: int) -> None:
    court.open()
    with pytest.raises(IntegrityError, match="ck_cases_reviewers"), node.database.begin() as session:
        session.execute(text("UPDATE cases SET reviewers = :n"), {"n": reviewers})
