"""``fines-api bench search``: how long searches take in a month of passages, with row-level security on."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fines_api.cli.messages import clear_errors
from recognition import __version__

if TYPE_CHECKING:
    from fines_api.cli.bench_search_measure import SearchFigures

_LEAST_EVENT: int = 460


def bench_search(
    *,
    passages: Annotated[int, typer.Option(min=10_000, help="passages of the month")] = 1_000_000,
    growth: Annotated[
        str | None, typer.Option(help="sizes to measure one after another, e.g. 1000000,10000000")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="where the throw-away database goes; default: the temporary folder")
    ] = None,
    event_bytes: Annotated[
        int, typer.Option(min=_LEAST_EVENT, help="bytes of a stored event; a real one has some 1300")
    ] = _LEAST_EVENT,
    seed: Annotated[int, typer.Option(min=0, help="another seed draws another month")] = 20261125,
    check: Annotated[bool, typer.Option("--check", help="judge the bars; exit 1 where one falls short")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="keep the whole run with every plan")
    ] = None,
    measured_on: Annotated[str | None, typer.Option("--date", help="the day to write into the JSON")] = None,
) -> None:
    """Search a drawn month of passages as officers do, in a database of its own that is thrown away.

    ``…_p95_ms`` is the search in its role until its rows are here; ``…_answered_…`` the whole answer with rank, pace,
    book and audit chain up to the commit.  Figures are at the largest size.  Exit code 1: a bar falls short.
    """
    from fines_api.cli.bench import is_cleared, machine
    from fines_api.cli.bench_search_measure import measure

    with clear_errors():
        sizes = _sizes(growth) if growth else [passages]
        typer.echo(f"events of {event_bytes} bytes; real ones have some 1300, and are read only for what is shown")
        with tempfile.TemporaryDirectory(prefix="rubezh-bench-", dir=folder, ignore_cleanup_errors=True) as place:
            done = measure(sizes, Path(place), event_bytes, seed, typer.echo)
    for one in done:
        _tell(one)
    if json_file is not None:
        whole = {
            "measured_on": measured_on, "machine": machine(), "code": __version__, "seed": seed,
            "event_bytes": event_bytes, "by_size": [asdict(one) for one in done],
        }  # fmt: skip
        json_file.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if check and not is_cleared(done[-1].figures, "search"):
        raise typer.Exit(1)


def _sizes(growth: str) -> list[int]:
    try:
        sizes = [int(size) for size in growth.split(",")]
    except ValueError:
        raise typer.BadParameter("numbers with commas between them") from None
    if sizes != sorted(set(sizes)):
        raise typer.BadParameter("each size larger than the one before")
    return sizes


def _tell(one: "SearchFigures") -> None:
    typer.echo(f"at {one.passages:,} passages")
    for name, figure in one.figures.items():
        typer.echo(f"  {name} {'not measured' if figure is None else f'{figure:.4g}'}")
