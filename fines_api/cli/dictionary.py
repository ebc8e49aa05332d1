"""Make the dictionary of plates anew."""

import typer

from fines_api.cli.messages import clear_errors, opened_node


def rebuild_dictionary() -> None:
    """Make the dictionary of plates anew from every passage.

    Needed after passages came in past the intake (a restored backup) and after retention removed many; searches by
    parts of a plate wait meanwhile, about half a minute for a million plates.
    """
    from fines_api.search.dictionary.keeping import rebuild

    with clear_errors(), opened_node() as node:
        typer.echo(f"{rebuild(node)} plates")
