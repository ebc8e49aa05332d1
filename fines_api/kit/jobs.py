"""Background jobs: a thin port over procrastinate, whose queue lives in the region's own PostgreSQL.

``defer`` writes the job in the caller's transaction, so a job exists exactly when the row it is about does.
A job runs at least once: its handler opens one transaction with ``node.database.begin()`` and must bear repetition.
One that keeps failing is retried with growing pauses, then stays as ``failed`` for ``failed_jobs`` to show.
"""

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import procrastinate
import psycopg
import structlog

_log = structlog.get_logger(__name__)
_QUEUE = "default"
_STALLED_CHECK_S = 20.0
_RESTART_PAUSE_S = 3.0


class DatabaseLike(Protocol):
    """What a worker needs of the database."""

    @property
    def dsn(self) -> str:
        """Plain libpq URL."""
        ...


class NodeLike(Protocol):
    """What a worker needs of the node it hands to handlers."""

    @property
    def database(self) -> DatabaseLike:
        """The region's database."""
        ...


class SessionLike(Protocol):
    """A database session that can show its raw connection."""

    def connection(self) -> Any:
        """Return the connection of the current transaction."""
        ...


@dataclass(frozen=True)
class Retry:
    """How often a failing job is tried again, and the pause before each, doubling from ``first_pause_s``."""

    attempts: int = 8
    first_pause_s: int = 2


@dataclass(frozen=True)
class Job:
    """A registered job: name, handler ``(node, **args) -> None``, retry policy, optional cron schedule (UTC)."""

    name: str
    handler: Callable[..., None]
    retry: Retry
    cron: str | None


@dataclass(frozen=True)
class FailedJob:
    """A job that will not be tried again by itself."""

    id: int
    name: str
    args: dict[str, Any]
    attempts: int
    failed_at: datetime | None


_REGISTRY: dict[str, Job] = {}
_DEFAULT_RETRY = Retry()
Handler = TypeVar("Handler", bound=Callable[..., None])


def job(name: str, *, retry: Retry = _DEFAULT_RETRY, cron: str | None = None) -> Callable[[Handler], Handler]:
    """Register a handler ``(node, **args)`` under a name; with ``cron`` it also runs on schedule, without args."""

    def register(handler: Handler) -> Handler:
        known = _REGISTRY.get(name)
        if known is not None and known.handler.__qualname__ != handler.__qualname__:
            msg = f"two jobs are named {name}"
            raise ValueError(msg)
        _REGISTRY[name] = Job(name, handler, retry, cron)
        return handler

    return register


def defer(session: SessionLike, name: str, *, run_at: datetime | None = None, **args: Any) -> int:
    """Enqueue a job inside the session's transaction and return its id; rolled back with it.

    ``args`` must be JSON values.  The handler may live in a domain that is not installed: the worker says so.
    """
    raw: psycopg.Connection[Any] = session.connection().connection.driver_connection
    with raw.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[ROW(%s, %s, 0, NULL, NULL, %s::jsonb, %s)]"
            "::procrastinate_job_to_defer_v1[]))",
            (_QUEUE, name, json.dumps(args), run_at),
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def failed_jobs(session: SessionLike, limit: int = 100) -> list[FailedJob]:
    """List the dead letters, newest first."""
    raw: psycopg.Connection[Any] = session.connection().connection.driver_connection
    with raw.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.task_name, j.args, j.attempts, max(e.at) FROM procrastinate_jobs j "
            "LEFT JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'failed' "
            "WHERE j.status = 'failed' GROUP BY j.id ORDER BY j.id DESC LIMIT %s",
            (limit,),
        )
        return [FailedJob(*row) for row in cursor.fetchall()]


class _Backoff(procrastinate.BaseRetryStrategy):
    def __init__(self, retry: Retry) -> None:
        self._retry = retry

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        _log.warning("job.failed", job=job.task_name, attempt=job.attempts + 1, error=str(exception)[:500])
        if job.attempts + 1 >= self._retry.attempts:
            _log.error("job.dead", job=job.task_name, id=job.id, args=job.task_kwargs)
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": self._retry.first_pause_s * 2**job.attempts})


def _build_app(node: NodeLike) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=node.database.dsn, min_size=1, max_size=4)
    app = procrastinate.App(connector=connector)
    for each in _REGISTRY.values():
        _register(app, node, each)
    return app


def _register(app: procrastinate.App, node: NodeLike, each: Job) -> None:
    def run(**args: Any) -> None:
        args.pop("timestamp", None)  # what a periodic job is told by the library
        with structlog.contextvars.bound_contextvars(job=each.name):
            each.handler(node, **args)

    task = app.task(name=each.name, queue=_QUEUE, retry=_Backoff(each.retry))(run)
    if each.cron is not None:
        app.periodic(cron=each.cron)(task)  # type: ignore[arg-type]  # run() takes the timestamp by name


async def _retry_stalled(app: procrastinate.App) -> None:
    """Give jobs of killed workers back to the queue, for ever."""
    while True:
        for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
            _log.warning("job.stalled", id=stalled.id, job=stalled.task_name)
            await app.job_manager.retry_job(stalled)
        await asyncio.sleep(_STALLED_CHECK_S)


async def _told_to_stop(stop: threading.Event) -> None:
    """Return when the thread that started the worker wants its end; a thread's event cannot be awaited."""
    while not stop.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def _work(node: NodeLike, stop: threading.Event, concurrency: int) -> None:
    async with _build_app(node).open_async() as app:
        worker = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                fetch_job_polling_interval=2.0,
                install_signal_handlers=False,
                name="rubezh",
                delete_jobs="successful",
            )
        )
        tasks = [worker, asyncio.create_task(_retry_stalled(app)), asyncio.create_task(_told_to_stop(stop))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in tasks:
                each.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result


def run_worker(node: NodeLike, stop: threading.Event, *, concurrency: int = 2) -> None:
    """Run jobs until ``stop`` is set; outlives a database that goes away and comes back."""
    while not stop.is_set():
        try:
            asyncio.run(_work(node, stop, concurrency))
        except (psycopg.Error, procrastinate.exceptions.ProcrastinateException, OSError) as error:
            _log.warning("worker.restarts", error=str(error)[:500])
        if not stop.is_set():
            stop.wait(_RESTART_PAUSE_S)


def run_pending_jobs(node: NodeLike) -> None:
    """Run what is due now and return (for one-shot commands and tests)."""

    async def once() -> None:
        async with _build_app(node).open_async() as app:
            await app.run_worker_async(
                wait=False, install_signal_handlers=False, listen_notify=False, delete_jobs="successful"
            )

    asyncio.run(once())


def describe_failed(found: list[FailedJob]) -> list[dict[str, Any]]:
    """Return dead letters as JSON objects."""
    return [asdict(each) | {"failed_at": each.failed_at and each.failed_at.isoformat()} for each in found]


def registered_jobs() -> tuple[str, ...]:
    """Names of every registered job."""
    return tuple(sorted(_REGISTRY))


__all__ = [
    "FailedJob",
    "Retry",
    "defer",
    "describe_failed",
    "failed_jobs",
    "job",
    "registered_jobs",
    "run_pending_jobs",
    "run_worker",
]
