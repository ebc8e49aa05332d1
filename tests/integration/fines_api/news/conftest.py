"""Receivers of news that are real servers: HTTP with and without TLS, and an MQTT broker."""

import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
import trustme
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.kit.jobs import run_pending_jobs
from fines_api.kit.settings import Settings
from fines_api.node import Node
from recognition.contracts import Site, VehicleClass

BROKER_USER, BROKER_PASSWORD = "rubezh", "broker password"


@dataclass(frozen=True)
class Got:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """An HTTP server that keeps what it gets and answers what it is told; 204 when told nothing."""

    certificate: trustme.LeafCert | None = None
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    always: tuple[int, dict[str, str]] = (204, {})

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.certificate.configure_cert(context)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # refused handshakes are the test
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, path: str = "/hook", host: str = "localhost") -> str:
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}{path}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status, headers = receiver.answers.pop(0) if receiver.answers else receiver.always
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        region="77",
        data_dir=tmp_path / "node",
        database_url=database_url,
        is_cookie_secure=False,
        public_url="https://rubezh.example.org",
        news_allowed_hosts=" localhost, demo.invalid ",
    )


@pytest.fixture
def make_receiver() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(certificate: trustme.LeafCert | None = None) -> Receiver:
        made.append(Receiver(certificate))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def receiver(make_receiver: Callable[..., Receiver]) -> Receiver:
    return make_receiver()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority this process trusts as if the system did."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


@dataclass
class Road:
    """Hits to order: a listed plate drives by, and the worker does what is due."""

    node: Node
    clock: FixedClock
    client: Any
    device: Any
    build: Any
    log_in: Callable[..., dict[str, str]]

    @property
    def administrator(self) -> dict[str, str]:
        """Headers of a fresh session: the old one may have ended while the clock was moved."""
        return self.log_in(Role.ADMINISTRATOR)

    @property
    def police(self) -> dict[str, str]:
        return self.log_in(Role.POLICE)

    def look_for(self, **changes: Any) -> None:
        body = {
            "plate": "A123BC77", "plate_region": "ru", "reason": "stolen", "priority": 1,
            "description": "white Lada", "legal_basis": "case 12401450001000123",
            "valid_until": (self.clock.now() + timedelta(days=30)).isoformat(),
        } | changes  # fmt: skip
        answer = self.client.post("/v1/hotlist-entries", json=body, headers=self.police)
        assert answer.status_code == 201, answer.text
        agreed = f"/v1/hotlist-entries/{answer.json()['entry_id']}/approval"
        answer = self.client.post(agreed, json={}, headers=self.log_in(Role.POLICE, "police-2"))
        assert answer.status_code == 200, answer.text

    def see(self, plate: str = "A123BC77", vehicle_class: VehicleClass = VehicleClass.CAR) -> dict[str, Any]:
        """A camera sees the plate; returns the newest hit."""
        self.device.open_session()
        passage = self.build.passage(self.clock.now(), plate=plate, vehicle_class=vehicle_class)
        assert self.device.send(self.device.passage(passage))[0]["status"] == "accepted"
        found = self.client.get("/v1/hits", headers=self.police).json()["hits"]
        return dict(found[0])

    def judge(self, hit: dict[str, Any], verdict: str) -> None:
        answer = self.client.post(f"/v1/hits/{hit['id']}/verdict", json={"verdict": verdict}, headers=self.police)
        assert answer.status_code == 200, answer.text

    def subscribe(self, address: str, **changes: Any) -> dict[str, Any]:
        body = {"kind": "webhook", "address": address} | changes
        answer = self.client.post("/v1/news-subscriptions", json=body, headers=self.administrator)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def work(self) -> None:
        run_pending_jobs(self.node)

    def later(self, **by: float) -> None:
        """Time passes, and the worker does what has become due."""
        self.clock.advance(timedelta(**by))
        with self.node.database.begin() as session:
            session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'"))
        self.work()

    def deliveries(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.client.get("/v1/news-deliveries", params=query, headers=self.administrator)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["deliveries"])

    def subscriptions(self) -> list[dict[str, Any]]:
        answer = self.client.get("/v1/news-subscriptions", headers=self.administrator)
        return list(answer.json()["subscriptions"])

    def audited(self, prefix: str = "news:") -> list[str]:
        with self.node.database.begin() as session:
            query = text("SELECT tag FROM audit_rows WHERE tag LIKE :tag ORDER BY position")
            return list(session.execute(query, {"tag": f"{prefix}%"}).scalars())


@pytest.fixture
def road(
    *,
    node: Node,
    clock: FixedClock,
    client: Any,
    device: Any,
    build: Any,
    site: Site,
    log_in: Callable[..., dict[str, str]],
) -> Road:
    return Road(node, clock, client, device, build, log_in)


class Broker:
    """A real MQTT broker (nats-server's), and a client of it that listens."""

    def __init__(self, folder: Path, certificate: trustme.LeafCert | None = None) -> None:
        self.port, self._own_port = _free_port(), _free_port()
        self.is_tls = certificate is not None
        tls = ""
        if certificate is not None:
            certificate.private_key_and_cert_chain_pem.write_to_path(folder / "broker.pem")
            tls = f'tls {{ cert_file: "{folder}/broker.pem", key_file: "{folder}/broker.pem" }}'
        (folder / "broker.conf").write_text(
            f'listen: "127.0.0.1:{self._own_port}"\nserver_name: broker\n'
            f'jetstream {{ store_dir: "{folder}/broker" }}\n'
            f'mqtt {{\n listen: "127.0.0.1:{self.port}"\n {tls}\n}}\n'
            f'authorization {{ users: [ {{ user: "{BROKER_USER}", password: "{BROKER_PASSWORD}" }} ] }}\n'
        )
        program = Path(sys.executable).parent / "nats-server"
        with (folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen([program, "-c", folder / "broker.conf"], stdout=log, stderr=log)
        self.got: list[tuple[str, int, bytes]] = []
        self._listener = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="listener")

    def wait(self) -> None:
        wait_until(lambda: _is_listening(self.port))

    def listen(self, context: ssl.SSLContext | None = None) -> None:
        subscribed = threading.Event()
        client = self._listener
        client.username_pw_set(BROKER_USER, BROKER_PASSWORD)
        if context is not None:
            client.tls_set_context(context)
        client.on_connect = lambda c, *_: c.subscribe("rubezh/#", qos=1)
        client.on_subscribe = lambda *_: subscribed.set()
        client.on_message = lambda _c, _d, m: self.got.append((m.topic, m.qos, m.payload))
        client.connect("localhost", self.port)
        client.loop_start()
        assert subscribed.wait(20)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self._listener.disconnect()
        self._listener.loop_stop()
        self.stop()


@pytest.fixture
def make_broker(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    made: list[Broker] = []

    def make(certificate: trustme.LeafCert | None = None) -> Broker:
        made.append(Broker(tmp_path, certificate))
        made[-1].wait()
        return made[-1]

    yield make
    for each in made:
        each.close()


def wait_until(is_true: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
