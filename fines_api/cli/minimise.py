"""``fines-api minimise``: take from passages what the law no longer lets us keep, now instead of at night."""

from datetime import datetime
from typing import Annotated

import typer

from fines_api.cli.messages import clear_errors, opened_node
from fines_api.privacy.nightly import Nightly


def minimise(
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="this day (UTC) only")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only tell what would be done")] = False,
) -> None:
    """Pseudonymise and drop passages whose term is over, and delete their pictures."""
    with clear_errors(), opened_node() as node:
        work = Nightly(node, "operator:cli")
        only = day.date() if day else None
        done = work.rehearse(only) if dry_run else work.run(only)
        for each in done:
            counts = " ".join(f"{name}={count}" for name, count in sorted(each.counts.items()))
            typer.echo(f"{each.day or '-'} {each.action} {each.place or '-'} {counts}".rstrip())
        if not done:
            typer.echo("nothing is due")
