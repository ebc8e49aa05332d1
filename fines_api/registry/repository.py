"""Queries over registered vehicles."""

from uuid import UUID

from sqlalchemy import select

from fines_api.db import Session
from fines_api.registry.tables import VehicleRow
from recognition.contracts import PlateKey


class VehicleRepository:
    """Vehicles of the local register."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: VehicleRow) -> None:
        """Add a vehicle."""
        self._session.add(row)
        self._session.flush()

    def get(self, vehicle_id: UUID) -> VehicleRow | None:
        """Find by id."""
        return self._session.get(VehicleRow, vehicle_id)

    def by_plate(self, key: PlateKey) -> VehicleRow | None:
        """Find by (country, type, text)."""
        return self._session.scalar(
            select(VehicleRow).where(
                VehicleRow.plate_region == key.plate_region,
                VehicleRow.plate_type == key.plate_type,
                VehicleRow.plate == key.plate,
            )
        )

    def by_certificate(self, digest: str) -> VehicleRow | None:
        """Find by the digest of plate and certificate together: one index look-up, hit or miss."""
        return self._session.scalar(select(VehicleRow).where(VehicleRow.certificate_digest == digest))
