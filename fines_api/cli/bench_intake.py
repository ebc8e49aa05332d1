"""How many passages a second a centre takes in with everything on, beside bare COPY of the same rows."""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2
import numpy as np
import psycopg

from fines_api.cli.bench_centre import (
    Centre,
    Device,
    count_rows,
    enrolled,
    listings,
    machine_notes,
    opened_centre,
    sent_pictures,
)
from fines_api.cli.bench_plates import draw
from fines_api.cli.bench_traffic import Fleet, Order, prepare
from fines_api.db import Database
from fines_api.db.migrations import migrate
from fines_api.kit.clock import SystemClock
from fines_api.node import Node

PICTURES: Final = 200
CONFUSABLE: Final = 50_000
LISTED_ONE_IN: Final = 1000
_TABLES: Final = ("intake_events", "passages")
_ACCEPTED: Final = b'"status":"accepted"'
_DUPLICATE: Final = b'"status":"duplicate"'
_TIMEOUT = httpx2.Timeout(120.0)
_LINES: Final = 32


@dataclass
class IntakeRun:
    """One run: what was measured, and what the figures depend on."""

    passages: int
    figures: dict[str, float | None] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """What is to be sent."""

    passages: int
    devices: int
    batch: int
    entries: int
    seed: int
    processes: int = 2


def measure(plan: Plan, folder: Path) -> IntakeRun:
    """Prepare the traffic, send it, send it again, and copy the same rows without a centre."""
    done = IntakeRun(plan.passages)
    entries = draw(np.random.default_rng(plan.seed), plan.entries).as_keys()
    with opened_centre(folder, processes=plan.processes, entries=listings(entries, CONFUSABLE)) as centre:
        devices = [enrolled(centre, f"camera-{number:04d}") for number in range(plan.devices)]
        pictures = sent_pictures(centre, devices[0], PICTURES)
        each, began_at = plan.passages // plan.devices, SystemClock().now()
        orders = [
            Order(
                device.device_id, f"site-{device.device_id}", device.key.private_pem, plan.seed + number, each,
                plan.batch, began_at, pictures, tuple(entries[:1000]), LISTED_ONE_IN,
                folder / f"{device.device_id}.batches",
            )
            for number, device in enumerate(devices)
        ]  # fmt: skip
        fleet = prepare(orders, plan.processes)
        _first(done, centre, devices, fleet)
        _again(done, centre, devices, fleet)
        done.notes |= machine_notes(centre.node)
        done.figures["copy_per_s"] = bare_copy(centre.node, fleet.passages)
    done.figures["share_of_copy"] = (done.figures["passages_per_s"] or 0.0) / (done.figures["copy_per_s"] or np.inf)
    return done


def _first(done: IntakeRun, centre: Centre, devices: Sequence[Device], fleet: Fleet) -> None:
    before = centre.cpu_s()
    sent = asyncio.run(send_all(centre.url, devices, fleet))
    figures, after = done.figures, centre.cpu_s()
    figures |= {f"cpu_{name}_us": (after[name] - before[name]) / fleet.passages * 1e6 for name in after}
    figures["passages_per_s"] = sent.accepted / sent.elapsed_s
    figures["seconds"] = sent.elapsed_s
    figures["slowest_tenth_per_s"] = sent.slowest_tenth()
    figures["answer_p50_ms"], figures["answer_p95_ms"] = (
        float(value) for value in np.percentile(sent.answers_ms, (50, 95))
    )
    figures["not_accepted"] = float(fleet.passages - sent.accepted)
    figures["not_stored"] = float(fleet.passages - count_rows(centre.node, "passages"))
    figures["stored_bytes"] = _stored_bytes(centre.node) / fleet.passages
    figures["hits_missed"], figures["hits_too_many"] = _exact_hits(centre.node)
    done.notes |= {"listed": fleet.listed, "hits": count_rows(centre.node, "hotlist_hits"), "busy": sent.busy}


def _again(done: IntakeRun, centre: Centre, devices: Sequence[Device], fleet: Fleet) -> None:
    tables = (*_TABLES, "hotlist_hits", "intake_gaps", "intake_alarms", "quarantine_items")
    before = [count_rows(centre.node, table) for table in tables]
    sent = asyncio.run(send_all(centre.url, devices, fleet))
    after = [count_rows(centre.node, table) for table in tables]
    done.figures["replayed_per_s"] = sent.duplicates / sent.elapsed_s
    done.figures["changed_by_replay"] = float(sum(abs(new - old) for old, new in zip(before, after, strict=True)))
    done.notes["gaps_alarms_quarantined"] = before[3:]


def bare_copy(node: Node, passages: int) -> float:
    """Copy the same rows into the same tables of an empty database, as one client would; rows a second."""
    empty = Database(str(node.database.dsn).replace("/bench?", "/bench_copy?"))
    with psycopg.connect(node.database.dsn, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench_copy WITH (FORCE)")
        connection.execute("CREATE DATABASE bench_copy")
    migrate(empty)
    with tempfile.TemporaryDirectory(dir=node.settings.data_dir) as folder:
        files = [Path(folder) / table for table in _TABLES]
        with psycopg.connect(node.database.dsn) as source:
            for table, path in zip(_TABLES, files, strict=True):
                _copy_out(source, table, path)
        began_s = time.perf_counter()
        with psycopg.connect(empty.dsn) as target:
            for table, path in zip(_TABLES, files, strict=True):
                _copy_in(target, table, path)
        elapsed_s = time.perf_counter() - began_s
    empty.dispose()
    return passages / elapsed_s


def _copy_out(source: psycopg.Connection[Any], table: str, path: Path) -> None:
    statement = f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT BINARY)".encode()  # noqa: S608 - names from here
    with path.open("wb") as file, source.cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            file.write(block)


def _copy_in(target: psycopg.Connection[Any], table: str, path: Path) -> None:
    statement = f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()
    with path.open("rb") as file, target.cursor() as cursor, cursor.copy(statement) as copy:
        while block := file.read(1 << 18):
            copy.write(block)


@dataclass
class Sent:
    """What became of traffic that was sent."""

    accepted: int = 0
    duplicates: int = 0
    busy: int = 0
    elapsed_s: float = 0.0
    answers_ms: list[float] = field(default_factory=list)
    moments: list[tuple[float, int]] = field(default_factory=list)

    def slowest_tenth(self) -> float:
        """Return the rate of the slowest tenth of the time, passages a second."""
        edges = np.linspace(0, self.elapsed_s, 11)
        at, count = np.array(self.moments).T
        sums, _ = np.histogram(at, edges, weights=count)
        return float(sums.min() / (self.elapsed_s / 10))


async def send_all(url: str, devices: Sequence[Device], fleet: Fleet) -> Sent:
    """Send every device's batches in their order, over so many lines at once that every process gets some."""
    sent, waiting = Sent(), list(devices)
    began_s = time.perf_counter()

    async def line() -> None:
        async with httpx2.AsyncClient(base_url=url, timeout=_TIMEOUT) as client:
            while waiting:
                device = waiting.pop()
                for body in fleet.bodies(device.device_id):
                    await _send_one(client, device, body, sent, began_s)

    await asyncio.gather(*(line() for _ in range(_LINES)))
    sent.elapsed_s = time.perf_counter() - began_s
    return sent


async def _send_one(client: httpx2.AsyncClient, device: Device, body: bytes, sent: Sent, began_s: float) -> None:
    headers = device.headers | {"Content-Type": "application/json"}
    while True:
        asked_s = time.perf_counter()
        answer = await client.post("/v1/intake/events", content=body, headers=headers)
        if answer.status_code in {429, 503}:
            sent.busy += 1
            await asyncio.sleep(float(answer.headers["retry-after"]))
            continue
        answer.raise_for_status()
        now_s = time.perf_counter()
        results = answer.content.partition(b'"receipt":')[0]
        accepted = results.count(_ACCEPTED)
        sent.accepted += accepted
        sent.duplicates += results.count(_DUPLICATE)
        sent.answers_ms.append((now_s - asked_s) * 1e3)
        sent.moments.append((now_s - began_s, accepted))
        return


def _stored_bytes(node: Node) -> float:
    """Return what passages and books take on the disk with their indexes."""
    with psycopg.connect(node.database.dsn) as connection:
        row = connection.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c"
            " WHERE c.relkind = 'r' AND (c.relname LIKE 'passages\\_%' OR c.relname = 'intake_events')"
        ).fetchone()
    return float(row[0]) if row else np.nan


def _exact_hits(node: Node) -> tuple[float, float]:
    """Compare the hits with what a join of the tables says: pairs of one plate without a hit, and hits without one."""
    pairs = (
        "SELECT p.passage_id, e.entry_id FROM passages p JOIN hotlist_entries e"
        " ON (p.plate, p.plate_region, p.plate_type) = (e.plate, e.plate_region, e.plate_type)"
    )
    hits = (
        "SELECT h.passage_id, h.entry_id FROM hotlist_hits h JOIN hotlist_entries e USING (entry_id)"
        " WHERE (h.plate, h.plate_region, h.plate_type) = (e.plate, e.plate_region, e.plate_type)"
    )
    with psycopg.connect(node.database.dsn) as connection:
        missed, too_many = (
            connection.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right}) AS x".encode()).fetchone()  # noqa: S608
            for left, right in ((pairs, hits), (hits, pairs))
        )
    return float(missed[0] if missed else np.inf), float(too_many[0] if too_many else np.inf)
