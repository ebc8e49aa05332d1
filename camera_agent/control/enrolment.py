"""How a device joins a centre: a one-time code, its public key, and the centre's key kept for ever."""

from camera_agent.clock import Clock
from camera_agent.control.names import check_code, check_name
from camera_agent.control.state import DeviceState, Identity
from camera_agent.errors import DeliveryError, DeviceError
from camera_agent.outbox.centre import Centre, check_address
from recognition.contracts import EvidenceError
from recognition.evidence import VerifyingKey


def enrol(state: DeviceState, centre_url: str, code: str, device_id: str, clock: Clock) -> Identity:
    """Enrol the device and keep what the centre answered.

    Raises:
        AgentError: name or code cannot be right.
        DeviceError: it is enrolled under another name, or its journal is another device's.
        DeliveryError: the centre does not answer, refuses the code, or answers nonsense.
    """
    check_name(device_id, "--device-id")
    check_code(code)
    known = state.identity()
    if known is not None and known.device_id != device_id:
        raise DeviceError(
            f"this device is enrolled as {known.device_id!r} already",
            code="device.other_identity",
            hint="use another --state folder for another device",
        )
    state.journal(device_id, clock).close()  # a journal of another device is found out before the code is spent
    with Centre(centre_url, device_id, state.key(), clock) as centre:
        answer = centre.enrol(code)
    try:
        VerifyingKey.from_pem(answer.centre_public_key_pem)
    except EvidenceError as error:
        raise DeliveryError("the centre's key is not a key", code="centre.answer") from error
    if answer.device_id != device_id:
        raise DeliveryError(f"the centre enrolled {answer.device_id!r}, not {device_id!r}", code="centre.answer")
    return state.save_identity(answer, check_address(centre_url), clock)
