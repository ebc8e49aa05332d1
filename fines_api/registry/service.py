"""The local register: import, look up by plate, and prove that somebody holds the registration certificate."""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID, uuid4

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.schemas import Role, SessionOpened
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import NotAuthenticatedError
from fines_api.kit.secret import load_or_create_secret
from fines_api.node import Node
from fines_api.registry.repository import VehicleRepository
from fines_api.registry.schemas import Vehicle, VehicleImport
from fines_api.registry.tables import VehicleRow
from recognition.contracts import PlateKey, VehicleClass
from recognition.plates import canonical

CITIZEN_SESSION = timedelta(minutes=30)


class RegistryService:
    """Vehicles of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._vehicles = VehicleRepository(session)

    def register(self, line: VehicleImport, *, source: str, actor: str) -> UUID:
        """Add a vehicle, or bring the known one up to date."""
        values = {
            "certificate_digest": self._digest(line.plate, line.certificate_number.get_secret_value()),
            "make": line.make,
            "model": line.model,
            "colour": line.colour,
            "vehicle_class": line.vehicle_class.value,
            "source": source,
            "imported_at": self._node.clock.now(),
        }
        row = self._vehicles.by_plate(line)
        if row is None:
            row = VehicleRow(vehicle_id=uuid4(), plate=line.plate, plate_region=line.plate_region,
                             plate_type=line.plate_type, **values)  # fmt: skip
            self._vehicles.add(row)
        else:
            for name, value in values.items():
                setattr(row, name, value)
        audit.record(self._session, self._node, actor, "registry:vehicle:imported", str(row.vehicle_id))
        return row.vehicle_id

    def vehicle_of(self, key: PlateKey) -> Vehicle | None:
        """Return what is registered under the plate, or None: the register knows no such plate."""
        row = self._vehicles.by_plate(key)
        return _to_vehicle(row) if row else None

    def vehicle(self, vehicle_id: UUID) -> Vehicle | None:
        """Return one vehicle."""
        row = self._vehicles.get(vehicle_id)
        return _to_vehicle(row) if row else None

    def open_citizen_session(self, plate: str, certificate_number: str) -> SessionOpened:
        """Open a session for whoever holds the registration certificate of that plate.

        The work is one HMAC and one index look-up whether the car exists or not, and the refusal is the same.

        Raises:
            NotAuthenticatedError: no such car, or not its certificate: nobody learns which (``citizen.unknown``).
        """
        row = self._vehicles.by_certificate(self._digest(canonical(plate), certificate_number))
        if row is None:
            raise NotAuthenticatedError(
                "plate and registration certificate do not belong together",
                hint="copy both from the registration certificate",
                code="citizen.unknown",
            )
        subject = str(row.vehicle_id)
        return IdentityService(self._session, self._node).open_session(Role.CITIZEN, subject, lifetime=CITIZEN_SESSION)

    def _digest(self, plate: str, certificate_number: str) -> str:
        key = load_or_create_secret(self._node.settings.data_dir / "registry.key")
        text = f"{plate}\0{canonical(certificate_number)}"
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _to_vehicle(row: VehicleRow) -> Vehicle:
    return Vehicle(
        vehicle_id=row.vehicle_id,
        plate=PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type),
        make=row.make,
        model=row.model,
        colour=row.colour,
        vehicle_class=VehicleClass(row.vehicle_class),
        source=row.source,
    )
