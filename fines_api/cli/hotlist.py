"""``fines-api import-hotlist CODE FILE``: put a source's file before the police, or only check it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from fines_api.cli.messages import clear_errors, opened_node
from fines_api.hotlists.importing.service import ImportService
from fines_api.kit.errors import InvalidError

_ACTOR = "operator:cli"


def import_hotlist(
    code: Annotated[str, typer.Argument(help="the list, e.g. stolen")],
    path: Annotated[Path, typer.Argument(help="CSV file in UTF-8 with a header")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only tell what it would do")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="the file is the whole list: what it lacks is withdrawn")
    ] = False,
    confirm: Annotated[int | None, typer.Option(help="withdrawals of a suspicious file, as its report says")] = None,
) -> None:
    """Propose a file for a list; a police user approves it, and the worker applies it.  Prints the report as JSON."""
    with clear_errors():
        data = _read(path)
        with opened_node() as node, node.database.begin() as session:
            service = ImportService(session, node)
            if dry_run:
                report = service.check(code, data, is_full=full, actor=_ACTOR)
            else:
                report = service.propose(code, data, is_full=full, confirm=confirm, actor=_ACTOR)
        typer.echo(json.dumps(report.model_dump(mode="json"), ensure_ascii=False, indent=2))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidError(f"cannot read {path}: {error}", hint="check the path", code="hotlist.import_file") from error
