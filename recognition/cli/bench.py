"""``recognition bench read``: how well plates are read on labelled pictures, beside other readers, against the bars."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognition.cli.bench_speed import bench_speed
from recognition.cli.report import FAILED, plain_errors

if TYPE_CHECKING:
    from models.datasets import LabelledPicture
    from models.evaluation.bars import Figures
    from models.evaluation.bench import Outcomes
    from models.evaluation.systems import ReadingSystem

_TABLE_WIDTH = 150

bench = typer.Typer(name="bench", help="Measure this installation against known truth.", no_args_is_help=True)
bench.command("speed")(bench_speed)


@bench.command("read")
def bench_read(
    *,
    data: Annotated[Path | None, typer.Option(help="data folder (default: RUBEZH_DATA, ../shared/data)")] = None,
    sets: Annotated[str, typer.Option(help="sets with commas; default: all that have texts")] = "",
    peers: Annotated[bool, typer.Option("--peers/--no-peers", help="also run the other readers")] = True,
    check: Annotated[bool, typer.Option("--check", help="judge the bars; exit 1 where one falls short")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="keep the whole run")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only so many pictures of each set")] = None,
    measured_on: Annotated[str | None, typer.Option("--date", help="the day to write into the JSON")] = None,
) -> None:
    """Measure plate readers end to end on the labelled pictures of the data folder.

    Exit code 0: measured, and with --check every bar is cleared.  1: a bar falls short.  2: it could not be measured.
    """
    with plain_errors():
        from models import datasets
        from models.evaluation import bars, cost, memory, record
        from models.evaluation import bench as benching
        from models.evaluation.peers import load_peers
        from models.evaluation.systems import load_own
        from recognition.vision import VisionModels

        folder = datasets.data_folder(data)
        names = [name.strip() for name in sets.split(",") if name.strip()] or benching.readable_sets(folder)
        pictures = {name: datasets.load_pictures(folder, name)[:limit] for name in names}
        paths = [picture.path for chosen in pictures.values() for picture in chosen]
        machine: dict[str, float | None] = {}
        if check or json_file:
            machine = {
                "peak_memory_mib": memory.peak_memory_mib(paths),
                "vehicle_crop_ms": cost.vehicle_crop_ms(pictures[names[0]], VisionModels.load()),
                "weights_mb": cost.weights_mb(),
            }
        own = load_own()
        others, absent = load_peers(folder) if peers else ((), {})
        for name, reason in absent.items():
            sys.stderr.write(f"{name} is left out: {reason}\n")
        done = benching.results(_with_progress([own, *others], pictures))
        _print(record.table(done))
        _print(record.condition_table(done))
        if json_file is not None:
            kept = record.as_json(
                done, measured_on=measured_on, models=own.digests, skipped=absent, machine_figures=machine
            )
            json_file.write_text(kept, encoding="utf-8")
        measured = {**benching.figures(done, own.name), (bars.MACHINE, "all"): machine}
    if check and not _is_cleared(measured):
        raise typer.Exit(FAILED)


def _with_progress(systems: "list[ReadingSystem]", pictures: "dict[str, tuple[LabelledPicture, ...]]") -> "Outcomes":
    from rich.console import Console
    from rich.progress import Progress

    from models.evaluation.bench import run

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=sum(map(len, pictures.values())))
        return run(systems, pictures, lambda: progress.advance(task))


def _print(table: object) -> None:
    from rich.console import Console

    Console(width=_TABLE_WIDTH).print(table)


def _is_cleared(measured: "Figures") -> bool:
    from models.evaluation.bars import check, load_bars

    bars = load_bars()
    lines = check(bars, measured)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    ran = {name for name, _ in measured}
    if unjudged := sorted({bar.set for bar in bars} - ran - {"*"}):
        sys.stderr.write(f"not judged, for their pictures were not read: {', '.join(unjudged)}\n")
    return all(line.is_ok for line in lines)
