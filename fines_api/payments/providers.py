"""The provider port, and the sandbox that stands for a bank: it reports money by the same signed callback as any other.

A callback is signed by HMAC-SHA256 over ``<unix seconds>.<body>``; the stamp keeps a recorded one from being
replayed later.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

from fines_api.kit.errors import NotAuthenticatedError, NotFoundError
from fines_api.kit.secret import load_or_create_secret

WINDOW = timedelta(minutes=5)
SANDBOX = "sandbox"
_STAMP = re.compile(r"[0-9]{1,11}")


class Provider(Protocol):
    """One payment provider."""

    @property
    def name(self) -> str:
        """Name in the path of its callbacks."""
        ...

    def checkout_url(self, payment_id: UUID) -> str:
        """Return where the citizen pays."""
        ...

    def secret(self) -> bytes:
        """Return the secret its callbacks are signed with."""
        ...


@dataclass(frozen=True)
class SandboxProvider:
    """Stands for a bank on demonstration nodes; moves no money."""

    public_url: str
    data_dir: Path
    name: str = SANDBOX

    def checkout_url(self, payment_id: UUID) -> str:
        """Return the sandbox's own check-out page."""
        return f"{self.public_url.rstrip('/')}/sandbox/checkout/{payment_id}"

    def secret(self) -> bytes:
        """Return the secret this node made for its sandbox."""
        return load_or_create_secret(self.data_dir / "payments-sandbox.key")


@dataclass(frozen=True)
class SignedCallback:
    """Exact body, stamp and signature of a callback."""

    body: bytes
    timestamp: str
    signature: str


def sign_callback(body: bytes, secret: bytes, now: datetime) -> SignedCallback:
    """Sign a callback as a provider does."""
    timestamp = str(int(now.timestamp()))
    return SignedCallback(body, timestamp, _signature(timestamp, body, secret))


def check_callback(callback: SignedCallback, secret: bytes, now: datetime) -> None:
    """Check stamp and signature.

    Raises:
        NotAuthenticatedError: forged, altered or stale (``payment.callback_refused``).
    """
    expected = _signature(callback.timestamp, callback.body, secret)
    is_signed = hmac.compare_digest(expected.encode(), callback.signature.encode("utf-8", "replace"))
    is_stamp = _STAMP.fullmatch(callback.timestamp) is not None
    is_fresh = is_stamp and abs(now - datetime.fromtimestamp(int(callback.timestamp), UTC)) <= WINDOW
    if not (is_signed and is_fresh):
        raise NotAuthenticatedError(
            "the callback is not signed by the provider, or not now",
            hint="check the shared secret and the clock of the provider",
            code="payment.callback_refused",
        )


def provider_named(name: str, providers: tuple[Provider, ...]) -> Provider:
    """Return the provider of that name.

    Raises:
        NotFoundError: this node knows none.
    """
    for provider in providers:
        if provider.name == name:
            return provider
    raise NotFoundError("no such payment provider", code="payment.provider")


def _signature(timestamp: str, body: bytes, secret: bytes) -> str:
    return hmac.new(secret, timestamp.encode("utf-8", "replace") + b"." + body, hashlib.sha256).hexdigest()
