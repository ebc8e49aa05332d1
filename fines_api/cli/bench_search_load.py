"""A month of drawn passages for the bench of searches, in a PostgreSQL of its own.

Vehicles pass as often as Zipf's law says with a flat head, so that the busiest of two million passes some ten times a
day; each keeps to ten sites.  Events are the least that holds a passage, filled up to the size asked for.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray

from fines_api.cli.bench_plates import KINDS, draw
from fines_api.db import Database
from fines_api.db.embedded import start_embedded
from fines_api.db.migrations import migrate
from fines_api.kit.clock import FixedClock
from fines_api.kit.settings import Settings
from fines_api.kit.storage import LocalStorage
from fines_api.node import Node
from fines_api.passages.packing import PLAIN
from fines_api.passages.repository import PassageRepository
from fines_api.sites.service import SiteService
from recognition.contracts import Site
from recognition.evidence import SigningKey

REGION: Final = "77"
DAYS: Final = 30
SITES: Final = 200
NOW: Final = datetime(2026, 11, 25, tzinfo=UTC)
PER_VEHICLE: Final = 5
_SITES_EACH: Final = 10
_FLAT_HEAD: Final = 1000
_STEEPNESS: Final = 0.8
_CHUNK: Final = 20_000
_COLUMNS: Final = (
    "passage_id, captured_at, received_at, region, plate, plate_region, plate_type, plate_confidence, vehicle_class, "
    "direction, device_id, site_id, site_version, camera_id, event"
)


@dataclass(frozen=True, eq=False)
class Fleet:
    """Drawn vehicles, the busiest first: text and kind of plate, and the share of passages up to each."""

    texts: list[str]
    kinds: NDArray[np.uint16]
    shares: NDArray[np.float64]

    @classmethod
    def drawn(cls, chance: np.random.Generator, count: int) -> "Fleet":
        """Draw so many."""
        plates = draw(chance, count)
        texts = [row.tobytes().rstrip(b"\0").decode("ascii") for row in plates.texts]
        weights = (np.arange(count) + count / _FLAT_HEAD) ** -_STEEPNESS
        return cls(texts, plates.kinds, np.cumsum(weights) / weights.sum())

    def pick(self, chance: np.random.Generator, count: int) -> NDArray[np.int64]:
        """Pick vehicles as often as they pass."""
        return np.minimum(np.searchsorted(self.shares, chance.random(count)), len(self.texts) - 1)


def open_bench_node(folder: Path) -> Node:
    """Start an empty, migrated region in the folder."""
    database = Database(start_embedded(folder / "postgres"))
    migrate(database)
    settings = Settings(region=REGION, data_dir=folder / "node", database_url="unused", searches_per_hour=10_000)
    node = Node(settings, database, LocalStorage(folder / "evidence"), FixedClock(NOW), SigningKey.generate())
    with database.begin() as session:
        PassageRepository(session).make_days(NOW - timedelta(days=DAYS), NOW)
        for number in range(SITES):
            SiteService(session, node).register(_site(number), actor="bench")
    return node


def load(node: Node, fleet: Fleet, chance: np.random.Generator, passages: int, event_bytes: int) -> float:
    """Add so many passages over the month; return the seconds it took."""
    begun = time.perf_counter()
    for day in range(DAYS):
        count = passages // DAYS + (day < passages % DAYS)
        with node.database.begin() as session:
            raw = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
            raw.execute("SET LOCAL synchronous_commit = off")
            with raw.cursor() as cursor, cursor.copy(f"COPY passages ({_COLUMNS}) FROM STDIN".encode()) as copy:
                for chunk in _day(fleet, chance, NOW - timedelta(days=DAYS - day), count, event_bytes):
                    copy.write(chunk)
    with psycopg.connect(node.database.dsn, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) passages")
    return time.perf_counter() - begun


def _day(fleet: Fleet, chance: np.random.Generator, day: datetime, count: int, event_bytes: int) -> Iterator[str]:
    vehicles = fleet.pick(chance, count)
    sites = (vehicles * 7919 + chance.integers(_SITES_EACH, size=count) * 31) % SITES
    moments = np.sort(chance.random(count)) * 86_400
    ids = chance.bytes(16 * count)
    for start in range(0, count, _CHUNK):
        lines = []
        for at in range(start, min(start + _CHUNK, count)):
            vehicle, site = int(vehicles[at]), f"s{int(sites[at]):03d}"
            captured = (day + timedelta(seconds=float(moments[at]))).isoformat()
            region, kind = KINDS[int(fleet.kinds[vehicle])]
            passage_id = str(UUID(bytes=ids[16 * at : 16 * at + 16]))
            event = _event(passage_id, site, captured, event_bytes)
            lines.append(
                f"{passage_id}\t{captured}\t{captured}\t{REGION}\t{fleet.texts[vehicle]}\t{region}\t{kind}\t0.97\tcar\t"
                f"approaching\tcam-{site}\t{site}\t1\tcam\t{event}\n"
            )
        yield "".join(lines)


def _event(passage_id: str, site: str, captured: str, size: int) -> str:
    event = (
        f'{{"data":{{"passage_id":"{passage_id}","device_id":"d","site_id":"{site}","site_version":1,"camera_id":"c",'
        f'"track_id":1,"started_at":"{captured}","ended_at":"{captured}","captured_at":"{captured}",'
        '"clock":{"source":"host","bound_ms":20},"vehicle_class":"car","vehicle_confidence":0.9,"frames":9,'
        '"code_version":"b"},"fill":"'
    )
    whole = f'{event}{"x" * (size - len(event) - 2)}"}}'
    return "\\\\x" + (PLAIN + whole.encode()).hex()


def _site(number: int) -> Site:
    return Site.model_validate(
        {
            "schema": "rubezh.site/1", "site_id": f"s{number:03d}", "version": 1,
            "valid_from": NOW - timedelta(days=400), "region": REGION, "jurisdiction": "ru",
            "timezone": "Europe/Moscow",
            "place": {
                "address": f"Road {number}",
                "latitude": 55.5 + 0.04 * (number % 14),
                "longitude": 37.2 + 0.06 * (number // 14),
            },
            "camera": {"camera_id": "cam", "width_px": 1920, "height_px": 1080},
        }
    )  # fmt: skip
