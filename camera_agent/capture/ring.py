"""The last seconds of a stream as it was compressed by the camera, in memory, bounded by time and by bytes.

Whole groups of pictures are let go at once: a packet without its key frame cannot be decoded.
"""

import threading
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """One compressed packet; times in ticks of the stream's time base."""

    data: bytes
    pts: int
    dts: int
    duration: int
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class RingLimits:
    """How much is kept at most."""

    seconds: float = 60.0
    size_bytes: int = 192 * 1024 * 1024


@dataclass(slots=True)
class _Group:
    packets: list[EncodedPacket] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def first_pts(self) -> int:
        return self.packets[0].pts


class PacketRing:
    """Groups of pictures, oldest first; written by the reading thread, read by the one that seals evidence."""

    def __init__(self, limits: RingLimits, ticks_per_second: float) -> None:
        self._limits = limits
        self._span_ticks = limits.seconds * ticks_per_second
        self._groups: deque[_Group] = deque()
        self._lock = threading.Lock()
        self.size_bytes = 0

    def push(self, packet: EncodedPacket) -> None:
        """Keep a packet; packets before the first key frame are of no use and are not kept."""
        with self._lock:
            if packet.is_keyframe:
                self._groups.append(_Group())
            if not self._groups:
                return
            group = self._groups[-1]
            group.packets.append(packet)
            group.size_bytes += len(packet.data)
            self.size_bytes += len(packet.data)
            self._trim(packet)

    def packets(self, from_pts: int, to_pts: int) -> list[EncodedPacket]:
        """Return the packets that decode to the pictures from ``from_pts`` to ``to_pts``, in decoding order.

        They begin with the last kept key frame at or before ``from_pts`` (or the oldest kept one) and end with the
        group's packets up to ``to_pts``; pictures that are shown earlier but decoded later come along.
        """
        with self._lock:
            groups = list(self._groups)
            before = [index for index, group in enumerate(groups) if group.first_pts <= from_pts]
            start = before[-1] if before else 0
            chosen = [packet for group in groups[start:] for packet in group.packets]
        last = max((index for index, packet in enumerate(chosen) if packet.pts <= to_pts), default=-1)
        return chosen[: last + 1]

    def take_group_of(self, pts: int) -> list[EncodedPacket]:
        """Hand over the newest group if its key frame shows at ``pts``: it belongs to what comes after a break."""
        with self._lock:
            if not self._groups or self._groups[-1].first_pts != pts:
                return []
            group = self._groups.pop()
            self.size_bytes -= group.size_bytes
            return group.packets

    def _trim(self, newest: EncodedPacket) -> None:
        while len(self._groups) > 1 and (
            newest.pts - self._groups[1].first_pts > self._span_ticks or self.size_bytes > self._limits.size_bytes
        ):
            self.size_bytes -= self._groups.popleft().size_bytes
        if self.size_bytes > self._limits.size_bytes:  # one endless group of pictures: wait for the next key frame
            self._groups.clear()
            self.size_bytes = 0
