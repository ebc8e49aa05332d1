"""Registering sites."""

from collections.abc import Callable
from typing import Any

import pytest

from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock

pytestmark = pytest.mark.integration


def test_a_version_never_changes(client: Any, build: Any, clock: FixedClock, log_in: Callable[..., Any]) -> None:
    headers = log_in(Role.ADMINISTRATOR)
    document = build.site(clock.now()).model_dump(mode="json", by_alias=True)
    for _ in range(2):
        assert client.post("/v1/sites", json=document, headers=headers).status_code == 201
    changed = document | {"place": document["place"] | {"latitude": 1.0}}
    assert client.post("/v1/sites", json=changed, headers=headers).json()["code"] == "site.version_taken"
    assert client.post("/v1/sites", json=changed | {"version": 2}, headers=headers).status_code == 201
    shown = client.get("/v1/sites/test-road", headers=log_in(Role.POLICE)).json()
    assert (shown["version"], shown["place"]["latitude"]) == (2, 1.0)
    assert [site["version"] for site in client.get("/v1/sites", headers=headers).json()] == [2]


def test_other_regions_units_and_roles_are_refused(
    client: Any, build: Any, clock: FixedClock, log_in: Callable[..., Any]
) -> None:
    headers = log_in(Role.ADMINISTRATOR)
    document = build.site(clock.now(), region="50").model_dump(mode="json", by_alias=True)
    assert client.post("/v1/sites", json=document, headers=headers).json()["code"] == "site.other_region"
    miles = document | {"region": "77", "speed": {"limit_mph": 40, "from_m": 0, "to_m": 20}}
    answer = client.post("/v1/sites", json=miles, headers=headers)
    assert answer.status_code == 422
    assert "limit_mph" in answer.json()["detail"]
    assert client.post("/v1/sites", json=document, headers=log_in(Role.POLICE)).status_code == 403
    assert client.get("/v1/sites/none", headers=headers).status_code == 404
