"""One region's node as the demo runs it: its settings, its two processes, its people."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.demo.client import RegionClient, does_answer
from deploy.demo.errors import DemoError
from deploy.demo.hub import program
from deploy.demo.loopback import free_port
from deploy.demo.processes import Troupe
from recognition.evidence import SigningKey

_COMMAND_S = 90.0
_PREFERRED_PORTS = {"77": 8077, "50": 8050}


@dataclass(frozen=True)
class Login:
    """How one person of the demo logs in."""

    username: str
    password: str
    role: str


class DemoRegion:
    """A region's node on this machine."""

    def __init__(self, code: str, folder: Path, troupe: Troupe) -> None:
        self.code = code
        self._folder = folder
        self._troupe = troupe
        self._port = free_port(_PREFERRED_PORTS.get(code, 0))
        self._environment: dict[str, str] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self.key = SigningKey.load_or_create(folder / "region.key")
        self.logins: dict[str, Login] = {}
        self.enrolment_codes: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self._port}"

    def configure(self, database_url: str, hub_url: str, peers: Mapping[str, SigningKey]) -> None:
        """Write the peers' public keys and settle the node's settings."""
        path = self._folder / "peers.toml"
        path.write_text("".join(f'{code} = """{key.verifying.pem}"""\n' for code, key in peers.items()))
        self._environment = {
            "RUBEZH_REGION": self.code,
            "RUBEZH_DATA_DIR": str(self._folder),
            "RUBEZH_DATABASE_URL": database_url,
            "RUBEZH_PUBLIC_URL": self.url,
            "RUBEZH_IS_COOKIE_SECURE": "false",  # plain HTTP on loopback
            "RUBEZH_HUB_URL": hub_url,
            "RUBEZH_PEERS_PATH": str(path),
            "OMP_NUM_THREADS": "1",
        }

    def start_migration(self) -> "Command":
        """Begin to bring the database to the newest schema."""
        return self._command("migrate")

    def start_pages(self) -> None:
        """Start the web process."""
        self._start("serve", "--host", "127.0.0.1", "--port", str(self._port))

    def start_worker(self) -> None:
        """Start the process of background jobs and of the traffic with other regions."""
        self._start("worker")

    def does_answer(self) -> bool:
        """Tell whether the front page is served."""
        return does_answer(f"{self.url}/")

    @property
    def is_seeded(self) -> bool:
        """Tell whether an earlier demo left its people in this region."""
        return self._seeded.exists()

    def start_seed(self, seed_file: Path) -> "Command":
        """Begin to put people, vehicles, sites and devices into the database."""
        return self._command("seed", str(seed_file))

    def keep_seed(self, output: str) -> None:
        """Keep what the seed made for a demo that goes on with this folder."""
        descriptor = os.open(self._seeded, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(output)

    def take_seed(self) -> None:
        """Read the log-ins and enrolment codes that the seed made.

        Raises:
            DemoError: the command wrote something else.
        """
        output = self._seeded.read_text()
        try:
            answer: dict[str, Any] = json.loads(output[output.index("{") :])
            self.logins = {
                row["username"].removesuffix(f"-{self.code}"): Login(row["username"], row["password"], row["role"])
                for row in answer["users"]
            }
            self.enrolment_codes = answer["enrolment_codes"]
        except (ValueError, KeyError, TypeError) as error:
            raise DemoError(f"fines-api seed of region {self.code} wrote: {output[:500]!r}") from error

    def log_in(self, name: str) -> RegionClient:
        """Log a person in: ``police``, ``police-2``, ``officer`` or ``administrator``.

        Raises:
            DemoError: an earlier demo left no such person in this folder.
        """
        login = self.logins.get(name)
        if login is None:
            raise DemoError(f"region {self.code} has no {name}", hint="start without --keep", code="demo.people")
        return RegionClient(self.url).log_in(login.username, login.password)

    @property
    def _seeded(self) -> Path:
        return self._folder / "seeded.json"

    def _start(self, *arguments: str) -> None:
        self._troupe.start(f"{arguments[0]}-{self.code}", [program("fines-api"), *arguments], self._environment)

    def _command(self, *arguments: str) -> "Command":
        answer = self._folder / f"{arguments[0]}.answer"
        return Command(self._troupe, f"{arguments[0]}-{self.code}", list(arguments), self._environment, answer)


class Command:
    """A ``fines-api`` command that ends by itself; its answer may hold secrets and stays in the region's folder."""

    def __init__(
        self, troupe: Troupe, name: str, arguments: list[str], environment: Mapping[str, str], answer: Path
    ) -> None:
        self._troupe = troupe
        self._answer = answer
        command = [program("fines-api"), *arguments]
        self._child = troupe.start(name, command, environment, is_lasting=False, answer=answer)

    def wait(self) -> str:
        """Wait for its end and return what it printed.

        Raises:
            DemoError: it failed.
        """
        self._troupe.finish(self._child, _COMMAND_S)
        return self._answer.read_text(errors="replace")
