"""``camera-agent enrol``: join a centre."""

from pathlib import Path
from typing import Annotated

import typer

from camera_agent.cli.frame import plain_errors
from camera_agent.clock import SystemClock


def enrol(
    centre: Annotated[str, typer.Option(help="address of the centre, https://…")],
    code: Annotated[str, typer.Option(help="one-time code from the centre", envvar="RUBEZH_ENROLMENT_CODE")],
    device_id: Annotated[str, typer.Option(help="name of this device")],
    state: Annotated[Path, typer.Option(help="folder of this device's key, journal and evidence")],
) -> None:
    """Give the centre this device's public key, against a one-time code, and keep the centre's key."""
    with plain_errors():
        from camera_agent.control import DeviceState
        from camera_agent.control.enrolment import enrol as join

        identity = join(DeviceState(state), centre, code, device_id, SystemClock())
        typer.echo(f"enrolled {identity.device_id} in region {identity.region} at {identity.centre_url}")
