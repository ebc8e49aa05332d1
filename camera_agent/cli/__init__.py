"""``camera-agent``: the commands of the edge process."""

import typer

from camera_agent.cli.deliver import deliver
from camera_agent.cli.doctor import doctor
from camera_agent.cli.enrol import enrol
from camera_agent.cli.probe import probe
from camera_agent.cli.replay import replay
from camera_agent.cli.run import camera, run
from camera_agent.cli.status import status

app = typer.Typer(
    name="camera-agent",
    help="One camera at the roadside: sees, seals, keeps, delivers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(replay)
app.command()(run)
app.command(hidden=True)(camera)
app.command()(enrol)
app.command()(deliver)
app.command()(status)
app.command()(doctor)
app.command()(probe)

__all__ = ["app"]
