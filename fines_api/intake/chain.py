"""The device's hash chain as it arrives: gaps, breaks and forks become visible, never silent."""

from dataclasses import dataclass
from typing import Any

from fines_api.intake.repository import IntakeRepository
from fines_api.intake.tables import IntakeEventRow, IntakeGapRow
from fines_api.kit.clock import Clock
from recognition.contracts import GENESIS_HASH


@dataclass(frozen=True)
class ChainLink:
    """One event's place: device, epoch, sequence number, its digest and the digest of the one before."""

    device_id: str
    epoch: int
    seq: int
    sha256: str
    previous: str


class Chain:
    """Books of every device's chain."""

    def __init__(self, events: IntakeRepository, clock: Clock) -> None:
        self._events = events
        self._clock = clock
        self._last: dict[tuple[str, int], int] = {}

    def append(
        self, link: ChainLink, event_type: str | None, refused_code: str | None, envelope: dict[str, Any]
    ) -> None:
        """Enter an event at its free place and check it against its neighbours."""
        place = (link.device_id, link.epoch)
        last = self._last.get(place) or self._events.last_seq(*place)
        self._events.add_event(
            IntakeEventRow(
                device_id=link.device_id,
                epoch=link.epoch,
                seq=link.seq,
                event_sha256=link.sha256,
                previous_sha256=link.previous,
                event_type=event_type,
                received_at=self._clock.now(),
                refused_code=refused_code,
                envelope=envelope,
            )
        )
        if link.seq > last + 1:
            self._open_gap(link, last + 1, link.seq - 1)
        elif link.seq < last:
            self._fill_gap(link)
        self._check_before(link)
        if link.seq < last:
            self._check_after(link)
        self._last[place] = max(last, link.seq)

    def alarm(self, link: ChainLink, code: str, detail: str) -> None:
        """Note something an administrator must look at."""
        self._events.raise_alarm(link.device_id, link.epoch, link.seq, code=code, detail=detail, at=self._clock.now())

    def _open_gap(self, link: ChainLink, from_seq: int, to_seq: int) -> None:
        self._events.add_gap(
            IntakeGapRow(
                device_id=link.device_id,
                epoch=link.epoch,
                from_seq=from_seq,
                to_seq=to_seq,
                noticed_at=self._clock.now(),
                closed_at=None,
            )
        )

    def _fill_gap(self, link: ChainLink) -> None:
        gap = self._events.gap_around(link.device_id, link.epoch, link.seq)
        if gap is None:
            return
        if gap.from_seq == gap.to_seq:
            gap.closed_at = self._clock.now()
        elif link.seq == gap.from_seq:
            gap.from_seq = link.seq + 1
        elif link.seq == gap.to_seq:
            gap.to_seq = link.seq - 1
        else:
            upper = gap.to_seq
            gap.to_seq = link.seq - 1
            self._open_gap(link, link.seq + 1, upper)

    def _check_before(self, link: ChainLink) -> None:
        before = self._events.event(link.device_id, link.epoch, link.seq - 1)
        expected = GENESIS_HASH if link.seq == 1 else before.event_sha256 if before else None
        if expected is not None and expected != link.previous:
            self.alarm(link, "intake.chain_break", f"names {link.previous} before it, but {expected} is there")

    def _check_after(self, link: ChainLink) -> None:
        after = self._events.event(link.device_id, link.epoch, link.seq + 1)
        if after is not None and after.previous_sha256 != link.sha256:
            self.alarm(link, "intake.chain_break", f"the next event names {after.previous_sha256}, not {link.sha256}")
