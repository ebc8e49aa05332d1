"""One clear message for the operator instead of a traceback, and logs as JSON lines on standard error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import typer

from fines_api.kit.errors import FinesError
from fines_api.kit.settings import Settings, load_settings
from fines_api.node import Node, open_node
from recognition.contracts import RecognitionError


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn errors raised on purpose into one message and exit code 1.

    Raises:
        typer.Exit: the command failed.
    """
    try:
        yield
    except (FinesError, RecognitionError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


@contextmanager
def opened_node(settings: Settings | None = None) -> Iterator[Node]:
    """Open the configured node for one command and close it afterwards."""
    node = open_node(settings or load_settings())
    try:
        yield node
    finally:
        node.close()


def log_to_stderr() -> None:
    """Write logs as JSON lines to standard error, this service's and its libraries'."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("procrastinate").setLevel(logging.ERROR)  # failures are logged by kit.jobs, with their reason
