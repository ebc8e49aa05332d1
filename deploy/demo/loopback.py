"""Bring the loopback interface up where nobody did, as in a fresh network namespace (``unshare -n``)."""

import fcntl
import socket
import struct

from deploy.demo.errors import DemoError

_SIOCGIFFLAGS = 0x8913  # linux/sockios.h
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1
_REQUEST = struct.Struct("16sh14x")  # struct ifreq: name, flags
_NAME = b"lo"


def ensure_loopback() -> bool:
    """Make 127.0.0.1 usable; True when it had to be brought up.

    Raises:
        DemoError: the interface is down and this user may not bring it up (``demo.loopback``).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        answer = fcntl.ioctl(control, _SIOCGIFFLAGS, _REQUEST.pack(_NAME, 0))
        flags = _REQUEST.unpack(answer)[1]
        if flags & _IFF_UP:
            return False
        try:
            fcntl.ioctl(control, _SIOCSIFFLAGS, _REQUEST.pack(_NAME, flags | _IFF_UP))
        except PermissionError as error:
            raise DemoError(
                "the loopback interface is down",
                hint="as root: ip link set lo up (or run the demo as root)",
                code="demo.loopback",
            ) from error
    return True


def free_port(preferred: int) -> int:
    """Return the preferred TCP port of 127.0.0.1, or any free one when it is taken."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("no free TCP port on 127.0.0.1", code="demo.no_port")
