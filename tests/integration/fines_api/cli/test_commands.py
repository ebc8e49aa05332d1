"""The commands an operator types: one clear message, the right exit code."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from fines_api.cli import app
from fines_api.cli import run as commands

pytestmark = pytest.mark.integration
_PROGRAM = str(Path(sys.executable).parent / "fines-api")
Run = Callable[..., Result]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "RUBEZH_REGION": "77",
        "RUBEZH_DATA_DIR": str(tmp_path / "node"),
        "RUBEZH_DATABASE_URL": database_url,
        "RUBEZH_IS_COOKIE_SECURE": "false",
    }


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command within this process (a new one costs a second)."""
    monkeypatch.setattr(commands, "log_to_stderr", lambda: None)  # it would outlive the test

    def call(*arguments: str, given: str = "", **changes: str | None) -> Result:
        return CliRunner().invoke(app, arguments, env=dict(environment) | changes, input=given)

    return call


def refused(result: Result, code: str) -> bool:
    """One message with the code and the fix, no traceback, exit code 1."""
    return (
        result.exit_code == 1
        and f"error: {code}:" in result.stderr
        and "fix: " in result.stderr
        and isinstance(result.exception, SystemExit)
    )


def test_people_sites_and_devices_are_made_and_the_chain_holds(run: Run, tmp_path: Path) -> None:
    made = run("create-user", "--username", "root", "--role", "administrator")
    assert made.exit_code == 0
    assert len(made.stdout.strip()) >= 40
    chosen = run("create-user", "--username", "p", "--role", "police", "--password-stdin", given="long enough pass\n")
    assert (chosen.exit_code, chosen.stdout) == (0, "")
    assert refused(run("create-user", "--username", "p", "--role", "police"), "user.exists")
    code = run("enrolment-code", "--device-id", "cam-1")
    assert (code.exit_code, len(code.stdout.strip())) == (0, 43)
    assert refused(run("import-site", str(tmp_path / "none.toml")), "site.missing")
    broken = tmp_path / "broken.toml"
    broken.write_text("site_id = ")
    assert refused(run("import-site", str(broken)), "site.malformed")
    broken.write_text('site_id = "x"\nlimit_mph = 40\n')
    result = run("import-site", str(broken))
    assert refused(result, "site.invalid")
    assert "limit_mph" in result.stderr
    head = run("audit-verify")
    assert head.exit_code == 0
    assert head.stdout.startswith("3:")
    assert run("audit-verify", "--anchor", head.stdout.strip()).exit_code == 0
    assert run("audit-verify", "--anchor", "9:" + "0" * 64).exit_code == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"RUBEZH_REGION": None}, "configuration"),
        ({"RUBEZH_HUB_URL": "nats://127.0.0.1:4222"}, "configuration.default_secret"),
        ({"RUBEZH_HUB_URL": "nats://rubezh:password@127.0.0.1:4222"}, "configuration.default_secret"),
        (
            {
                "RUBEZH_STORAGE_ENDPOINT": "127.0.0.1:9",
                "RUBEZH_STORAGE_ACCESS_KEY": "minioadmin",
                "RUBEZH_STORAGE_SECRET_KEY": "minioadmin",
            },
            "configuration.default_secret",
        ),
        ({"RUBEZH_STORAGE_ENDPOINT": "127.0.0.1:9"}, "configuration"),
        ({"RUBEZH_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, "database.unavailable"),
    ],
)
def test_the_service_does_not_start_on_bad_settings(run: Run, changes: dict[str, str | None], code: str) -> None:
    result = run("serve", "--port", "0", **changes)
    assert refused(result, code), result.stderr


def test_an_open_door_is_refused(run: Run) -> None:
    assert refused(run("serve", "--host", "0.0.0.0", "--port", "0"), "configuration.insecure_cookie")


def test_an_exposed_key_is_refused(run: Run, tmp_path: Path) -> None:
    assert run("enrolment-code", "--device-id", "cam-1").exit_code == 0
    (tmp_path / "node" / "region.key").chmod(0o644)
    assert refused(run("serve", "--port", "0"), "configuration.key_exposed")


def test_a_taken_port_is_named(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert refused(result, "port.taken")


def test_an_old_schema_is_refused_and_migrate_mends_it(run: Run, postgres_url: str) -> None:
    name = f"empty_{os.getpid()}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = postgres_url.replace("/postgres?", f"/{name}?")
    assert refused(run("serve", "--port", "0", RUBEZH_DATABASE_URL=url), "database.schema_old")
    assert run("migrate", RUBEZH_DATABASE_URL=url).exit_code == 0
    assert run("migrate", RUBEZH_DATABASE_URL=url).exit_code == 0
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("processes", ["1", "2"])
def test_serve_and_worker_end_politely(environment: dict[str, str], processes: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    children = [
        subprocess.Popen([_PROGRAM, *arguments], env=os.environ | environment, stderr=subprocess.PIPE, text=True)
        for arguments in (["serve", "--port", str(port), "--processes", processes], ["worker"])
    ]
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.2)
        assert httpx2.get(f"http://127.0.0.1:{port}/v1/hits").status_code == 401
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        ends = [child.communicate(timeout=30) for child in children]
    assert children[1].returncode == 0, ends[1]
    assert children[0].returncode == 0, ends[0]
    assert all("Traceback" not in errors for _, errors in ends), ends


def test_a_process_that_dies_is_started_again_and_none_outlives_the_first(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [_PROGRAM, "serve", "--port", str(port), "--processes", "2"]
    first = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        (second,) = until(lambda: children_of(first.pid))
        os.kill(second, signal.SIGKILL)
        (third,) = until(lambda: children_of(first.pid) - {second})
    finally:
        first.kill()
        first.wait()
    until(lambda: not is_alive(third))


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children_of(pid: int) -> set[int]:
    """Processes whose parent is this one and that serve."""
    found = set()
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if (
                int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid
                and b"--sibling-of" in (folder / "cmdline").read_bytes()
            ):
                found.add(int(folder.name))
    return found


def until(asked: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 40
    while not (answer := asked()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer
