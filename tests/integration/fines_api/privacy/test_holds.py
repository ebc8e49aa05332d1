"""Two persons stand behind a legal hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fines_api.identity.schemas import Role

pytestmark = pytest.mark.integration


@pytest.fixture
def body(clock: Any) -> dict[str, Any]:
    return {
        "plate": {"plate": "B456OP99", "plate_region": "ru", "plate_type": "1"},
        "reason": "an inquest",
        "legal_basis": "order 7",
        "ordered_by": "the court",
        "until": (clock.now() + timedelta(days=90)).isoformat(),
    }


def test_who_proposes_does_not_approve(client: Any, log_in: Callable[..., Any], body: dict[str, Any]) -> None:
    one, two = log_in(Role.ADMINISTRATOR, "admin-1"), log_in(Role.ADMINISTRATOR, "admin-2")
    hold = client.post("/v1/legal-holds", json=body, headers=one).json()
    url = f"/v1/legal-holds/{hold['hold_id']}"
    answer = client.post(f"{url}/approval", headers=one)
    assert (answer.status_code, answer.json()["code"]) == (403, "hold.same_person")
    assert client.post(f"{url}/release", headers=two).json()["code"] == "hold.state"
    assert client.post(f"{url}/approval", headers=two).json()["state"] == "in_force"
    assert client.post(f"{url}/approval", headers=two).json()["code"] == "hold.state"
    assert client.post(f"{url}/release", headers=one).json()["state"] == "released"
    (listed,) = client.get("/v1/legal-holds", headers=one).json()["legal_holds"]
    assert (listed["proposed_by"], listed["decided_by"]) == ("administrator:admin-1", "administrator:admin-2")
    for role in (Role.POLICE, Role.OFFICER):
        assert client.get("/v1/legal-holds", headers=log_in(role)).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"plate": None},
        {"site_id": "test-road"},
        {"plate": None, "site_id": "test-road"},
        {"captured_since": "2026-01-02T00:00:00Z", "captured_until": "2026-01-01T00:00:00Z"},
        {"until": "2020-01-01T00:00:00Z"},
        {"until": "2099-01-01T00:00:00Z"},
        {"ordered_by": ""},
    ],
)
def test_a_hold_says_what_it_holds_and_how_long(
    client: Any, log_in: Callable[..., Any], body: dict[str, Any], changes: dict[str, Any]
) -> None:
    answer = client.post("/v1/legal-holds", json=body | changes, headers=log_in(Role.ADMINISTRATOR))
    assert answer.status_code == 422


def test_a_hold_that_nobody_approved_keeps_nothing_and_one_of_a_place_keeps_its_time(region: Any) -> None:
    start = region.clock.now()
    inside, outside = region.see(start), region.see(start + timedelta(hours=2))
    region.hold(site_id="test-road", captured_since=start, captured_until=start + timedelta(hours=1))
    region.night(hours=90)
    assert region.is_whole(inside)
    assert region.is_pseudonymised(outside)
