"""Officers of every rank, and passages where and when a test wants them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.search.dictionary.keeping import refresh
from fines_api.search.policy import Rank
from fines_api.search.repository import RankRepository
from fines_api.sites.service import SiteService
from recognition.contracts import Passage, VehicleClass

PLACES = {"north": (55.90, 37.60), "centre": (55.75, 37.62), "south": (55.60, 37.65), "far": (59.93, 30.32)}


@pytest.fixture
def officer(node: Node, client: TestClient) -> Callable[..., dict[str, str]]:
    """Log a policeman of a rank in: ``officer("ivanov", Rank.CHIEF)``."""

    def make(name: str, rank: Rank | None = None, role: Role = Role.POLICE) -> dict[str, str]:
        with node.database.begin() as session:
            identity = IdentityService(session, node)
            user_id = identity.user_id_of(name) or identity.create_user(
                name, "a long enough password", role, actor="test"
            )
            if rank is not None:
                RankRepository(session).put(user_id, rank.value, "test", node.clock.now())
            opened = identity.open_session(role, name, lifetime=timedelta(hours=1), user_id=user_id)
        return {"Authorization": f"Bearer {opened.token}"}

    return make


@pytest.fixture
def roads(node: Node, clock: FixedClock, build: Any) -> Any:
    """Sites ``north``, ``centre``, ``south``, ``far``, and vehicles that pass them."""
    with node.database.begin() as session:
        for name, (latitude, longitude) in PLACES.items():
            site = build.site(clock.now() - timedelta(days=500), site_id=name)
            place = site.place.model_copy(
                update={"address": f"Road {name}", "latitude": latitude, "longitude": longitude}
            )
            SiteService(session, node).register(site.model_copy(update={"place": place}), actor="test")

    class Roads:
        """Vehicles on the road."""

        def passes(
            self,
            plate: str,
            site_id: str,
            at: datetime,
            *,
            vehicle_class: VehicleClass = VehicleClass.CAR,
            bound_ms: float | None = 20,
            direction: str = "approaching",
        ) -> UUID:
            """Let a vehicle pass a site."""
            drawn: Passage = build.passage(at, plate=plate, vehicle_class=vehicle_class)
            passage = drawn.model_copy(
                update={
                    "site_id": site_id,
                    "direction": direction,
                    "clock": drawn.clock.model_copy(update={"bound_ms": bound_ms}),
                }
            )
            with node.database.begin() as session:
                event = ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
                PassageService(session, node).keep([event])
            return passage.passage_id

        def refresh(self) -> int:
            """Bring the dictionary up to date."""
            return refresh(node)

    return Roads()


@pytest.fixture
def asked(clock: FixedClock) -> Callable[..., dict[str, Any]]:
    """The body of a search: ``asked(plate="A123BC77", mode="exact")``."""

    def make(days: float = 5, **changes: Any) -> dict[str, Any]:
        now = clock.now()
        return {
            "purpose": "criminal_case",
            "case_number": "12401450001000123",
            "legal_basis": "order of 3 March",
            "since": (now - timedelta(days=days)).isoformat(),
            "until": (now + timedelta(minutes=1)).isoformat(),
        } | changes

    return make
