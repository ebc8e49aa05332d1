"""Enrol a device once, let it in by its signature, shut it out when it is lost."""

from datetime import timedelta

from pydantic import ValidationError

from fines_api import audit
from fines_api.db import Session
from fines_api.devices.repository import DeviceRepository
from fines_api.devices.schemas import DeviceInfo, EnrolmentCode
from fines_api.devices.tables import DeviceKeyRow, EnrolmentCodeRow
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import NotAuthenticatedError, NotFoundError
from fines_api.kit.ids import new_token, token_digest
from fines_api.node import Node
from recognition.contracts import (
    ASSERTION_PAYLOAD_TYPE,
    DeviceAssertion,
    DeviceSession,
    DsseEnvelope,
    EnrolmentAnswer,
    EnrolmentRequest,
    EvidenceError,
)
from recognition.evidence import VerifyingKey, open_envelope

CODE_LIFETIME = timedelta(hours=72)
DEVICE_SESSION = timedelta(hours=1)
ASSERTION_WINDOW = timedelta(minutes=5)
_REFUSED = "the device is not let in"
_HINT = "check the device's clock and that it is enrolled in this region and not revoked"


class DeviceService:
    """Devices of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._devices = DeviceRepository(session)

    def issue_code(self, device_id: str, *, actor: str) -> EnrolmentCode:
        """Make a one-time enrolment code for one device id."""
        code, now = new_token(), self._node.clock.now()
        row = EnrolmentCodeRow(
            code_digest=token_digest(code), device_id=device_id, created_at=now, expires_at=now + CODE_LIFETIME,
            used_at=None, used_by_key=None,
        )  # fmt: skip
        self._devices.add_code(row)
        audit.record(self._session, self._node, actor, "devices:code:issued", device_id)
        return EnrolmentCode(code=code, device_id=device_id, expires_at=row.expires_at)

    def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        """Register the device's key; the same request repeated gives the same answer.

        Raises:
            NotAuthenticatedError: wrong, used or expired code, or the proof is not signed by the key.
            EvidenceError: the key is not an Ed25519 public key.
        """
        key = VerifyingKey.from_pem(request.public_key_pem)
        self._open_assertion(request.proof, key, request.device_id, "enrolment")
        now = self._node.clock.now()
        code = self._devices.lock_code(token_digest(request.code))
        is_repeat = code is not None and code.used_by_key == key.key_id
        is_fresh = code is not None and code.used_at is None and code.expires_at > now
        if code is None or code.device_id != request.device_id or not (is_repeat or is_fresh):
            raise NotAuthenticatedError(
                "the enrolment code is wrong, used or expired", hint="issue a new one", code="device.code"
            )
        if not is_repeat:
            self._register(key, request.device_id)
            code.used_at, code.used_by_key = now, key.key_id
        return EnrolmentAnswer(
            device_id=request.device_id,
            region=self._node.settings.region,
            centre_public_key_pem=self._node.key.verifying.pem,
        )

    def open_session(self, proof: DsseEnvelope) -> DeviceSession:
        """Open a session for a freshly signed assertion.

        Raises:
            NotAuthenticatedError: unknown or revoked device, bad signature, stale or used assertion.
        """
        device_id = self._claimed_device(proof)
        keys = self.verifying_keys(device_id)
        if not keys:
            raise NotAuthenticatedError(_REFUSED, hint=_HINT, code="device.refused")
        assertion = self._open_assertion(proof, keys[0], device_id, "session")
        now = self._node.clock.now()
        self._devices.forget_nonces(now - 3 * ASSERTION_WINDOW)
        if not self._devices.use_nonce(device_id, assertion.nonce, now):
            raise NotAuthenticatedError("the assertion was used before", hint=_HINT, code="device.replay")
        opened = IdentityService(self._session, self._node).open_session(
            Role.DEVICE, device_id, lifetime=DEVICE_SESSION
        )
        return DeviceSession(token=opened.token, expires_at=opened.expires_at)

    def verifying_keys(self, device_id: str) -> list[VerifyingKey]:
        """Keys whose signatures count for this device, the current one first."""
        return [VerifyingKey.from_pem(row.public_key_pem) for row in self._devices.live_keys(device_id)]

    def revoke(self, device_id: str, reason: str, *, actor: str) -> None:
        """Shut a lost or compromised device out at once.

        Raises:
            NotFoundError: there is no such enrolled device.
        """
        if not self._devices.revoke_keys(device_id, reason, self._node.clock.now()):
            raise NotFoundError(f"no enrolled device {device_id}")
        IdentityService(self._session, self._node).end_all(Role.DEVICE, device_id)
        audit.record(self._session, self._node, actor, "devices:device:revoked", device_id, {"reason": reason})

    def devices(self) -> list[DeviceInfo]:
        """List every enrolled key."""
        return [DeviceInfo.model_validate(row, from_attributes=True) for row in self._devices.all_keys()]

    def _register(self, key: VerifyingKey, device_id: str) -> None:
        known = self._devices.key(key.key_id)
        if known is not None:
            raise NotAuthenticatedError("this key was enrolled before", hint="make a new key", code="device.key_known")
        self._devices.add_key(
            DeviceKeyRow(
                key_id=key.key_id,
                device_id=device_id,
                public_key_pem=key.pem,
                enrolled_at=self._node.clock.now(),
                revoked_at=None,
                revoked_reason=None,
            )
        )
        audit.record(
            self._session, self._node, f"device:{device_id}", "devices:device:enrolled", device_id, {"key": key.key_id}
        )

    def _claimed_device(self, proof: DsseEnvelope) -> str:
        key_id = proof.signatures[0].keyid
        row = self._devices.key(key_id)
        if row is None or row.revoked_at is not None:
            raise NotAuthenticatedError(_REFUSED, hint=_HINT, code="device.refused")
        return row.device_id

    def _open_assertion(self, proof: DsseEnvelope, key: VerifyingKey, device_id: str, audience: str) -> DeviceAssertion:
        try:
            assertion = DeviceAssertion.model_validate_json(open_envelope(proof, ASSERTION_PAYLOAD_TYPE, [key]))
        except (EvidenceError, ValidationError) as error:
            raise NotAuthenticatedError(_REFUSED, hint=_HINT, code="device.refused") from error
        is_fresh = abs(assertion.issued_at - self._node.clock.now()) <= ASSERTION_WINDOW
        if assertion.device_id != device_id or assertion.audience != audience or not is_fresh:
            raise NotAuthenticatedError(_REFUSED, hint=_HINT, code="device.refused")
        return assertion
