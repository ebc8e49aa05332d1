"""``recognition bench speed``: how well speeds are measured, simulated by the thousand and on rendered pixels."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recognition import __version__
from recognition.cli.report import FAILED, plain_errors

if TYPE_CHECKING:
    from models.evaluation.speed import SpeedFigures


def bench_speed(
    *,
    passes: Annotated[int, typer.Option(min=1, help="simulated passes")] = 10_000,
    rendered: Annotated[int, typer.Option(min=0, help="vehicles on rendered pixels; 0: none")] = 24,
    seed: Annotated[int, typer.Option(help="first random seed")] = 20261125,
    processes: Annotated[int, typer.Option(min=1, max=16)] = 2,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="keep rendered clips here, or take them")] = None,
    check: Annotated[bool, typer.Option("--check", help="judge the bars; exit 1 where one falls short")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="keep the whole run")] = None,
    measured_on: Annotated[str | None, typer.Option("--date", help="the day to write into the JSON")] = None,
) -> None:
    """Measure speeds of passes whose truth is known.

    An error counts where the device stands by the speed: valid, and its uncertainty at most half the legal limit.
    Exit code 0: measured, and with --check every bar is cleared.  1: a bar falls short.
    """
    with plain_errors():
        from rich.console import Console
        from rich.progress import Progress

        from models.evaluation.speed import figures_of, rendered_runs, simulate_all
        from recognition.vision import VisionModels

        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("passes", total=passes)
            done = simulate_all(seed, passes, processes=processes, tick=lambda count: progress.advance(task, count))
        figures = {"simulated": figures_of(done)}
        if rendered:
            with tempfile.TemporaryDirectory() as scratch:
                folder = keep or Path(scratch)
                folder.mkdir(parents=True, exist_ok=True)
                seen = rendered_runs(seed, rendered, VisionModels.load(), folder, processes=processes)
            figures["rendered"] = figures_of(seen)
        for name, figure in figures.items():
            sys.stdout.write(_sentence(name, figure))
        if json_file is not None:
            _keep(json_file, figures, measured_on)
    if check and not _is_cleared(figures):
        raise typer.Exit(FAILED)


def _sentence(name: str, figures: "SpeedFigures") -> str:
    outcomes = ", ".join(f"{reason} {count}" for reason, count in sorted(figures.outcomes.items()))
    return (
        f"{name}: {figures.enforceable} of {figures.passes} passes enforceable ({figures.share:.1%}); bias "
        f"{figures.bias_kmh:+.3f} km/h, median error {figures.median_error_kmh:.3f} km/h, {figures.covered:.2%} within "
        f"the stated interval (median half width {figures.median_uncertainty:.2%}), largest error "
        f"{figures.worst_tight:.2f} of 1 km/h or 1 %\n  {outcomes}\n"
    )


def _keep(path: Path, figures: "dict[str, SpeedFigures]", measured_on: str | None) -> None:
    from models.evaluation.record import machine

    whole = {
        "measured_on": measured_on,
        "machine": machine(),
        "code": __version__,
        "figures": {name: asdict(figure) for name, figure in figures.items()},
    }
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _is_cleared(figures: "dict[str, SpeedFigures]") -> bool:
    from models.evaluation.bars import Figures, check, load_bars

    measured: Figures = {(name, "all"): figure.measured() for name, figure in figures.items()}
    lines = check(load_bars("speed_bars.toml"), measured)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return all(line.is_ok for line in lines)
