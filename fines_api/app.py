"""The centre's HTTP application: every domain's router, the guard, and signs of life."""

import importlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import anyio.to_thread
import structlog
from fastapi import APIRouter, FastAPI

from fines_api.hotlists.importing.reading import MAX_IMPORT_BYTES
from fines_api.hotlists.live_list import live_list
from fines_api.hotlists.stream import HitBroadcaster
from fines_api.identity.dependencies import NodeDep
from fines_api.intake.admission import DeviceBudgets, GateLimits, IntakeGate
from fines_api.intake.policy import MAX_BATCH_BYTES, MAX_EVIDENCE_BYTES
from fines_api.kit.errors import UnavailableError
from fines_api.kit.guard import Guard
from fines_api.kit.problem import install_problem_handlers
from fines_api.kit.rate_limit import RateLimiter
from fines_api.node import Node
from fines_api.passages.service import PassageService
from fines_api.privacy.retention import load_retention

_log = structlog.get_logger(__name__)
_BODY_LIMITS = {
    "/v1/intake/evidence/": MAX_EVIDENCE_BYTES + 1024 * 1024,  # a little over, so that the refusal can be recorded
    "/v1/intake/events": MAX_BATCH_BYTES,
    "/v1/hotlists/": MAX_IMPORT_BYTES,
    "/police/hotlists/": MAX_IMPORT_BYTES,
}
_health = APIRouter()


@_health.get("/healthz", include_in_schema=False)
def healthz() -> dict[str, str]:
    """Tell that the process answers."""
    return {"status": "ok"}


@_health.get("/readyz", include_in_schema=False)
def readyz(node: NodeDep) -> dict[str, str]:
    """Tell that the database answers too; 503 otherwise."""
    node.database.ping()
    return {"status": "ok", "region": node.settings.region}


def domain_modules(name: str) -> list[ModuleType]:
    """Import every ``fines_api.<domain>[.<part>].<name>`` there is."""
    here = Path(__file__).parent
    found = sorted(path.relative_to(here).with_suffix("").parts for path in here.glob(f"*/**/{name}.py"))
    return [importlib.import_module(".".join(("fines_api", *parts))) for parts in found]


def load_jobs() -> None:
    """Register the background jobs of every domain."""
    domain_modules("jobs")


def _routers() -> list[APIRouter]:
    routers = [module.router for module in domain_modules("endpoints")]
    if find_spec("fines_api.web") is not None:
        pages = getattr(importlib.import_module("fines_api.web"), "router", None)
        routers += [pages] if pages is not None else []
    return routers


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    node: Node = app.state.node
    await anyio.to_thread.run_sync(_prepare, node)
    yield
    app.state.hit_broadcaster.close()


def _prepare(node: Node) -> None:
    """Do beforehand what the first who asks would wait for; a database that is down is met by them."""
    try:
        with node.database.begin() as session:
            PassageService(session, node).make_days()
            live_list(node).match(session, ())
    except UnavailableError as error:
        _log.warning("app.not_prepared", reason=error.message)


def create_app(node: Node) -> FastAPI:
    """Build the application of one region; interactive documentation is off, nothing but health is open by default.

    A ``fines_api.web`` package may also offer ``install(app)`` to mount its files and error pages.
    """
    load_jobs()
    load_retention(node.settings.retention_path, node.settings.region)  # wrong terms are found now, not at night
    app = FastAPI(title="Rubezh", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.node = node
    app.state.rate_limiter = RateLimiter()
    app.state.device_budgets = DeviceBudgets(
        node.settings.device_events_per_s, node.settings.device_burst_events, node.clock
    )
    app.state.intake_gate = IntakeGate(GateLimits(node.settings.intake_slots), random.SystemRandom())
    app.state.hit_broadcaster = HitBroadcaster(node.database.dsn)
    install_problem_handlers(app)
    app.add_middleware(Guard, is_https=node.settings.is_cookie_secure, body_limits=_BODY_LIMITS)
    app.include_router(_health)
    for router in _routers():
        app.include_router(router)
    if find_spec("fines_api.web") is not None:
        install = getattr(importlib.import_module("fines_api.web"), "install", None)
        if install is not None:
            install(app)
    return app
