"""The address that was checked is the address that is spoken to: whatever names change, and in time."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme

from fines_api.news.addresses import checked_addresses, parse_target
from fines_api.news.messages import News
from fines_api.news.policy import Kind, NewsType
from fines_api.news.posting import Letter, post
from fines_api.news.sending import Parcel, send
from fines_api.news.webhook import new_secret
from fines_api.node import Node

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LETTER = Letter({"Content-Type": "application/json"}, b"{}")
SCHEMES = {"https": 443, "http": 80}
NAMED = frozenset({"localhost", "demo.invalid"})


def local(url: str, **changes: Any) -> Any:
    return post(parse_target(url, SCHEMES, NAMED), ("127.0.0.1",), LETTER, NOW, **changes)


def parcel(address: str, node: Node, build: Any) -> Parcel:
    news = News(build.passage(NOW).passage_id, NewsType.TEST, NOW, None)
    return Parcel(Kind.WEBHOOK, address, (new_secret(),), news)


_REFUSED = (
    ("https://127.0.0.1/", "news.address_refused"),
    ("https://2130706433/", "news.address_refused"),
    ("https://0x7f.1/", "news.address_refused"),
    ("https://[::1]/", "news.address_refused"),
    ("https://[::ffff:169.254.169.254]/", "news.address_refused"),
    ("https://169.254.169.254/latest/meta-data/", "news.address_refused"),
    ("https://10.0.0.1/", "news.address_refused"),
    ("https://[64:ff9b::a00:1]/", "news.address_refused"),
    ("https://no-such-name.invalid/", "news.address_unknown"),
    ("http://8.8.8.8/", "news.address"),
    ("ftp://localhost/", "news.address"),
    ("https://user:pw@8.8.8.8/", "news.address"),
)


def test_a_subscription_to_such_an_address_is_not_made(road: Any) -> None:
    for address, code in _REFUSED:
        body = {"kind": "webhook", "address": address}
        answer = road.client.post("/v1/news-subscriptions", json=body, headers=road.administrator)
        assert (address, answer.status_code, answer.json()["code"]) == (address, 422, code)
    assert road.subscriptions() == []


def test_a_name_that_answers_otherwise_the_second_time_reaches_nobody(node: Node, receiver: Any, build: Any) -> None:
    """DNS rebinding: public when the subscription was made, this machine when the news is sent."""
    address = f"https://rebinding.example:{receiver.port}/hook"
    answers = [["93.184.216.34"], ["127.0.0.1"]]
    target = parse_target(address, SCHEMES, node.settings.news_hosts)
    assert checked_addresses(target, lambda _h, _p: answers.pop(0)) == ("93.184.216.34",)
    outcome = send(node, parcel(address, node, build), lambda _h, _p: answers.pop(0))
    assert (outcome.error, outcome.is_unreachable) == ("news.address_refused", True)
    assert (receiver.got, answers) == ([], [])


def test_the_name_is_asked_for_once_and_the_connection_goes_to_that_answer(
    node: Node, receiver: Any, build: Any
) -> None:
    asked: list[str] = []

    def once(host: str, _port: int) -> list[str]:
        asked.append(host)
        assert len(asked) == 1
        return ["127.0.0.1"]

    # no name service knows demo.invalid (RFC 2606): only a connection by the checked address can arrive
    outcome = send(node, parcel(f"http://demo.invalid:{receiver.port}/hook", node, build), once)
    assert (outcome.is_taken, outcome.status_code, asked) == (True, 204, ["demo.invalid"])
    assert receiver.got[0].headers["host"] == f"demo.invalid:{receiver.port}"


def test_the_next_checked_address_is_tried_when_the_first_is_silent(receiver: Any) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.2", receiver.port))  # bound, not listening: refused
        target = parse_target(f"http://demo.invalid:{receiver.port}/", SCHEMES, NAMED)
        assert post(target, ("127.0.0.2", "127.0.0.1"), LETTER, NOW).is_taken


def test_the_certificate_must_be_the_names(make_receiver: Callable[..., Any], authority: trustme.CA) -> None:
    good = make_receiver(authority.issue_cert("localhost"))
    assert local(good.url()).is_taken
    other = make_receiver(authority.issue_cert("other.example"))
    stranger = make_receiver(trustme.CA().issue_cert("localhost"))
    for bad in (other, stranger):
        outcome = local(bad.url())
        assert (str(outcome.error)[:17], outcome.is_unreachable, bad.got) == ("news.certificate:", True, [])


def test_a_redirect_is_not_followed(make_receiver: Callable[..., Any]) -> None:
    inner, outer = make_receiver(), make_receiver()
    for status in (301, 302, 303, 307, 308):
        outer.answers = [(status, {"Location": inner.url()})]
        outcome = local(outer.url())
        assert (outcome.status_code, outcome.error) == (status, "news.status")
    assert (inner.got, len(outer.got)) == ([], 5)


@pytest.fixture
def raw_server() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """``raw_server(behave)`` gives the URL of a server that does with each connection what it is told."""
    listeners: list[socket.socket] = []

    def start(behave: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            with contextlib.suppress(OSError):  # the test is over, or the other side left
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        connection.recv(65536)
                        behave(connection)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://localhost:{listener.getsockname()[1]}/"

    yield start
    for each in listeners:
        each.shutdown(socket.SHUT_RDWR)
        each.close()


def test_a_server_that_drips_its_answer_meets_the_deadline(raw_server: Callable[..., str]) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        pause = threading.Event()
        while True:
            connection.sendall(b"X-Slow: 1\r\n")
            pause.wait(0.05)

    outcome = local(raw_server(drip), deadline_s=0.4)
    assert (outcome.error, outcome.is_unreachable) == ("news.timeout", True)


def test_a_server_that_never_answers_meets_the_deadline(raw_server: Callable[..., str]) -> None:
    def listen_only(connection: socket.socket) -> None:
        while connection.recv(1000):
            pass

    assert local(raw_server(listen_only), deadline_s=0.3).error == "news.timeout"


def test_an_endless_answer_is_not_read_to_its_end(raw_server: Callable[..., str]) -> None:
    sent: list[int] = []

    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            sent.append(connection.send(b"x" * 65536))

    assert local(raw_server(flood)).is_taken
    assert sum(sent) < 100_000_000


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"\x00" * 200])
def test_what_is_no_http_is_no_success(raw_server: Callable[..., str], answer: bytes) -> None:
    outcome = local(raw_server(lambda connection: connection.sendall(answer)))
    assert not outcome.is_taken
    assert outcome.status_code is None


def test_a_closed_port_is_told_as_such() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        outcome = local(f"http://localhost:{closed.getsockname()[1]}/")
    assert (outcome.error, outcome.is_unreachable) == ("news.unreachable", True)
