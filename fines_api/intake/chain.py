"""The device's hash chain as it arrives: gaps, breaks and forks become visible, never silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fines_api.intake.delivery import ChainLink, Delivered, signature_by
from fines_api.intake.repository import IntakeRepository
from fines_api.intake.tables import IntakeGapRow
from fines_api.kit.clock import Clock
from recognition.contracts import GENESIS_HASH


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that takes its place; a passage's payload is kept with the passage."""

    event: Delivered
    event_type: str | None
    refused_code: str | None = None
    is_payload_kept: bool = True


class Chain:
    """Books of one device's chain."""

    def __init__(self, events: IntakeRepository, clock: Clock) -> None:
        self._events = events
        self._clock = clock

    def append(self, device_id: str, entries: Sequence[Entry], key_ids: frozenset[str]) -> None:
        """Enter events at their free places and check each against its neighbours."""
        ordered = sorted(entries, key=lambda entry: entry.event.place)
        links, now = [entry.event.link for entry in ordered], self._clock.now()
        epochs = {link.epoch for link in links}
        lasts = {epoch: self._events.last_seq(device_id, epoch) for epoch in epochs}
        self._events.add_events([_row(entry, key_ids, now) for entry in ordered])
        self._check_neighbours(device_id, links)
        for epoch, last in lasts.items():
            self._keep_gaps(device_id, epoch, last, [link.seq for link in links if link.epoch == epoch])

    def alarm(self, link: ChainLink, code: str, detail: str) -> None:
        """Note something an administrator must look at."""
        self._events.raise_alarm(link.device_id, link.epoch, link.seq, code=code, detail=detail, at=self._clock.now())

    def _check_neighbours(self, device_id: str, links: Sequence[ChainLink]) -> None:
        """Compare each link with who stands before it, and with who came before it and stands behind it."""
        own = {(link.epoch, link.seq): link for link in links}
        known = self._events.known(
            device_id, {(epoch, seq + step) for epoch, seq in own for step in (-1, 1)} - set(own)
        )
        for (epoch, seq), link in own.items():
            before, after = own.get((epoch, seq - 1)) or known.get((epoch, seq - 1)), known.get((epoch, seq + 1))
            expected = GENESIS_HASH if seq == 1 else before.sha256 if before else None
            if expected is not None and expected != link.previous:
                self.alarm(link, "intake.chain_break", f"names {link.previous} before it, but {expected} is there")
            if after is not None and after.previous != link.sha256:
                self.alarm(link, "intake.chain_break", f"the next event names {after.previous}, not {link.sha256}")

    def _keep_gaps(self, device_id: str, epoch: int, last: int, sequences: Sequence[int]) -> None:
        """Open a gap wherever the new ones leave one behind the last known, and close those they fill."""
        for seq in sequences:
            if seq > last + 1:
                self._open_gap(device_id, epoch, last + 1, seq - 1)
            elif seq < last:
                self._fill_gap(device_id, epoch, seq)
            last = max(last, seq)

    def _open_gap(self, device_id: str, epoch: int, from_seq: int, to_seq: int) -> None:
        now = self._clock.now()
        gap = IntakeGapRow(
            device_id=device_id, epoch=epoch, from_seq=from_seq, to_seq=to_seq, noticed_at=now, closed_at=None
        )
        self._events.add_gap(gap)

    def _fill_gap(self, device_id: str, epoch: int, seq: int) -> None:
        gap = self._events.gap_around(device_id, epoch, seq)
        if gap is None:
            return
        if gap.from_seq == gap.to_seq:
            gap.closed_at = self._clock.now()
        elif seq == gap.from_seq:
            gap.from_seq = seq + 1
        elif seq == gap.to_seq:
            gap.to_seq = seq - 1
        else:
            upper = gap.to_seq
            gap.to_seq = seq - 1
            self._open_gap(device_id, epoch, seq + 1, upper)


def _row(entry: Entry, key_ids: frozenset[str], now: datetime) -> tuple[Any, ...]:
    link = entry.event.link
    payload = entry.event.payload if entry.is_payload_kept else None
    digests = bytes.fromhex(link.sha256), bytes.fromhex(link.previous)
    signed = signature_by(entry.event, key_ids)
    return (link.device_id, link.epoch, link.seq, *digests, entry.event_type, now, entry.refused_code, *signed, payload)
