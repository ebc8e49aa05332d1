"""The demo's meeting point of regions: one NATS server that may be killed and started again."""

import os
import secrets
import shutil
import socket
import sys
import time
from pathlib import Path

from deploy.demo.errors import DemoError
from deploy.demo.loopback import free_port
from deploy.demo.processes import Child, Troupe
from deploy.nats import HubUser, hub_config

_START_S = 15.0


class DemoHub:
    """NATS JetStream on loopback, with fresh passwords."""

    def __init__(self, folder: Path, regions: tuple[str, ...], troupe: Troupe) -> None:
        self._folder = folder
        self._troupe = troupe
        self._users = {region: HubUser(region, secrets.token_urlsafe(24)) for region in regions}
        self._port = free_port(14222)
        self._child: Child | None = None

    def url(self, region: str) -> str:
        """Return the address with the log-in of one region."""
        return f"nats://{region}:{self._users[region].password}@127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start the server and wait until it listens.

        Raises:
            DemoError: it did not start.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "hub.conf"
        text = hub_config(list(self._users.values()), port=self._port, store_dir=self._folder / "store")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        self._child = self._troupe.start("hub", [program("nats-server"), "-c", str(path)], {"GOMEMLIMIT": "128MiB"})
        deadline = time.monotonic() + _START_S
        while not self._is_listening():
            if self._child.code is not None or time.monotonic() > deadline:
                raise DemoError(f"the hub did not start:\n{self._child.tail()}", hint=f"read {self._child.log}")
            time.sleep(0.05)

    def crash(self) -> None:
        """Kill the server as a power cut would."""
        if self._child is not None:
            self._troupe.kill(self._child)
            self._child = None

    def wipe(self) -> None:
        """Lose everything the hub ever held; only while it is down."""
        shutil.rmtree(self._folder / "store", ignore_errors=True)

    def _is_listening(self) -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


def program(name: str) -> str:
    """Return the path of an installed program, beside this interpreter first.

    Raises:
        DemoError: it is not installed (``demo.not_installed``).
    """
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise DemoError(f"{name} is not installed", hint="run make demo once", code="demo.not_installed")
    return found
