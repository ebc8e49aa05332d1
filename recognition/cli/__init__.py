"""The kernel's commands for people: read photos, analyse a video, verify a sealed package, measure all that."""

import typer

from recognition.cli.analyse import analyse
from recognition.cli.bench import bench
from recognition.cli.bench_rules import bench_rules
from recognition.cli.calibrate import calibrate
from recognition.cli.read import read
from recognition.cli.verify import verify

app = typer.Typer(
    name="recognition",
    help="Read plates, analyse a video of a surveyed road, verify a sealed evidence package. Needs no network.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(read)
app.command()(analyse)
app.command()(verify)
bench.command("rules")(bench_rules)
app.add_typer(bench)
app.add_typer(calibrate)

__all__ = ["app"]
