"""``fines-api bench match | intake | alert | drill | search``: this installation measured against known truth."""

import json
import os
import platform
import tomllib
from dataclasses import asdict
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fines_api.cli.bench_search import bench_search
from fines_api.cli.messages import clear_errors
from recognition import __version__

if TYPE_CHECKING:
    from fines_api.cli.bench_match import MatchFigures

_FAILED = 1

Folder = Annotated[Path, typer.Option(help="an empty folder with room for 7 kB a passage")]
Seed = Annotated[int, typer.Option(min=0, help="another seed draws other plates")]
Check = Annotated[bool, typer.Option("--check", help="judge the bars; exit 1 where one falls short")]
JsonFile = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="keep the whole run")]
MeasuredOn = Annotated[str | None, typer.Option("--date", help="the day to write into the JSON")]
Entries = Annotated[int, typer.Option(min=1000, help="entries of the hotlist")]

bench = typer.Typer(name="bench", help="Measure this installation against known truth.", no_args_is_help=True)


@bench.callback()
def _bench() -> None:
    """Measure this installation against known truth."""


bench.command("search")(bench_search)


@bench.command("match")
def bench_match(
    *,
    entries: Entries = 1_000_000,
    passages: Annotated[int, typer.Option(min=1000, help="passages matched against it")] = 200_000,
    seed: Seed = 20261125,
    repeats: Annotated[int, typer.Option(min=1, help="runs of which the best counts")] = 5,
    costs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="costs of misreads; default: the shipped ones")
    ] = None,
    check: Check = False,
    json_file: JsonFile = None,
    measured_on: MeasuredOn = None,
) -> None:
    """Match drawn passages against a drawn hotlist in memory, on one core.

    Every entry may be found by a misread, which is the dearest list there is.  Exit code 0: measured, and with --check
    every bar is cleared.  1: a bar falls short, or it could not be measured.
    """
    from fines_api.cli.bench_match import measure
    from recognition.plates.match_costs import load_confusions

    with clear_errors():
        done = measure(entries, passages, seed, load_confusions(costs), repeats)
    _tell(done)
    if json_file is not None:
        json_file.write_text(_as_json(done, seed, measured_on), encoding="utf-8")
    if check and not is_cleared(done.figures, "match"):
        raise typer.Exit(_FAILED)


@bench.command("misreads")
def bench_misreads(
    *,
    misreads: Annotated[Path | None, typer.Option(metavar="FILE", help="another run's misreads")] = None,
    costs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="costs of misreads; default: the shipped ones")
    ] = None,
    entries: Entries = 100_000,
    passages: Annotated[int, typer.Option(min=1000, help="innocent passages matched against it")] = 100_000,
    seed: Seed = 20261125,
    limits: Annotated[str, typer.Option(help="limits told, split by commas; default: the file's")] = "",
) -> None:
    """Match what the reader took drawn plates for against a list that holds them all."""
    from fines_api.cli.bench_misreads import load_misreads, measure_misreads
    from recognition.plates.match_costs import load_confusions

    with clear_errors():
        table, file = load_confusions(costs), load_misreads(misreads)
        chosen = tuple(float(one) for one in limits.split(",") if one) or (table.limits.most_cost,)
        done = measure_misreads(file, table, chosen, entries=entries, passages=passages, seed=seed)
    typer.echo(
        "limit  one glyph found  all found  those at >= 0.5 found  innocent of 100,000  of these per 1,000 entries"
    )
    for one in done:
        typer.echo(
            f"{one.most_cost:5.2f}  {one.single_found:15.1%}  {one.all_found:9.1%}  {one.sure_found:21.1%}  "
            f"{one.false_per_100k:19.1f}  {one.false_per_1000_entries:26.3f}"
        )


@bench.command("intake")
def bench_intake(
    *,
    folder: Folder,
    passages: Annotated[int, typer.Option(min=1000, help="1,600,000 take five minutes at the bar's rate")] = 1_600_000,
    devices: Annotated[int, typer.Option(min=1, help="cameras that send")] = 200,
    batch: Annotated[int, typer.Option(min=1, max=500, help="passages in a batch")] = 250,
    entries: Entries = 1_000_000,
    seed: Seed = 20261125,
    check: Check = False,
    json_file: JsonFile = None,
    measured_on: MeasuredOn = None,
) -> None:
    """Send signed passages to two serving processes over HTTP, again, and copy the same rows without them."""
    from fines_api.cli.bench_intake import Plan, measure

    with clear_errors():
        done = measure(Plan(passages, devices, batch, entries, seed), folder)
    _tell_and_judge(
        "intake",
        done.figures,
        asdict(done) | {"seed": seed, "batch": batch, "devices": devices},
        check=check,
        json_file=json_file,
        measured_on=measured_on,
    )


@bench.command("alert")
def bench_alert(
    *,
    folder: Folder,
    rate: Annotated[int, typer.Option(min=50, help="passages a second")] = 1000,
    seconds: Annotated[int, typer.Option(min=1, help="for how long")] = 60,
    entries: Entries = 1_000_000,
    seed: Seed = 20261125,
    check: Check = False,
    json_file: JsonFile = None,
    measured_on: MeasuredOn = None,
) -> None:
    """Watch the police wall in Chromium while passages come in, some of them listed."""
    from fines_api.cli.bench_alert import AlertPlan, measure

    with clear_errors():
        done = measure(AlertPlan(rate, seconds, entries, seed), folder)
    whole = asdict(done) | {"seed": seed, "rate": rate, "seconds": seconds, "entries": entries}
    _tell_and_judge("alert", done.figures, whole, check=check, json_file=json_file, measured_on=measured_on)


@bench.command("drill")
def bench_drill(
    *,
    folder: Folder,
    passages: Annotated[int, typer.Option(min=20_000, help="passages of known truth")] = 100_000,
    seed: Seed = 20261125,
    check: Check = False,
    json_file: JsonFile = None,
    measured_on: MeasuredOn = None,
) -> None:
    """Drive stolen, misread, look-alike, foreign, stale, cleared and innocent vehicles past a whole centre."""
    from fines_api.cli.bench_drill import measure

    with clear_errors():
        done = measure(passages, seed, folder)
    for fate, states in done.notes["hits_by_fate"].items():
        typer.echo(f"{fate}: {', '.join(f'{count} {what}' for what, count in states.items())}")
    whole = asdict(done) | {"seed": seed}
    _tell_and_judge("drill", done.figures, whole, check=check, json_file=json_file, measured_on=measured_on)


def _tell_and_judge(
    name: str,
    figures: dict[str, float | None],
    whole: dict[str, Any],
    *,
    check: bool,
    json_file: Path | None,
    measured_on: str | None,
) -> None:
    for metric, figure in figures.items():
        typer.echo(f"{metric} {_plain(figure)}")
    if json_file is not None:
        head = {"measured_on": measured_on, "machine": machine(), "code": __version__}
        json_file.write_text(json.dumps(head | whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if check and not is_cleared(figures, name):
        raise typer.Exit(_FAILED)


def _tell(done: "MatchFigures") -> None:
    for name, figure in done.figures.items():
        typer.echo(f"{name} {_plain(figure)}")
    typer.echo("limit  misreads found  lost digits found  innocent of 100,000 called up  of these per 1,000 entries")
    for one in done.by_limit:
        typer.echo(
            f"{one.most_cost:5.2f}  {one.misreads_found:14.1%}  {one.lost_digits_found:17.1%}  "
            f"{one.false_per_100k:30.1f}  {one.false_per_1000_entries:26.2f}"
        )


def _as_json(done: "MatchFigures", seed: int, measured_on: str | None) -> str:
    whole = {"measured_on": measured_on, "machine": machine(), "code": __version__, "seed": seed, **asdict(done)}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def machine() -> dict[str, Any]:
    """Return what the figures of time depend on."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text("utf-8").splitlines() if information.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor() or "unknown",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
    }


def is_cleared(figures: dict[str, float | None], name: str) -> bool:
    """Print one line per bar: name, figure, bar, ok or short; what could not be measured falls short."""
    bars = tomllib.loads((resources.files("fines_api.cli") / "bench_bars.toml").read_text("utf-8"))[name]
    verdicts = []
    for bar in bars:
        figure, least, most = figures.get(bar["metric"]), bar.get("at_least"), bar.get("at_most")
        is_ok = figure is not None and (least is None or figure >= least) and (most is None or figure <= most)
        limit = f">= {least:g}" if least is not None else f"<= {most:g}"
        typer.echo(f"{bar['metric']}, {_plain(figure)}, {limit}, {'ok' if is_ok else 'short'}")
        verdicts.append(is_ok)
    return all(verdicts)


def _plain(figure: float | None) -> str:
    return "not measured" if figure is None else f"{figure:.4g}"
