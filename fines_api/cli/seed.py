"""``fines-api seed FILE.toml``: users, registered vehicles, sites, enrolment codes, hotlist entries from one file."""

import json
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fines_api.cli.admin import read_site
from fines_api.cli.messages import clear_errors, opened_node
from fines_api.db import Session
from fines_api.devices.service import DeviceService
from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import InvalidError
from fines_api.kit.ids import new_token
from fines_api.node import Node
from fines_api.registry.schemas import VehicleImport
from fines_api.registry.service import RegistryService
from fines_api.sites.service import SiteService
from recognition.contracts import Identifier

_ACTOR = "operator:seed"
_ENTRY_LIFETIME = timedelta(days=30)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SeedUser(_Strict):
    """A member of staff; without a password one is made and printed."""

    username: str
    role: Role
    password: str | None = None


class SeedSite(_Strict):
    """A site file, relative to the seed file."""

    path: Path


class SeedDevice(_Strict):
    """A device that is to enrol."""

    device_id: Identifier


class Seed(_Strict):
    """The whole file; every table may be left out."""

    users: list[SeedUser] = Field(default_factory=list)
    vehicles: list[VehicleImport] = Field(default_factory=list)
    sites: list[SeedSite] = Field(default_factory=list)
    devices: list[SeedDevice] = Field(default_factory=list)
    hotlist: list[dict[str, Any]] = Field(default_factory=list)


def seed(path: Annotated[Path, typer.Argument(help="seed file (TOML)")]) -> None:
    """Fill a node from a file, all or nothing; prints what was made as JSON, passwords and codes this one time."""
    with clear_errors():
        plan = read_seed(path)
        with opened_node() as node, node.database.begin() as session:
            made = plant(plan, path.parent, session, node)
        typer.echo(json.dumps(made, ensure_ascii=False, indent=2))


def read_seed(path: Path) -> Seed:
    """Read a seed file.

    Raises:
        InvalidError: missing, not TOML, or a key is wrong; the message names it.
    """
    try:
        return Seed.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(f"cannot read {path}: {error}", hint="check the path", code="seed.missing") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidError(f"{path} is not TOML: {error}", hint="mend that line", code="seed.malformed") from error
    except ValidationError as error:
        raise InvalidError(f"{path}: {_reasons(error)}", hint="mend the keys named", code="seed.invalid") from error


def plant(plan: Seed, folder: Path, session: Session, node: Node) -> dict[str, Any]:
    """Create everything the plan names and return what was made."""
    users = []
    for user in plan.users:
        password = user.password or new_token()
        IdentityService(session, node).create_user(user.username, password, user.role, actor=_ACTOR)
        users.append({"username": user.username, "password": password, "role": user.role.value})
    registry, sites, devices = RegistryService(session, node), SiteService(session, node), DeviceService(session, node)
    vehicles = [str(registry.register(line, source="seed", actor=_ACTOR)) for line in plan.vehicles]
    found = [read_site(folder / site.path) for site in plan.sites]
    for site in found:
        sites.register(site, actor=_ACTOR)
    codes = {each.device_id: devices.issue_code(each.device_id, actor=_ACTOR).code for each in plan.devices}
    hotlists = HotlistService(session, node)
    entries = [str(hotlists.add(_entry(raw, node), actor=_ACTOR).entry_id) for raw in plan.hotlist]
    return {
        "users": users,
        "vehicles": vehicles,
        "sites": [f"{site.site_id}/{site.version}" for site in found],
        "enrolment_codes": codes,
        "hotlist": entries,
    }


def _entry(raw: dict[str, Any], node: Node) -> NewEntry:
    defaults = {"legal_basis": "seed", "valid_until": node.clock.now() + _ENTRY_LIFETIME}
    try:
        return NewEntry.model_validate(defaults | raw)
    except ValidationError as error:
        raise InvalidError(f"hotlist: {_reasons(error)}", hint="mend the keys named", code="seed.invalid") from error


def _reasons(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'seed'}: {each['msg']}" for each in error.errors())
