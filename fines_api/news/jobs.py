"""News of hits on its way out; deferred in the transaction that made the hit, safe to run twice."""

import time
from uuid import UUID

import structlog

from fines_api.kit.jobs import job
from fines_api.news.attempts import Attempt, AttemptService
from fines_api.news.deliveries import DeliveryService
from fines_api.news.policy import NewsType, Outcome
from fines_api.news.publishing import Publisher
from fines_api.news.sending import send
from fines_api.node import Node

_log = structlog.get_logger(__name__)


@job("news.publish")
def publish(node: Node, *, kind: str, number: int) -> None:
    """Give every receiver of an event its delivery."""
    with node.database.begin() as session:
        Publisher(session, node).publish(NewsType(kind), number)


@job("news.deliver")
def deliver(node: Node, *, delivery_id: str) -> None:
    """Try once; what follows is decided by how it ended.  No transaction is open while the receiver is waited for."""
    with node.database.begin() as session:
        parcel = AttemptService(session, node).prepare(UUID(delivery_id))
    if parcel is None:
        return
    at, started_s = node.clock.now(), time.monotonic()
    try:
        outcome = send(node, parcel)
    except Exception as error:  # noqa: BLE001 - a fault of ours is an attempt that failed, seen with its reason like any other
        _log.exception("news.fault", delivery=delivery_id)
        outcome = Outcome(error=f"news.fault: {type(error).__name__}")
    attempt = Attempt(at, int((time.monotonic() - started_s) * 1000), outcome)
    with node.database.begin() as session:
        AttemptService(session, node).settle(UUID(delivery_id), attempt)


@job("news.forget", cron="40 3 * * *")
def forget(node: Node) -> None:
    """Delete deliveries that ended a month ago."""
    with node.database.begin() as session:
        DeliveryService(session, node).forget()
