"""A bench run on paper: what ran where, as JSON to keep and as a table to look at."""

import dataclasses
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.table import Table

from models.evaluation.bench import SetResult
from models.evaluation.scores import Scores, Share

_COLUMNS = (
    "system", "set", "part", "plates", "exact", "95 %", "share@99", "share>=.9", "prec>=.9", "ECE", "CER", "found",
    "ms", "ms p95", "ms<=1280",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Return what the figures of time depend on."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "onnxruntime": metadata.version("onnxruntime"),
    }


def as_json(
    results: Sequence[SetResult],
    *,
    measured_on: str | None,
    models: Mapping[str, str],
    skipped: Mapping[str, str],
    machine_figures: Mapping[str, float | None],
) -> str:
    """Return the whole run.

    Args:
        results: what to keep.
        measured_on: the day, as the caller says it: nothing here asks the clock.
        models: model name and version → SHA-256 of the project's own networks.
        skipped: system → why it did not run.
        machine_figures: memory, time and size of the project's own reader.
    """
    whole = {
        "measured_on": measured_on,
        "machine": machine(),
        "models": dict(models),
        "skipped": dict(skipped),
        "own": dict(machine_figures),
        "results": [dataclasses.asdict(result) for result in results],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def table(results: Iterable[SetResult]) -> Table:
    """Return one line per system, set and part."""
    lines = Table(box=None, pad_edge=False)
    for number, column in enumerate(_COLUMNS):
        lines.add_column(column, justify="left" if number < 3 else "right", no_wrap=True)  # noqa: PLR2004 - names first
    for result in results:
        for part, scores in result.parts.items():
            lines.add_row(result.system, result.dataset, part, *_cells(scores))
    return lines


def condition_table(results: Iterable[SetResult]) -> Table:
    """Return one line per set and condition, one column per system, with how many plates it stands on."""
    done = list(results)
    systems = list(dict.fromkeys(result.system for result in done))
    lines = Table(box=None, pad_edge=False)
    for column in ("set", "condition", "plates", *systems):
        lines.add_column(column, no_wrap=True)
    shares = {(result.dataset, one.condition, result.system): one.exact for result in done for one in result.conditions}
    for dataset, condition in dict.fromkeys((dataset, condition) for dataset, condition, _ in shares):
        row = [shares[dataset, condition, system] for system in systems]
        lines.add_row(dataset, condition, str(row[0].total), *(_percent(share.value) for share in row))
    return lines


def _cells(scores: Scores) -> list[str]:
    return [
        f"{scores.exact.total}/{scores.plates}",
        _percent(scores.exact.value),
        _interval(scores.exact),
        _percent(scores.share_at_99),
        _percent(scores.share_at_90_confidence),
        _percent(scores.precision_at_90_confidence.value),
        _number(scores.ece, 3),
        _number(scores.character_error_rate, 3),
        _percent(scores.finder_recall),
        _number(scores.ms_median, 0),
        _number(scores.ms_p95, 0),
        _number(scores.ms_scaled_median, 0),
    ]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _interval(share: Share) -> str:
    return "-" if share.value is None else f"{100 * share.low:.0f}-{100 * share.high:.0f}"


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _cpu_model() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
