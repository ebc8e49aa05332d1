"""Where the programs are that tell the device what its camera does not see; read before anything heavy is loaded."""

from dataclasses import dataclass
from pathlib import Path

from camera_agent.errors import AgentError

_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class LineAddress:
    """One source of lines: ``host`` and ``port``, or else the ``path`` of a socket or of a file."""

    host: str | None = None
    port: int = 0
    path: Path | None = None
    is_socket: bool = True

    def __str__(self) -> str:
        if self.host is not None:
            return f"tcp://[{self.host}]:{self.port}" if ":" in self.host else f"tcp://{self.host}:{self.port}"
        return f"unix:{self.path}" if self.is_socket else str(self.path)


def tcp_address(text: str, option: str) -> LineAddress:
    """Read ``HOST:PORT``, an IPv6 host in brackets.

    Raises:
        AgentError: it is none (``option.address``).
    """
    host, _, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not bare or not port.isdecimal() or int(port) not in _PORTS or (":" in bare and bare == host):
        raise AgentError(
            f"{option} {text!r} is not an address", code="option.address", hint="write it as HOST:PORT: 127.0.0.1:2947"
        )
    return LineAddress(host=bare, port=int(port))


def line_address(text: str, option: str) -> LineAddress:
    """Read ``tcp://HOST:PORT``, ``unix:/PATH`` or the path of a file.

    Raises:
        AgentError: it is none of them (``option.address``).
    """
    scheme, separator, rest = text.partition(":")
    if separator and scheme == "tcp" and rest.startswith("//"):
        return tcp_address(rest.removeprefix("//"), option)
    if separator and scheme == "unix" and rest.startswith("/"):
        return LineAddress(path=Path(rest))
    if not text or "://" in text or scheme == "unix":
        raise AgentError(
            f"{option} {text!r} is not an address",
            code="option.address",
            hint="write it as tcp://HOST:PORT, unix:/PATH or the path of a file",
        )
    return LineAddress(path=Path(text), is_socket=False)


@dataclass(frozen=True, slots=True)
class ReceiverOptions:
    """Where gpsd and the controller's adapter are; None: there is none."""

    gpsd: LineAddress | None = None
    signal_feed: LineAddress | None = None

    @classmethod
    def parse(cls, gpsd: str | None, signal_feed: str | None) -> "ReceiverOptions":
        """Read the options of the command line.

        Raises:
            AgentError: one is no address (``option.address``).
        """
        return cls(
            gpsd=tcp_address(gpsd, "--gpsd") if gpsd is not None else None,
            signal_feed=line_address(signal_feed, "--signal-feed") if signal_feed is not None else None,
        )
