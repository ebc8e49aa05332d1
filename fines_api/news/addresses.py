"""Where news may be sent: the guard against requests forged through us (SSRF).

An address is taken apart, its name resolved once, and every answer must be global unicast; the connection then goes to
exactly those answers.  Hosts that ``RUBEZH_NEWS_ALLOWED_HOSTS`` names may be private or loopback, and without TLS.
Networks: IANA special-purpose address registries (RFC 6890), and what clouds put their metadata on.
"""

import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from fines_api.kit.errors import InvalidError

Resolver = Callable[[str, int], Collection[str]]
"""``(host, port) -> addresses``: asks the name service; raises OSError when there is no answer."""

_MAX_ADDRESS = 2000
_NAME = re.compile(r"(?!.{254})[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*")
_V4_REFUSED = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # a cloud's own channel to its machines
        ),
    )
)  # fmt: skip
_V6_GLOBAL = IPv6Network("2000::/3")
_V6_REFUSED = tuple(
    map(
        IPv6Network,
        # protocol assignments with Teredo and ORCHID, documentation, 6to4, AS112, documentation
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
_LOCAL = tuple(
    map(IPv4Network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
) + tuple(map(IPv6Network, ("::1/128", "fc00::/7")))
_METADATA = frozenset({IPv6Address("fd00:ec2::254")})


@dataclass(frozen=True)
class Target:
    """One receiver's address, taken apart; ``host`` is lower-case ASCII without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    is_local_allowed: bool

    @property
    def is_tls(self) -> bool:
        """Tell whether the connection is encrypted."""
        return self.scheme in {"https", "mqtts"}

    @property
    def authority(self) -> str:
        """Host and port as a URL writes them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_target(address: str, ports: dict[str, int], allowed_hosts: Collection[str]) -> Target:
    """Take an address apart.

    Args:
        address: e.g. ``https://example.org/hits``.
        ports: allowed schemes and the port of each; one that is not encrypted needs an allowed host.
        allowed_hosts: names, lower case, that may be local and without TLS.

    Raises:
        InvalidError: ``news.address``, with what is wrong.
    """
    if not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        raise _wrong("only printable ASCII; write names of other alphabets in punycode")
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise _wrong(str(error)) from error
    if len(address) > _MAX_ADDRESS or parts.scheme not in ports or not _is_host(host):
        raise _wrong(f"write {' or '.join(ports)}://host/…")
    if "@" in parts.netloc or parts.fragment or port == 0:
        raise _wrong("no user, no fragment, no port 0")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, host, port or ports[parts.scheme], path, host in allowed_hosts)
    if not target.is_tls and not target.is_local_allowed:
        raise _wrong("only an encrypted address", hint="RUBEZH_NEWS_ALLOWED_HOSTS can name a host for demos")
    return target


def is_public(address: str) -> bool:
    """Tell whether an IP address is global unicast; forms that carry an IPv4 address in an IPv6 one are not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return ip.is_global and not any(ip in network for network in _V4_REFUSED)
    return ip.scope_id is None and ip in _V6_GLOBAL and not any(ip in network for network in _V6_REFUSED)


def is_local(address: str) -> bool:
    """Tell whether an IP address is loopback or private; link-local, where clouds keep metadata, is neither."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return ip not in _METADATA and any(ip.version == network.version and ip in network for network in _LOCAL)


def system_resolver(host: str, port: int) -> Collection[str]:
    """Ask the machine's resolver; raises OSError when the name has no address."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(str(error)) from error
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in answers))


def checked_addresses(target: Target, resolve: Resolver = system_resolver) -> tuple[str, ...]:
    """Resolve the target once and return the addresses a connection may go to.

    Raises:
        InvalidError: no answer (``news.address_unknown``), or not global unicast (``news.address_refused``).
    """
    try:
        found = tuple(resolve(target.host, target.port))
    except OSError as error:
        raise InvalidError("the host has no address", hint="check the name", code="news.address_unknown") from error
    if not found:
        raise InvalidError("the host has no address", hint="check the name", code="news.address_unknown")
    if not all(is_public(each) or (target.is_local_allowed and is_local(each)) for each in found):
        raise InvalidError(
            "the host is not on the public internet",
            hint="news goes to public addresses only; RUBEZH_NEWS_ALLOWED_HOSTS can name a local host",
            code="news.address_refused",
        )
    return found


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _NAME.fullmatch(host) is not None
    try:
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False


def _wrong(message: str, hint: str = "") -> InvalidError:
    return InvalidError(f"not an address for news: {message}", hint=hint, code="news.address")
