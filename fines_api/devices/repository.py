"""Codes, keys and nonces in the database."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.devices.tables import DeviceKeyRow, DeviceNonceRow, EnrolmentCodeRow


class DeviceRepository:
    """Everything known of devices."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_code(self, row: EnrolmentCodeRow) -> None:
        """Keep a fresh code."""
        self._session.add(row)
        self._session.flush()

    def lock_code(self, code_digest: str) -> EnrolmentCodeRow | None:
        """Find a code and hold it until the transaction ends."""
        return self._session.scalar(
            select(EnrolmentCodeRow).where(EnrolmentCodeRow.code_digest == code_digest).with_for_update()
        )

    def key(self, key_id: str) -> DeviceKeyRow | None:
        """Find a key by its id."""
        return self._session.get(DeviceKeyRow, key_id)

    def add_key(self, row: DeviceKeyRow) -> None:
        """Keep a key."""
        self._session.add(row)
        self._session.flush()

    def live_keys(self, device_id: str) -> list[DeviceKeyRow]:
        """Keys of the device that were not revoked, newest first."""
        return list(
            self._session.scalars(
                select(DeviceKeyRow)
                .where(DeviceKeyRow.device_id == device_id, DeviceKeyRow.revoked_at.is_(None))
                .order_by(DeviceKeyRow.enrolled_at.desc())
            )
        )

    def all_keys(self) -> list[DeviceKeyRow]:
        """Every key of every device."""
        return list(self._session.scalars(select(DeviceKeyRow).order_by(DeviceKeyRow.device_id)))

    def revoke_keys(self, device_id: str, reason: str, now: datetime) -> int:
        """Revoke every key of the device; return how many were live."""
        result = self._session.execute(
            update(DeviceKeyRow)
            .where(DeviceKeyRow.device_id == device_id, DeviceKeyRow.revoked_at.is_(None))
            .values(revoked_at=now, revoked_reason=reason)
            .returning(DeviceKeyRow.key_id)
        )
        return len(result.all())

    def use_nonce(self, device_id: str, nonce: str, now: datetime) -> bool:
        """Mark the nonce as used; false when it was used before."""
        result = self._session.execute(
            insert(DeviceNonceRow)
            .values(device_id=device_id, nonce=nonce, seen_at=now)
            .on_conflict_do_nothing()
            .returning(DeviceNonceRow.nonce)
        )
        return result.scalar_one_or_none() is not None

    def forget_nonces(self, before: datetime) -> None:
        """Delete nonces whose assertions are too old to be accepted anyway."""
        self._session.execute(delete(DeviceNonceRow).where(DeviceNonceRow.seen_at < before))
