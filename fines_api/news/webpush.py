"""Web push: a message only the browser can open (RFC 8291 over RFC 8188), sent in this node's name (VAPID, RFC 8292).

The push service in between belongs to the browser's maker: what it could learn is that something was sent, and when.
"""

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fines_api.kit.errors import InvalidError
from fines_api.kit.secret import load_or_create_secret
from fines_api.news.addresses import Target
from fines_api.news.posting import Letter

_CURVE = ec.SECP256R1()
_CURVE_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_AUTH_BYTES = 16
_SALT_BYTES = 16
_RECORD_BYTES = 4096
_LAST_RECORD = b"\x02"
_TOKEN_LIFE = timedelta(hours=12)  # RFC 8292 allows 24
_TIME_TO_LIVE_S = 3600


@dataclass(frozen=True)
class PushKeys:
    """The browser's keys: its P-256 point, uncompressed, 65 bytes, and the 16-byte authentication secret."""

    p256dh: bytes
    auth: bytes


def parse_push_keys(p256dh: str, auth: str) -> PushKeys:
    """Read the keys of a ``PushSubscription`` (base64url).

    Raises:
        InvalidError: they are none (``news.push_keys``).
    """
    try:
        keys = PushKeys(_unpacked(p256dh), _unpacked(auth))
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys.p256dh)
    except (ValueError, binascii.Error) as error:
        raise InvalidError("not the keys of a browser's subscription", code="news.push_keys") from error
    if len(keys.auth) != _AUTH_BYTES:
        raise InvalidError(f"the authentication secret has {_AUTH_BYTES} bytes", code="news.push_keys")
    return keys


def encrypt(
    plain: bytes, keys: PushKeys, *, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """Encrypt one message for the browser: one ``aes128gcm`` record with its header.

    Args:
        plain: at most 3,993 bytes.
        keys: of the browser.
        sender: fresh for each message unless a test gives the RFC's own.
        salt: 16 bytes, likewise.
    """
    sender, salt = sender or ec.generate_private_key(_CURVE), salt or secrets.token_bytes(_SALT_BYTES)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys.p256dh)
    sender_point = point(sender)
    shared = sender.exchange(ec.ECDH(), receiver)
    keyed = _derived(shared, keys.auth, b"WebPush: info\x00" + keys.p256dh + sender_point, 32)
    content_key = _derived(keyed, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(keyed, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + _RECORD_BYTES.to_bytes(4, "big") + bytes([len(sender_point)]) + sender_point
    return header + AESGCM(content_key).encrypt(nonce, plain + _LAST_RECORD, None)


def load_vapid_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Return the node's key, by which push services know it; made once.

    Raises:
        ConfigurationError: the file is no secret of this node.
    """
    number = int.from_bytes(load_or_create_secret(path), "big")
    return ec.derive_private_key(1 + number % (_CURVE_ORDER - 1), _CURVE)


def application_server_key(key: ec.EllipticCurvePrivateKey) -> str:
    """Return what a browser's ``subscribe`` wants: the public point in base64url."""
    return _packed(point(key))


def push_letter(
    key: ec.EllipticCurvePrivateKey, contact: str, target: Target, *, keys: PushKeys, plain: bytes, at: datetime
) -> Letter:
    """Make the letter to a push service.

    Args:
        key: of this node.
        contact: ``https:`` or ``mailto:`` address of who runs it, for the push service's operators.
        target: the subscription's endpoint.
        keys: the browser's.
        plain: the message.
        at: moment of this attempt.
    """
    headers = {
        "Authorization": f"vapid t={vapid_token(key, contact, target, at)},k={application_server_key(key)}",
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(_TIME_TO_LIVE_S),
        "Urgency": "high",
    }
    return Letter(headers, encrypt(plain, keys))


def vapid_token(key: ec.EllipticCurvePrivateKey, contact: str, target: Target, at: datetime) -> str:
    """Sign a JWT (ES256) for the push service's origin."""
    origin = f"{target.scheme}://{target.authority.removesuffix(':443')}"
    claims = {"aud": origin, "exp": int((at + _TOKEN_LIFE).timestamp()), "sub": contact}
    signed = ".".join(_packed(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_packed(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public point, uncompressed, 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=size, salt=salt, info=info).derive(secret)


def _packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpacked(text: str) -> bytes:
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
