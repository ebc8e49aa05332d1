"""Webhooks by the Standard Webhooks specification: ids that stay, times, and HMAC-SHA256 signatures (version 1)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from fines_api.news.posting import Letter

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """Make a signing secret: ``whsec_`` and 32 random bytes in base64 (the specification asks for 24 to 64)."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """Sign ``id.timestamp.body``: ``v1,`` and the base64 of its HMAC-SHA256."""
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    content = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def webhook_letter(signing_secrets: tuple[str, ...], message_id: str, at: datetime, body: bytes) -> Letter:
    """Make the letter; while a secret is being exchanged it is signed by both, and either verifies it.

    Args:
        signing_secrets: ``whsec_…``, the newest first.
        message_id: the same for every attempt and every receiver of one event; without a full stop.
        at: moment of this attempt; receivers refuse what is more than some minutes off.
        body: JSON, exactly as it is sent.
    """
    signatures = " ".join(signature(secret, message_id, at, body) for secret in signing_secrets)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures,
    }
    return Letter(headers, body)
