"""How often hits were right, counted over real rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from recognition.contracts import HotlistReason, Site, VehicleClass

pytestmark = pytest.mark.integration


def test_the_worth_of_a_list_and_of_a_camera(
    *, node: Node, client: Any, clock: FixedClock, site: Site, build: Any, log_in: Callable[..., Any]
) -> None:
    def look_for(plate: str, reason: HotlistReason) -> None:
        until = clock.now() + timedelta(days=80)
        new = NewEntry(plate=plate, plate_region="ru", reason=reason, legal_basis="case 1", valid_until=until,
                       vehicle_class=VehicleClass.CAR)  # fmt: skip
        build.listed(node, new)

    def see(plate: str, late_s: int, vehicle_class: VehicleClass = VehicleClass.CAR) -> None:
        passage = build.passage(clock.now() - timedelta(seconds=late_s), plate=plate, vehicle_class=vehicle_class)
        with node.database.begin() as session:
            HotlistService(session, node).match_passages([(passage, site)])

    def worth(days: int) -> dict[str, Any]:
        answer = client.get("/v1/hotlists/precision", params={"days": days}, headers=log_in(Role.POLICE))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    assert worth(7) == {"days": 7, "lists": [], "cameras": []}
    look_for("A123BC77", HotlistReason.STOLEN)
    look_for("B456OP99", HotlistReason.UNPAID_FINES)
    see("A123BC77", 1)
    clock.advance(timedelta(days=8))
    for late_s in (2, 3, 10):
        see("A123BC77", late_s)
    see("A123BC77", 4, VehicleClass.MOTORCYCLE)
    see("B456OP99", 5)
    police = log_in(Role.POLICE)
    hits = client.get("/v1/hits", headers=police).json()["hits"]
    stolen = [hit["id"] for hit in reversed(hits) if hit["reason"] == "stolen"]
    for number, verdict in ((stolen[1], "correct"), (stolen[2], "correct"), (stolen[3], "wrong_plate")):
        client.post(f"/v1/hits/{number}/verdict", json={"verdict": verdict}, headers=police)

    found = worth(7)
    first, second = found["lists"]
    assert (first["name"], first["hits"], first["judged"], first["correct"]) == ("stolen", 4, 3, 2)
    assert first["share_correct"]["value"] == pytest.approx(2 / 3)
    assert first["share_correct"]["low"] == pytest.approx(0.2077, abs=1e-3)
    assert (first["share_withheld"], first["median_s"]) == (0.25, 3.5)
    assert (second["name"], second["hits"], second["share_correct"]) == ("unpaid_fines", 1, None)
    (camera,) = found["cameras"]
    assert (camera["name"], camera["place"], camera["hits"]) == ("test-road / cam-1", "Test road, km 7", 5)
    assert worth(30)["lists"][0]["hits"] == 5
    assert client.get("/v1/hotlists/precision", params={"days": 8}, headers=police).status_code == 422
    assert client.get("/v1/hotlists/precision", headers=log_in(Role.OFFICER)).status_code == 403
