"""Named model artefacts: found where ``models/registry.toml`` says, used only with the recorded SHA-256."""

import hashlib
import os
import tomllib
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError

from recognition.contracts import Contract, Identifier, ModelError, Sha256

LOCAL_FOLDER_VARIABLE = "RUBEZH_MODELS"
DOWNLOAD_VARIABLE = "RUBEZH_MODELS_DOWNLOAD"
CACHE_VARIABLE = "RUBEZH_MODELS_CACHE"
_DOWNLOAD_TIMEOUT_S = 60.0


class BundledSource(Contract):
    """A file that lies beside the registry file."""

    kind: Literal["bundled"]
    path: str


class WheelSource(Contract):
    """A file inside an installed Python distribution; the distribution is never imported."""

    kind: Literal["wheel"]
    distribution: str
    member: str


class UrlSource(Contract):
    """A file on a server; fetched only when that was allowed, kept in the cache under its digest."""

    kind: Literal["url"]
    url: Annotated[str, Field(pattern=r"^https://")]


class Artefact(Contract):
    """One model file: what it is for, what it must be, under which licence, and how good it is said to be."""

    name: Identifier
    role: Identifier
    version: str
    file: str
    sha256: Sha256
    licence: str
    made_by: str
    source: Annotated[BundledSource | WheelSource | UrlSource, Field(discriminator="kind")]
    metrics: dict[str, float]
    metrics_source: str


class _RegistryFile(Contract):
    artefacts: tuple[Artefact, ...]


def fetch_https(url: str) -> bytes:
    """Return the body behind an https address (the schema of the registry admits no other scheme)."""
    with urllib.request.urlopen(url, timeout=_DOWNLOAD_TIMEOUT_S) as answer:  # noqa: S310 - https by schema
        body: bytes = answer.read()
    return body


@dataclass(frozen=True)
class ModelRegistry:
    """The artefacts of one registry file and where this machine may look for them.

    ``local_folder`` comes before every declared source; ``is_download_allowed`` must be said aloud.
    """

    artefacts: tuple[Artefact, ...]
    folder: Path
    local_folder: Path | None = None
    cache_folder: Path | None = None
    is_download_allowed: bool = False
    fetch: Callable[[str], bytes] = fetch_https

    @classmethod
    def load(cls, path: Path | None = None, environment: Mapping[str, str] | None = None) -> Self:
        """Read a registry file, by default the one of this installation; the environment says where else to look.

        Raises:
            ModelError: no such file, or it is not a registry (``model.registry_invalid``).
        """
        given = os.environ if environment is None else environment
        file = path if path is not None else Path(str(resources.files("models") / "registry.toml"))
        try:
            entries = _RegistryFile.model_validate(tomllib.loads(file.read_text("utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError) as error:
            raise ModelError(
                f"the model registry {file} cannot be used: {error}",
                hint="reinstall the program, or name another registry file",
                code="model.registry_invalid",
            ) from error
        cache = given.get(CACHE_VARIABLE) or str(Path(given.get("HOME", "/var/tmp")) / ".cache/rubezh/models")  # noqa: S108 - a cache; digests guard it
        return cls(
            artefacts=entries.artefacts,
            folder=file.parent,
            local_folder=Path(given[LOCAL_FOLDER_VARIABLE]) if given.get(LOCAL_FOLDER_VARIABLE) else None,
            cache_folder=Path(cache),
            is_download_allowed=given.get(DOWNLOAD_VARIABLE) == "1",
        )

    def artefact(self, role: str) -> Artefact:
        """Return the artefact of a role.

        Raises:
            ModelError: the registry names none (``model.unknown``).
        """
        for one in self.artefacts:
            if one.role == role:
                return one
        raise ModelError(
            f"the registry names no {role}", hint="add an [[artefacts]] entry with that role", code="model.unknown"
        )

    def locate(self, artefact: Artefact) -> Path:
        """Return the path of the artefact's file after its SHA-256 was checked.

        Raises:
            ModelError: not there (``model.unavailable``) or not the recorded file (``model.digest_mismatch``).
        """
        path = self._local(artefact) or self._declared(artefact)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != artefact.sha256:
            raise ModelError(
                f"{path} is not the recorded {artefact.name} ({artefact.version}): SHA-256 {found[:12]}… "
                f"instead of {artefact.sha256[:12]}…",
                hint=f"{_how_to_get(artefact)}; a changed model needs a new registry entry",
                code="model.digest_mismatch",
            )
        return path

    def _local(self, artefact: Artefact) -> Path | None:
        if self.local_folder is None:
            return None
        path = self.local_folder / artefact.file
        return path if path.is_file() else None

    def _declared(self, artefact: Artefact) -> Path:
        match artefact.source:
            case BundledSource(path=path):
                found: Path | None = self.folder / path
            case WheelSource(distribution=name, member=member):
                found = _wheel_member(name, member)
            case UrlSource(url=url):
                found = self._downloaded(artefact, url)
        if found is None or not found.is_file():
            raise ModelError(
                f"the {artefact.name} ({artefact.version}) is not on this machine", hint=_how_to_get(artefact)
            )
        return found

    def _downloaded(self, artefact: Artefact, url: str) -> Path | None:
        if self.cache_folder is None:
            return None
        path = self.cache_folder / artefact.sha256 / artefact.file
        if path.is_file() or not self.is_download_allowed:
            return path
        try:
            body = self.fetch(url)
        except OSError as error:
            raise ModelError(f"{artefact.name} could not be fetched: {error}", hint=_how_to_get(artefact)) from error
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_bytes(body)
        partial.rename(path)
        return path


def _wheel_member(distribution: str, member: str) -> Path | None:
    try:
        return Path(str(metadata.distribution(distribution).locate_file(member)))
    except metadata.PackageNotFoundError:
        return None


def _how_to_get(artefact: Artefact) -> str:
    elsewhere = f"or put {artefact.file} into a folder and set {LOCAL_FOLDER_VARIABLE} to it"
    match artefact.source:
        case WheelSource(distribution=name):
            return f"install the Python distribution {name} again (it carries the file), {elsewhere}"
        case UrlSource(url=url):
            return f"set {DOWNLOAD_VARIABLE}=1 to fetch {url}, {elsewhere}"
        case _:
            return f"reinstall the program, {elsewhere}"
