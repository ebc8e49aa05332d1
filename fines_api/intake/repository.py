"""The door's books in the database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import ARRAY, BigInteger, String, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError, StatementError

from fines_api.db import Session
from fines_api.db.copying import copy_rows
from fines_api.intake.tables import (
    CandidateRow,
    EvidenceObjectRow,
    IntakeAlarmRow,
    IntakeEventRow,
    IntakeGapRow,
    LeavingPictureRow,
    QuarantineRow,
)
from fines_api.kit.errors import InvalidError

INTAKE_LOCK = 7233011


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """What the books say of an event: its digest, the one before, and why it was refused if it was."""

    sha256: str
    previous: str
    refused_code: str | None


class EvidenceRepository:
    """Objects that were stored and read back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, sha256: str) -> EvidenceObjectRow | None:
        """Find an object."""
        return self._session.get(EvidenceObjectRow, sha256)

    def add(self, row: dict[str, Any]) -> None:
        """Note an object; one already noted stays."""
        self._session.execute(insert(EvidenceObjectRow).values(**row).on_conflict_do_nothing())

    def known(self, digests: Iterable[str]) -> set[str]:
        """Tell which of the objects are there."""
        wanted = bindparam("digests", list(digests), ARRAY(String))
        query = select(EvidenceObjectRow.sha256).where(EvidenceObjectRow.sha256 == func.any(wanted))
        return set(self._session.scalars(query))

    def want(self, digests: Iterable[str]) -> None:
        """Keep the objects that are still noted, though their last passage let them go.

        Waits for whoever is deleting one of them; ``known`` asked afterwards tells the outcome.
        """
        row, noted = LeavingPictureRow, EvidenceObjectRow.sha256
        self._session.execute(delete(row).where(row.sha256.in_(list(digests)), row.sha256 == noted))

    def want_back(self, sha256: str) -> None:
        """Let an object stay that is about to be stored again."""
        self._session.execute(delete(LeavingPictureRow).where(LeavingPictureRow.sha256 == sha256))


class IntakeRepository:
    """Events, gaps, alarms and candidates."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock_device(self, device_id: str) -> None:
        """Let one batch of a device in at a time, and let others see when no batch is under way."""
        self._session.execute(
            text("SELECT pg_advisory_xact_lock(7233004, hashtext(:device)), pg_advisory_xact_lock_shared(:intake)"),
            {"device": device_id, "intake": INTAKE_LOCK},
        )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is inside when it fails, and nothing else.

        Raises:
            InvalidError: the database refused the values (``intake.unstorable``).
        """
        try:
            with self._session.begin_nested():
                yield
        except (DataError, IntegrityError, ProgrammingError, psycopg.DataError, psycopg.IntegrityError) as error:
            raise InvalidError("the database cannot hold this event", code="intake.unstorable") from error
        except StatementError as error:
            if error.__class__ is not StatementError:
                raise
            raise InvalidError("the database cannot hold this event", code="intake.unstorable") from error

    def known(self, device_id: str, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], KnownEvent]:
        """Find the events of a device that stand at the places ``(epoch, seq)``."""
        by_epoch: dict[int, list[int]] = {}
        for epoch, seq in places:
            by_epoch.setdefault(epoch, []).append(seq)
        found: dict[tuple[int, int], KnownEvent] = {}
        for epoch, sequences in by_epoch.items():
            query = select(
                IntakeEventRow.epoch,
                IntakeEventRow.seq,
                IntakeEventRow.event_sha256,
                IntakeEventRow.previous_sha256,
                IntakeEventRow.refused_code,
            ).where(
                IntakeEventRow.device_id == device_id,
                IntakeEventRow.epoch == epoch,
                IntakeEventRow.seq == func.any(bindparam("sequences", sequences, ARRAY(BigInteger))),
            )
            for row in self._session.execute(query):
                found[row.epoch, row.seq] = KnownEvent(row[2].hex(), row[3].hex(), row.refused_code)
        return found

    def add_events(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Keep events, their values in the order of the table's columns."""
        copy_rows(self._session, IntakeEventRow, rows)

    def last_seq(self, device_id: str, epoch: int) -> int:
        """Return the greatest sequence number that arrived; 0 when none did."""
        query = select(func.max(IntakeEventRow.seq)).where(
            IntakeEventRow.device_id == device_id, IntakeEventRow.epoch == epoch
        )
        return self._session.scalar(query) or 0

    def add_gap(self, row: IntakeGapRow) -> None:
        """Note a range that has not arrived."""
        self._session.add(row)
        self._session.flush()

    def gap_around(self, device_id: str, epoch: int, seq: int) -> IntakeGapRow | None:
        """Find the open gap a sequence number lies in."""
        return self._session.scalar(
            select(IntakeGapRow).where(
                IntakeGapRow.device_id == device_id,
                IntakeGapRow.epoch == epoch,
                IntakeGapRow.from_seq <= seq,
                IntakeGapRow.to_seq >= seq,
                IntakeGapRow.closed_at.is_(None),
            )
        )

    def open_gaps(self, limit: int) -> list[IntakeGapRow]:
        """List gaps, oldest first."""
        query = select(IntakeGapRow).where(IntakeGapRow.closed_at.is_(None)).order_by(IntakeGapRow.id)
        return list(self._session.scalars(query.limit(limit)))

    def raise_alarm(self, device_id: str, epoch: int, seq: int, *, code: str, detail: str, at: datetime) -> None:
        """Note an alarm once."""
        self._session.execute(
            insert(IntakeAlarmRow)
            .values(device_id=device_id, epoch=epoch, seq=seq, code=code, detail=detail, raised_at=at)
            .on_conflict_do_nothing()
        )

    def alarms(self, limit: int) -> list[IntakeAlarmRow]:
        """List alarms, newest first."""
        return list(self._session.scalars(select(IntakeAlarmRow).order_by(IntakeAlarmRow.id.desc()).limit(limit)))

    def candidate(self, candidate_id: UUID) -> CandidateRow | None:
        """Find a candidate."""
        return self._session.get(CandidateRow, candidate_id)

    def add_candidate(self, row: CandidateRow) -> None:
        """Keep a candidate."""
        self._session.add(row)
        self._session.flush()

    def candidate_passages(self, since: datetime) -> list[UUID]:
        """Passages of the candidates that came since a moment."""
        named = CandidateRow.candidate["passage_id"].astext
        return [UUID(each) for each in self._session.scalars(select(named).where(CandidateRow.received_at >= since))]


class QuarantineRepository:
    """What was refused."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, values: dict[str, Any]) -> None:
        """Keep a refused thing; the same again counts up."""
        statement = insert(QuarantineRow).values(**values)
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["device_id", "kind", "raw_sha256", "code"],
                set_={"times": QuarantineRow.times + 1, "last_at": values["last_at"]},
            )
        )

    def count(self, device_id: str | None = None) -> int:
        """Count refused things, of one device where it is named."""
        query = select(func.count()).select_from(QuarantineRow)
        if device_id is not None:
            query = query.where(QuarantineRow.device_id == device_id)
        return self._session.scalar(query) or 0

    def newest(self, limit: int) -> list[QuarantineRow]:
        """List refused things, newest first."""
        return list(self._session.scalars(select(QuarantineRow).order_by(QuarantineRow.last_at.desc()).limit(limit)))
