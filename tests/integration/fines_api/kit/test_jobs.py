"""The job queue in the region's own database."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.kit import jobs
from fines_api.node import Node

pytestmark = pytest.mark.integration


@pytest.fixture
def seen() -> Iterator[list[int]]:
    """What the test's own jobs did; they are taken off the register afterwards."""
    done: list[int] = []
    known = dict(jobs._REGISTRY)

    @jobs.job("test.note", retry=jobs.Retry(attempts=3, first_pause_s=0))
    def note(node: Node, number: int) -> None:
        done.append(number)
        if number < 0:
            raise ValueError("this job never works")

    yield done
    jobs._REGISTRY.clear()
    jobs._REGISTRY.update(known)


def test_a_job_exists_exactly_when_its_transaction_does(node: Node, seen: list[int]) -> None:
    with node.database.begin() as session:
        jobs.defer(session, "test.note", number=1)

    def undone_deed() -> None:
        with node.database.begin() as session:
            jobs.defer(session, "test.note", number=2)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        undone_deed()
    jobs.run_pending_jobs(node)
    jobs.run_pending_jobs(node)
    assert seen == [1]


def test_a_failing_job_is_tried_again_and_then_shown(node: Node, seen: list[int]) -> None:
    with node.database.begin() as session:
        jobs.defer(session, "test.note", number=-1)
        jobs.defer(session, "test.note", number=5)
    for _ in range(5):
        jobs.run_pending_jobs(node)
    assert sorted(seen) == [-1, -1, -1, 5]
    with node.database.begin() as session:
        dead = jobs.failed_jobs(session)
    assert [(each.name, each.args, each.attempts) for each in dead] == [("test.note", {"number": -1}, 3)]
    assert jobs.describe_failed(dead)[0]["failed_at"] is not None


def test_the_worker_takes_news_at_once_and_survives_the_loss_of_its_connections(node: Node, seen: list[int]) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=jobs.run_worker, args=(node, stop))
    worker.start()
    try:
        _defer(node, 1)
        _wait_for(lambda: seen == [1], 15)
        with node.database.begin() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        _defer(node, 2)
        _wait_for(lambda: seen == [1, 2], 40)
    finally:
        stop.set()
        worker.join(timeout=15)
    assert not worker.is_alive()


_KILLED_WORKER = """
import os, sys, threading
from fines_api.db import Database
from fines_api.kit import jobs

class Node:
    database = Database(sys.argv[1])

@jobs.job("test.note")
def die(node, number):
    print("started", flush=True)
    os.kill(os.getpid(), 9)

jobs.run_worker(Node(), threading.Event())
"""


def test_the_job_of_a_killed_worker_is_done_by_another(node: Node, seen: list[int], database_url: str) -> None:
    _defer(node, 7)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_WORKER, database_url], env=environment, timeout=60, check=False
    )
    assert killed.returncode == -9
    with node.database.begin() as session:
        assert session.execute(text("SELECT status::text FROM procrastinate_jobs")).scalar_one() == "doing"
        session.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"))
    stop = threading.Event()
    worker = threading.Thread(target=jobs.run_worker, args=(node, stop))
    worker.start()
    try:
        _wait_for(lambda: seen == [7], 20)
    finally:
        stop.set()
        worker.join(timeout=15)


def _defer(node: Node, number: int) -> None:
    with node.database.begin() as session:
        jobs.defer(session, "test.note", number=number)


def _wait_for(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()
