from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from fines_api.audit import verify_chain
from fines_api.cases.policy import CaseState, HoldReason
from fines_api.kit.jobs import run_pending_jobs
from fines_api.node import Node
from recognition.contracts import Certificate, ClockQuality, ClockSource, PlateKey, RuleMode, Site, VehicleClass

pytestmark = pytest.mark.integration


def test_a_delivered_candidate_becomes_one_case_however_often_the_job_runs(
    *, court: Any, device: Any, officer: Any, client: TestClient, node: Node, make_candidate_of: Any
) -> None:
    candidate, package = make_candidate_of(node.clock.now() - timedelta(minutes=5), device.key)
    assert device.put(package.data, "application/zip").status_code == 201
    assert device.send(device.candidate(candidate))[0]["status"] == "accepted"
    run_pending_jobs(node)
    with node.database.begin() as session:
        from fines_api.kit.jobs import defer  # noqa: PLC0415 - as intake does

        defer(session, "cases.open", candidate_id=str(candidate.candidate_id))
    run_pending_jobs(node)
    found = client.get("/v1/cases", headers=officer[1]).json()
    assert [(case["plate"]["plate"], case["state"]) for case in found] == [("A123BC77", "under_review")]
    file = client.get(f"/v1/cases/{found[0]['case_id']}", headers=officer[1]).json()["case"]
    assert file["candidate_id"] == str(candidate.candidate_id)
    assert all(gate["is_passed"] for gate in file["gates"])
    assert (file["article"], file["part"]) == ("12.9", "2")


@pytest.mark.parametrize(
    ("registered", "changes", "reason"),
    [
        (VehicleClass.TRUCK, {}, HoldReason.CLASS_CONFLICT),
        (VehicleClass.CAR, {"vehicle_class": VehicleClass.MOTORCYCLE}, HoldReason.CLASS_CONFLICT),
        (VehicleClass.CAR, {"site_version": 9}, HoldReason.CERTIFICATE_INVALID),
        (
            VehicleClass.CAR,
            {"clock": ClockQuality(source=ClockSource.HOST, bound_ms=9000)},
            HoldReason.CLOCK_UNCERTAIN,
        ),
        (VehicleClass.CAR, {"excess_kmh": 20.0}, HoldReason.NO_ARTICLE),
        (VehicleClass.CAR, {"excess_kmh": 36.0}, HoldReason.MEASUREMENT_INVALID),
    ],
)
def test_a_gate_holds_the_candidate_and_names_the_reason(
    court: Any, registered: VehicleClass, changes: dict[str, Any], reason: HoldReason
) -> None:
    court.register(vehicle_class=registered)
    case = court.open(**changes)
    assert (case.state, case.hold_reason) == (CaseState.HELD, reason)


def test_too_late_is_held(court: Any) -> None:
    late = court.open(at=court.clock.now() - timedelta(days=60, hours=2))
    assert late.state is CaseState.HELD
    assert late.hold_reason in {HoldReason.LIMITATION_PASSED, HoldReason.CERTIFICATE_INVALID}
    gates = {gate["gate"]: gate["is_passed"] for gate in late.gates}
    assert gates[HoldReason.LIMITATION_PASSED] is False


def test_the_same_act_seen_twice_is_one_act(court: Any) -> None:
    at = court.clock.now() - timedelta(hours=2)
    first = court.open(at=at)
    second = court.open(at=at + timedelta(seconds=40), device_id="cam-b")
    other_car = court.open(at=at, plate=PlateKey(plate="B777BB77", plate_region="ru", plate_type="1"))
    later = court.open(at=at + timedelta(minutes=10))
    assert first.state is CaseState.UNDER_REVIEW
    assert (second.state, second.hold_reason) == (CaseState.HELD, HoldReason.DUPLICATE_ACT)
    assert other_car.state is later.state is CaseState.UNDER_REVIEW


@pytest.mark.parametrize(("mode", "state"), [(RuleMode.WARN, CaseState.WARNED), (RuleMode.SHADOW, CaseState.SHADOWED)])
def test_a_warn_or_shadow_candidate_never_becomes_a_fine(
    *, court: Any, officer: Any, client: TestClient, node: Node, mode: RuleMode, state: CaseState
) -> None:
    case = court.open(rule_mode=mode)
    assert case.state is state
    answer = client.post(f"/v1/cases/{case.case_id}/approval", headers=officer[1])
    assert (answer.status_code, answer.json()["code"]) == (409, "case.transition_refused")
    with pytest.raises(IntegrityError, match="only_fine_mode_fines"), node.database.begin() as session:
        session.execute(text("UPDATE cases SET state = 'decreed'"))


def test_a_rule_that_is_off_at_the_site_only_counts(court: Any) -> None:
    assert court.open(rule="wrong_way").state is CaseState.SHADOWED


def test_a_certificate_that_ran_out_holds(court: Any, node: Node, site: Site) -> None:
    from fines_api.sites.service import SiteService  # noqa: PLC0415

    now = node.clock.now()
    assert site.certificate is not None
    old: Certificate = site.certificate.model_copy(update={"valid_until": now - timedelta(days=1)})
    with node.database.begin() as session:
        SiteService(session, node).register(site.model_copy(update={"version": 2, "certificate": old}), actor="test")
    assert court.open(site_version=2).hold_reason == HoldReason.CERTIFICATE_INVALID


def test_only_officers_see_cases(court: Any, client: TestClient, log_in: Any) -> None:
    from fines_api.identity.schemas import Role  # noqa: PLC0415

    case = court.open()
    court.register()
    _, citizen = court.citizen()
    for path in ("/v1/cases", f"/v1/cases/{case.case_id}", f"/v1/cases/{case.case_id}/evidence/plate.png"):
        assert client.get(path).status_code == 401
        assert client.get(path, headers=log_in(Role.POLICE)).status_code == 403
        assert client.get(path, headers=citizen).status_code == 403


def test_evidence_is_served_as_sealed_and_by_range(court: Any, officer: Any, client: TestClient, node: Node) -> None:
    case = court.open()
    base = f"/v1/cases/{case.case_id}/evidence"
    clip = client.get(f"{base}/clip.mp4", headers=officer[1])
    assert (clip.content, clip.headers["content-type"]) == (b"0123456789 clip", "video/mp4")
    part = client.get(f"{base}/clip.mp4", headers=officer[1] | {"Range": "bytes=2-4"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/15")
    assert client.get(f"{base}/clip.mp4", headers=officer[1] | {"Range": "bytes=-4"}).content == b"clip"
    assert client.get(f"{base}/clip.mp4", headers=officer[1] | {"Range": "bytes=99-"}).status_code == 416
    package = client.get(f"{base}/package.zip", headers=officer[1])
    assert package.headers["content-disposition"].startswith("attachment")
    for path in ("nothing.png", "../../../etc/passwd", "..%2f..%2fregion.key"):
        assert client.get(f"{base}/{path}", headers=officer[1]).status_code == 404
    key = f"evidence/{case.package_sha256[:2]}/{case.package_sha256}"
    altered = bytearray(package.content)
    altered[-100] ^= 1
    node.storage.put(key, bytes(altered), "application/zip")
    assert client.get(f"{base}/clip.mp4", headers=officer[1]).json()["code"] == "evidence.digest_mismatch"


def test_review_records_who_how_long_and_haste(court: Any, officer: Any, client: TestClient) -> None:
    slow, fast = court.open(), court.open(at=court.clock.now() - timedelta(hours=5))
    client.get(f"/v1/cases/{slow.case_id}", headers=officer[1])
    court.clock.advance(timedelta(seconds=4))
    assert client.post(f"/v1/cases/{slow.case_id}/approval", headers=officer[1]).json()["is_hasty"] is False
    client.get(f"/v1/cases/{fast.case_id}", headers=officer[1])
    court.clock.advance(timedelta(milliseconds=900))
    assert client.post(f"/v1/cases/{fast.case_id}/approval", headers=officer[1]).json()["is_hasty"] is True
    reviews = client.get(f"/v1/cases/{slow.case_id}", headers=officer[1]).json()["reviews"]
    assert [(r["officer_name"], r["decision"], r["spent_ms"]) for r in reviews] == [("petrova", "approved", 4000)]


def test_refusals_need_a_reason_and_close_the_case(court: Any, officer: Any, client: TestClient) -> None:
    case, shadow = court.open(), court.open(at=court.clock.now() - timedelta(hours=9))
    url = f"/v1/cases/{case.case_id}/rejection"
    assert client.post(url, json={"reason": "  "}, headers=officer[1]).status_code == 422
    assert client.post(url, json={"reason": "a shadow, not a wheel"}, headers=officer[1]).status_code == 201
    assert court.case(case.case_id).state is CaseState.REJECTED
    again = client.post(url, json={"reason": "twice"}, headers=officer[1])
    assert (again.status_code, again.json()["code"]) == (409, "case.transition_refused")
    # D15: what cannot be seen is not evidence.
    body = {"reason": "the belt cannot be seen", "is_evidence_insufficient": True}
    assert client.post(f"/v1/cases/{shadow.case_id}/rejection", json=body, headers=officer[1]).status_code == 201
    assert court.case(shadow.case_id).state is CaseState.EVIDENCE_INSUFFICIENT


def test_every_change_of_state_has_its_audit_row_and_the_chain_holds(
    court: Any, officer: Any, client: TestClient, node: Node
) -> None:
    case = court.open()
    client.post(f"/v1/cases/{case.case_id}/approval", headers=officer[1])
    with node.database.begin() as session:
        rows = session.execute(
            text("SELECT tag, actor FROM audit_rows WHERE object_id = :id ORDER BY position"), {"id": str(case.case_id)}
        ).all()
        assert verify_chain(session)[1] is None
    assert [tuple(row) for row in rows] == [
        ("cases:case:opened", "system:cases"),
        ("cases:case:approve", "officer:petrova"),
        ("cases:case:issue_decree", "officer:petrova"),
    ]


def test_the_turn_of_the_year_2025_decides_by_the_local_day(court: Any) -> None:
    old = court.open(at=datetime(2024, 12, 31, 20, 59, 59, tzinfo=UTC))
    new = court.open(at=datetime(2024, 12, 31, 21, 0, 0, tzinfo=UTC), plate=PlateKey(
        plate="B777BB77", plate_region="ru", plate_type="1"))  # fmt: skip
    assert str(old.limitation_until) == "2025-02-28"
    assert str(new.limitation_until) == "2025-03-01"
