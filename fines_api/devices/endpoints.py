"""``/v1/devices``: enrolment, sessions, revocation."""

from fastapi import APIRouter

from fines_api.devices.schemas import DeviceInfo, EnrolmentCode, EnrolmentCodeRequest, Revocation
from fines_api.devices.service import DeviceService
from fines_api.identity.dependencies import AddressDep, AdministratorUser, NodeDep, RateLimiterDep, SessionDep
from recognition.contracts import DeviceSession, DsseEnvelope, EnrolmentAnswer, EnrolmentRequest, Identifier

router = APIRouter(prefix="/v1/devices", tags=["devices"])
_ENROLMENTS = "20/minute"
_SESSIONS = "600/minute"


@router.post("/enrolment", status_code=201)
def enrol(
    body: EnrolmentRequest, session: SessionDep, node: NodeDep, address: AddressDep, limiter: RateLimiterDep
) -> EnrolmentAnswer:
    """Exchange a one-time code for a place; open because the code is the proof."""
    limiter.check(_ENROLMENTS, "device.enrolment", address)
    return DeviceService(session, node).enrol(body)


@router.post("/sessions", status_code=201)
def open_session(
    body: DsseEnvelope, session: SessionDep, node: NodeDep, address: AddressDep, limiter: RateLimiterDep
) -> DeviceSession:
    """Exchange a signed assertion for a bearer token; open because the signature is the proof."""
    limiter.check(_SESSIONS, "device.session", address)
    return DeviceService(session, node).open_session(body)


@router.post("/enrolment-codes", status_code=201)
def issue_code(
    body: EnrolmentCodeRequest, session: SessionDep, node: NodeDep, user: AdministratorUser
) -> EnrolmentCode:
    """Make a one-time code."""
    return DeviceService(session, node).issue_code(body.device_id, actor=user.actor)


@router.get("")
def devices(session: SessionDep, node: NodeDep, user: AdministratorUser) -> list[DeviceInfo]:  # noqa: ARG001
    """List enrolled devices."""
    return DeviceService(session, node).devices()


@router.post("/{device_id}/revocation", status_code=204)
def revoke(
    device_id: Identifier, body: Revocation, session: SessionDep, node: NodeDep, user: AdministratorUser
) -> None:
    """Shut a device out."""
    DeviceService(session, node).revoke(device_id, body.reason, actor=user.actor)
