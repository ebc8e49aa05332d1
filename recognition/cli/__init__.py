"""The kernel's commands for people: read photos, analyse a video, verify a sealed package, measure the readers."""

import typer

from recognition.cli.analyse import analyse
from recognition.cli.bench import bench
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
app.add_typer(bench)

__all__ = ["app"]
