"""Users and sessions in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from fines_api.db import Session
from fines_api.identity.tables import SessionRow, UserRow


class UserRepository:
    """Members of staff."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_username(self, username: str) -> UserRow | None:
        """Find an active user."""
        return self._session.scalar(select(UserRow).where(UserRow.username == username, UserRow.is_active))

    def is_active(self, user_id: UUID) -> bool:
        """Tell whether the user may still log in."""
        return self._session.scalar(select(UserRow.is_active).where(UserRow.id == user_id)) is True

    def is_taken(self, username: str) -> bool:
        """Tell whether the name was ever given."""
        return self._session.scalar(select(UserRow.id).where(UserRow.username == username)) is not None

    def add(self, row: UserRow) -> None:
        """Add a user."""
        self._session.add(row)
        self._session.flush()


class SessionRepository:
    """Open sessions, found by the digest of their token."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: SessionRow) -> None:
        """Add a session."""
        self._session.add(row)
        self._session.flush()

    def live(self, token_digest: str, now: datetime) -> SessionRow | None:
        """Find the session that is neither expired nor revoked and whose user, if any, is still active."""
        return self._session.scalar(
            select(SessionRow)
            .outerjoin(UserRow, SessionRow.user_id == UserRow.id)
            .where(
                SessionRow.token_digest == token_digest,
                SessionRow.revoked_at.is_(None),
                SessionRow.expires_at > now,
                UserRow.id.is_(None) | UserRow.is_active,
            )
        )

    def is_live(self, session_id: UUID, now: datetime) -> bool:
        """Tell whether the session still stands."""
        return (
            self._session.scalar(
                select(SessionRow.id).where(
                    SessionRow.id == session_id, SessionRow.revoked_at.is_(None), SessionRow.expires_at > now
                )
            )
            is not None
        )

    def revoke(self, session_id: UUID, now: datetime) -> None:
        """End one session."""
        self._session.execute(
            update(SessionRow)
            .where(SessionRow.id == session_id, SessionRow.revoked_at.is_(None))
            .values(revoked_at=now)
        )

    def revoke_of(self, role: str, subject: str, now: datetime) -> None:
        """End every session of one subject."""
        self._session.execute(
            update(SessionRow)
            .where(SessionRow.role == role, SessionRow.subject == subject, SessionRow.revoked_at.is_(None))
            .values(revoked_at=now)
        )

    def forget_expired(self, before: datetime) -> None:
        """Delete sessions that ended long ago."""
        self._session.execute(delete(SessionRow).where(SessionRow.expires_at < before))
