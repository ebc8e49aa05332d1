"""How a device proves who it is to the centre."""

from pydantic import Field

from recognition.contracts.base import Contract, Identifier, UtcTime
from recognition.contracts.evidence import DsseEnvelope


class EnrolmentRequest(Contract):
    """Body of ``POST /v1/devices/enrolment``: a one-time code buys a place for one public key."""

    code: str = Field(min_length=16, max_length=128)
    device_id: Identifier
    public_key_pem: str = Field(max_length=1000)
    proof: DsseEnvelope = Field(description="DeviceAssertion signed with the matching private key")


class EnrolmentAnswer(Contract):
    """What the device keeps for ever: the centre's key, to check receipts with."""

    device_id: Identifier
    region: Identifier
    centre_public_key_pem: str


class DeviceAssertion(Contract):
    """Signed by the device to open a session (the pattern of RFC 7523)."""

    device_id: Identifier
    audience: str
    issued_at: UtcTime
    nonce: str = Field(min_length=16, max_length=64)


class DeviceSession(Contract):
    """Answer of ``POST /v1/devices/sessions``: a bearer token, short-lived."""

    token: str
    expires_at: UtcTime
