from pathlib import Path

import pytest

from camera_agent.addresses import LineAddress, ReceiverOptions, line_address, tcp_address
from camera_agent.errors import AgentError


@pytest.mark.parametrize(
    ("text", "address", "written"),
    [
        ("tcp://controller.local:9000", LineAddress("controller.local", 9000), "tcp://controller.local:9000"),
        ("tcp://[::1]:9000", LineAddress("::1", 9000), "tcp://[::1]:9000"),
        ("unix:/run/feed.sock", LineAddress(path=Path("/run/feed.sock")), "unix:/run/feed.sock"),
        ("/var/log/feed.jsonl", LineAddress(path=Path("/var/log/feed.jsonl"), is_socket=False), "/var/log/feed.jsonl"),
        ("feed.jsonl", LineAddress(path=Path("feed.jsonl"), is_socket=False), "feed.jsonl"),
    ],
)
def test_a_feed_may_be_a_server_a_socket_or_a_file(text: str, address: LineAddress, written: str) -> None:
    assert line_address(text, "--signal-feed") == address
    assert str(address) == written


@pytest.mark.parametrize(
    "text", ["", "2947", "localhost", ":2947", "localhost:", "localhost:gps", "localhost:0", "localhost:65536", "::1:9"]
)
def test_an_address_without_host_or_port_is_refused_with_its_fix(text: str) -> None:
    with pytest.raises(AgentError, match=r"option\.address: --gpsd .*\n  fix: ") as caught:
        tcp_address(text, "--gpsd")
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["", "udp://host:1", "tcp://host", "unix:relative.sock", "http://host:80/feed"])
def test_what_cannot_be_followed_is_refused(text: str) -> None:
    with pytest.raises(AgentError, match=r"option\.address"):
        line_address(text, "--signal-feed")


def test_nothing_is_configured_unless_it_is_named() -> None:
    assert ReceiverOptions.parse(None, None) == ReceiverOptions()
    assert ReceiverOptions.parse("[::1]:2947", "f") == ReceiverOptions(
        gpsd=LineAddress("::1", 2947), signal_feed=LineAddress(path=Path("f"), is_socket=False)
    )
