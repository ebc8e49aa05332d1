"""One-shot commands of the administrator."""

import os
import sys
import tomllib
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from fines_api.audit.service import AuditHead, verify_chain
from fines_api.cli.messages import clear_errors, opened_node
from fines_api.db import open_database
from fines_api.db.migrations import migrate
from fines_api.devices.service import DeviceService
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import InvalidError
from fines_api.kit.ids import new_token
from fines_api.kit.settings import load_settings
from fines_api.sites.service import SiteService
from recognition.contracts import Site

_ACTOR = "operator:cli"
_PASSWORD_VARIABLE = "RUBEZH_USER_PASSWORD"  # noqa: S105 - the variable's name, not a password


def migrate_schema() -> None:
    """Bring the database to the newest schema."""
    with clear_errors():
        database = open_database(load_settings())
        try:
            migrate(database)
        finally:
            database.dispose()
        typer.echo("the schema is current")


def create_user(
    username: Annotated[str, typer.Option(help="name to log in with")],
    role: Annotated[Role, typer.Option(help="officer, police, administrator or auditor")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="read the password from input")] = False,
) -> None:
    """Add a member of staff.

    The password comes from standard input, the variable RUBEZH_USER_PASSWORD or a prompt; else one is made and shown
    once.
    """
    with clear_errors(), opened_node() as node:
        password, is_made = _password(password_stdin)
        with node.database.begin() as session:
            IdentityService(session, node).create_user(username, password, role, actor=_ACTOR)
        typer.echo(f"created {role} {username}", err=True)
        if is_made:
            typer.echo(password)


def enrolment_code(device_id: Annotated[str, typer.Option(help="name of the camera, e.g. cam-17")]) -> None:
    """Make a one-time code with which one camera enrols; shown once."""
    with clear_errors(), opened_node() as node:
        with node.database.begin() as session:
            code = DeviceService(session, node).issue_code(device_id, actor=_ACTOR)
        typer.echo(f"valid until {code.expires_at.isoformat(timespec='minutes')}", err=True)
        typer.echo(code.code)


def import_site(path: Annotated[Path, typer.Argument(help="site file (TOML)")]) -> None:
    """Register a surveyed site."""
    with clear_errors():
        site = read_site(path)
        with opened_node() as node, node.database.begin() as session:
            SiteService(session, node).register(site, actor=_ACTOR)
        typer.echo(f"registered {site.site_id} version {site.version}: {site.place.address}")


def audit_verify(
    anchor: Annotated[str | None, typer.Option(help="POSITION:HASH kept from an earlier run")] = None,
) -> None:
    """Check the whole audit chain; prints its head, exits with 1 at the first bad row."""
    with clear_errors(), opened_node() as node:
        with node.database.begin() as session:
            head, fault = verify_chain(session, _anchor(anchor) if anchor else None)
        if fault is not None:
            typer.echo(f"error: audit.broken: row {fault.position} {fault.reason}", err=True)
            typer.echo("  fix: keep the disk for examination and restore from backup", err=True)
            raise typer.Exit(1)
        typer.echo(f"{head.position}:{head.row_hash}")


def read_site(path: Path) -> Site:
    """Read a site file.

    Raises:
        InvalidError: missing, not TOML, or not a site; the message names the keys.
    """
    try:
        return Site.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(f"cannot read {path}: {error}", hint="check the path", code="site.missing") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidError(f"{path} is not TOML: {error}", hint="mend that line", code="site.malformed") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'site'}: {each['msg']}" for each in error.errors())
        raise InvalidError(
            f"{path}: {wrong}", hint="recognition calibrate explains each key", code="site.invalid"
        ) from error


def _password(is_from_stdin: bool) -> tuple[str, bool]:
    if is_from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if given := os.environ.get(_PASSWORD_VARIABLE):
        return given, False
    if sys.stdin.isatty():
        return str(typer.prompt("password", hide_input=True, confirmation_prompt=True)), False
    return new_token(), True


def _anchor(text: str) -> AuditHead:
    position, _, row_hash = text.partition(":")
    if not position.isdecimal() or not row_hash:
        raise InvalidError("an anchor is POSITION:HASH", hint="as printed by an earlier run", code="audit.anchor")
    return AuditHead(int(position), row_hash)
