"""``camera-agent probe``: what does this source send?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from camera_agent.cli.frame import plain_errors, say_summary
from camera_agent.clock import SystemClock


def probe(
    source: Annotated[str, typer.Argument(help="rtsp://… or a file")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Open a source and tell size, rate, codec and whose clock its pictures carry."""
    with plain_errors():
        from camera_agent.capture.live import LiveOptions
        from camera_agent.capture.probe import probe as look

        report = asdict(look(source, SystemClock(), LiveOptions()))
        if as_json:
            typer.echo(json.dumps(report))
        else:
            say_summary(report)
