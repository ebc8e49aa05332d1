"""What every command shares: plain errors, signals as an event, logs on standard error, printed facts."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog
import typer

from camera_agent.errors import AgentError, storage_error
from recognition.contracts import RecognitionError

if TYPE_CHECKING:  # it would load the networks' libraries for commands that need none
    from camera_agent.observe import Observation


def set_up_logging() -> None:
    """Log to standard error, one line an event; standard output is for what was asked for."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False) if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
    )


@contextmanager
def plain_errors(exit_code: int = 1) -> Iterator[None]:
    """Turn every error made on purpose into one message with its fix, and a non-zero exit."""
    set_up_logging()
    try:
        yield
    except (AgentError, RecognitionError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(exit_code) from error
    except OSError as error:
        typer.echo(str(storage_error(error, str(error.filename or "the state folder"))), err=True)
        raise typer.Exit(exit_code) from error


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """Set an event on SIGTERM or SIGINT; a second one ends the process at once."""
    stop = threading.Event()

    def on_signal(number: int, _frame: object) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def parse_moment(text: str | None) -> datetime | None:
    """Read an ISO 8601 moment with its offset.

    Raises:
        AgentError: it is none, or has no offset (``option.time``).
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise AgentError(
            f"{text!r} is not a moment", code="option.time", hint="write it as 2026-11-22T10:00:00+03:00 or …Z"
        )
    return moment.astimezone(UTC)


def say_recorded(observation: "Observation") -> None:
    """Print one line for a passage and one for each thing the vehicle is alleged to have done."""
    passage = observation.passage
    plate = (
        f"{passage.plate.plate} ({passage.plate.plate_region}, {passage.plate.confidence:.2f})"
        if passage.plate
        else "no plate"
    )
    speed = ""
    if passage.speed is not None and passage.speed.is_valid:
        speed = f"  {passage.speed.value:.1f} ± {passage.speed.expanded_uncertainty:.1f} km/h"
    moment = passage.captured_at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    typer.echo(f"passage   {moment}  {passage.vehicle_class.value:<10} {plate}{speed}")
    for candidate in observation.candidates:
        typer.echo(
            f"candidate {moment}  {candidate.rule}  {candidate.plate.plate}  "
            f"package {candidate.package_sha256[:12]} ({candidate.package_bytes / 1024:.0f} KiB)"
        )


def say_summary(facts: dict[str, object]) -> None:
    """Print facts, one a line."""
    for name, value in facts.items():
        typer.echo(f"{name:<12} {value}")
