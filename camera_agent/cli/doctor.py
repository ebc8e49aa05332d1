"""``camera-agent doctor``: is everything in order?"""

from pathlib import Path
from typing import Annotated

import typer

from camera_agent.cli.frame import plain_errors
from camera_agent.clock import SystemClock


def doctor(
    state: Annotated[Path, typer.Option(help="folder of this device's key, journal and evidence")],
    centre: Annotated[str | None, typer.Option(help="address of the centre; default: the enrolled one")] = None,
    gpsd: Annotated[
        str | None, typer.Option(help="ask this gpsd now, HOST:PORT; default: what the running camera says")
    ] = None,
) -> None:
    """Look at models, disk, key, journal, receivers, enrolment, centre and clock; exit 1 when something is wrong."""
    with plain_errors():
        from camera_agent.addresses import tcp_address
        from camera_agent.control import DeviceState
        from camera_agent.control.doctor import examine

        is_good, receiver = True, tcp_address(gpsd, "--gpsd") if gpsd is not None else None
        for finding in examine(DeviceState(state), centre, SystemClock(), receiver):
            typer.echo(f"{'ok ' if finding.is_good else 'BAD'} {finding.matter:<10} {finding.words}")
            is_good = is_good and finding.is_good
    if not is_good:
        raise typer.Exit(1)
