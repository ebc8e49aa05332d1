"""Queries over decrees and their numbers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.decrees.tables import DecreeCounterRow, DecreeRow
from recognition.contracts import PlateKey


class DecreeRepository:
    """Decrees of one region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next_sequence(self, region: str, year: int) -> int:
        """Take the next number; the row stays locked until the transaction ends, so no number is ever skipped."""
        statement = (
            insert(DecreeCounterRow)
            .values(region=region, year=year, last=1)
            .on_conflict_do_update(index_elements=["region", "year"], set_={"last": DecreeCounterRow.last + 1})
            .returning(DecreeCounterRow.last)
        )
        return self._session.execute(statement).scalar_one()

    def add(self, row: DecreeRow) -> None:
        """Add a decree."""
        self._session.add(row)
        self._session.flush()

    def get(self, decree_id: UUID) -> DecreeRow | None:
        """Find a decree."""
        return self._session.get(DecreeRow, decree_id)

    def lock(self, decree_id: UUID) -> DecreeRow | None:
        """Find a decree and keep others from it until the transaction ends."""
        return self._session.scalar(
            select(DecreeRow)
            .where(DecreeRow.decree_id == decree_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    def of_case(self, case_id: UUID) -> DecreeRow | None:
        """Find the decree of a case."""
        return self._session.scalar(select(DecreeRow).where(DecreeRow.case_id == case_id))

    def of_plate(self, key: PlateKey) -> Sequence[DecreeRow]:
        """List the decrees issued to a plate, newest first."""
        return self._session.scalars(
            select(DecreeRow)
            .where(
                DecreeRow.plate == key.plate,
                DecreeRow.plate_region == key.plate_region,
                DecreeRow.plate_type == key.plate_type,
            )
            .order_by(DecreeRow.issued_at.desc(), DecreeRow.decree_id)
        ).all()

    def of_vehicle(self, vehicle_id: UUID, key: PlateKey) -> Sequence[DecreeRow]:
        """List the decrees of one vehicle: issued to it, or to its plate before the register knew the vehicle."""
        is_plate = (
            (DecreeRow.plate_region == key.plate_region)
            & (DecreeRow.plate_type == key.plate_type)
            & (DecreeRow.plate == key.plate)
        )
        return self._session.scalars(
            select(DecreeRow)
            .where(or_(DecreeRow.vehicle_id == vehicle_id, DecreeRow.vehicle_id.is_(None) & is_plate))
            .order_by(DecreeRow.issued_at.desc(), DecreeRow.decree_id)
        ).all()
