"""Log in, open and end sessions.  A wrong name and a wrong password cost the same time and look the same."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.repository import SessionRepository, UserRepository
from fines_api.identity.schemas import STAFF_ROLES, Principal, Role, SessionOpened
from fines_api.identity.tables import SessionRow, UserRow
from fines_api.kit.errors import ConflictError, InvalidError
from fines_api.kit.ids import new_token, token_digest, uuid7
from fines_api.node import Node

STAFF_SESSION = timedelta(hours=10)
MIN_PASSWORD_CHARACTERS = 10
_KEEP_EXPIRED = timedelta(days=30)
_HASHER = PasswordHasher()
_NOBODY_HASH = _HASHER.hash(new_token())
_MAX_USERNAME = 64


def csrf_token(token: str) -> str:
    """Derive the anti-forgery token of a cookie session; a page that cannot read the cookie cannot make it."""
    return hmac.new(token.encode(), b"rubezh csrf v1", hashlib.sha256).hexdigest()


class IdentityService:
    """Users and sessions of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._users = UserRepository(session)
        self._sessions = SessionRepository(session)

    def create_user(self, username: str, password: str, role: Role, *, actor: str) -> UUID:
        """Add a member of staff.

        Raises:
            ConflictError: the name is taken (``user.exists``).
            InvalidError: weak password, bad name, or a role that is not staff.
        """
        if role not in STAFF_ROLES:
            raise InvalidError(
                f"{role} is not a role of staff", code="user.role", hint="officer, police, administrator, auditor"
            )
        if not username or len(username) > _MAX_USERNAME or not username.isprintable() or ":" in username:
            raise InvalidError("the user name must be 1 to 64 printable characters, no colon", code="user.name")
        if len(password) < MIN_PASSWORD_CHARACTERS:
            raise InvalidError(f"the password needs {MIN_PASSWORD_CHARACTERS} characters or more", code="user.password")
        if self._users.is_taken(username):
            raise ConflictError(f"there is a user {username}", hint="choose another name", code="user.exists")
        now = self._node.clock.now()
        row = UserRow(
            id=uuid7(now), username=username, password_hash=_HASHER.hash(password), role=role, is_active=True,
            created_at=now,
        )  # fmt: skip
        self._users.add(row)
        audit.record(self._session, self._node, actor, "identity:user:created", str(row.id), {"role": role})
        return row.id

    def user_id_of(self, username: str) -> UUID | None:
        """Return the id of an active member of staff, or ``None``."""
        row = self._users.by_username(username)
        return row.id if row else None

    def log_in(self, username: str, password: str) -> SessionOpened | None:
        """Open a session for the right name and password; ``None`` otherwise, after the same work."""
        user = self._users.by_username(username)
        try:
            _HASHER.verify(user.password_hash if user else _NOBODY_HASH, password)
        except (VerificationError, InvalidHashError):
            return None
        if user is None:
            return None
        opened = self.open_session(Role(user.role), user.username, lifetime=STAFF_SESSION, user_id=user.id)
        audit.record(self._session, self._node, f"{user.role}:{user.username}", "identity:session:opened", str(user.id))
        return opened

    def open_session(
        self,
        role: Role,
        subject: str,
        *,
        lifetime: timedelta,
        claims: Mapping[str, Any] | None = None,
        user_id: UUID | None = None,
    ) -> SessionOpened:
        """Open a session for a subject proven elsewhere (a device's signature, a citizen's certificate)."""
        token, now = new_token(), self._node.clock.now()
        self._sessions.forget_expired(now - _KEEP_EXPIRED)
        row = SessionRow(
            id=uuid7(now), token_digest=token_digest(token), user_id=user_id, role=role, subject=subject,
            claims=dict(claims or {}), created_at=now, expires_at=now + lifetime, revoked_at=None,
        )  # fmt: skip
        self._sessions.add(row)
        return SessionOpened(token=token, role=role, expires_at=row.expires_at)

    def principal(self, token: str) -> Principal | None:
        """Return who holds this token, or ``None``."""
        row = self._sessions.live(token_digest(token), self._node.clock.now())
        if row is None:
            return None
        return Principal(
            session_id=row.id, role=Role(row.role), subject=row.subject, user_id=row.user_id, claims=row.claims,
            csrf_token=csrf_token(token),
        )  # fmt: skip

    def is_live(self, principal: Principal) -> bool:
        """Tell whether the principal's session still stands (long streams ask again and again)."""
        return self._sessions.is_live(principal.session_id, self._node.clock.now())

    def is_active(self, user_id: UUID) -> bool:
        """Tell whether a member of staff may still log in (what reaches them unasked asks this each time)."""
        return self._users.is_active(user_id)

    def end(self, principal: Principal) -> None:
        """Revoke the session."""
        self._sessions.revoke(principal.session_id, self._node.clock.now())
        audit.record(self._session, self._node, principal.actor, "identity:session:ended", str(principal.session_id))

    def end_all(self, role: Role, subject: str) -> None:
        """Revoke every session of one subject."""
        self._sessions.revoke_of(role, subject, self._node.clock.now())
