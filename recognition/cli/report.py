"""How a command ends: plain words on standard error and a stable exit code, never a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from recognition.contracts import RecognitionError

FAILED = 1
REFUSED = 2


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn an error of ours into one message with its fix and exit 2; a closed output pipe ends quietly."""
    try:
        yield
    except RecognitionError as error:
        sys.stderr.write(f"error {error}\n")
        raise typer.Exit(REFUSED) from error
    except BrokenPipeError as error:
        raise typer.Exit(FAILED) from error
    except OSError as error:
        sys.stderr.write(
            f"error system.io: {error}\n  fix: check the path, the rights and the space left on the disk\n"
        )
        raise typer.Exit(REFUSED) from error
