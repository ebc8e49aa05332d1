"""Identifiers and secrets: UUIDv7 (RFC 9562) for rows, unguessable tokens for people and devices."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 74


def uuid7(moment: datetime) -> UUID:
    """Make a time-ordered UUIDv7 for the moment (millisecond resolution, 74 random bits)."""
    milliseconds = int(moment.timestamp() * 1000) & ((1 << 48) - 1)
    random = secrets.randbits(_RANDOM_BITS)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


def new_token() -> str:
    """Make a 256-bit URL-safe secret."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Digest under which a secret is stored; the secret itself never is."""
    return hashlib.sha256(token.encode()).hexdigest()
