"""How a device gets in, and how others do not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fines_api.devices.service import DeviceService
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from recognition.contracts import ASSERTION_PAYLOAD_TYPE, DeviceAssertion, EnrolmentRequest
from recognition.evidence import SigningKey, canonical_bytes, sign_envelope

pytestmark = pytest.mark.integration


def request_body(
    node: Node, code: str, key: SigningKey, *, device_id: str = "cam-x", signer: SigningKey | None = None
) -> dict[str, Any]:
    assertion = DeviceAssertion(device_id=device_id, audience="enrolment", issued_at=node.clock.now(), nonce="n" * 16)
    proof = sign_envelope(canonical_bytes(assertion), ASSERTION_PAYLOAD_TYPE, signer or key)
    request = EnrolmentRequest(code=code, device_id=device_id, public_key_pem=key.verifying.pem, proof=proof)
    return request.model_dump(mode="json")


@pytest.fixture
def code(client: Any, log_in: Callable[..., Any]) -> str:
    answer = client.post("/v1/devices/enrolment-codes", json={"device_id": "cam-x"}, headers=log_in(Role.ADMINISTRATOR))
    assert answer.status_code == 201
    return str(answer.json()["code"])


def enrol(client: Any, body: dict[str, Any]) -> Any:
    return client.post("/v1/devices/enrolment", json=body)


def test_a_code_works_once_and_its_own_repetition_gives_the_same_answer(client: Any, node: Node, code: str) -> None:
    body = request_body(node, code, SigningKey.generate())
    first, second = enrol(client, body), enrol(client, body)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first.json()["region"] == "77"
    assert first.json()["centre_public_key_pem"] == node.key.verifying.pem
    other = enrol(client, request_body(node, code, SigningKey.generate()))
    assert (other.status_code, other.json()["code"]) == (401, "device.code")


def test_the_proof_must_be_of_the_key_and_the_code_of_the_device(client: Any, node: Node, code: str) -> None:
    key = SigningKey.generate()
    stolen_key = request_body(node, code, key, signer=SigningKey.generate())
    assert enrol(client, stolen_key).json()["code"] == "device.refused"
    assert enrol(client, request_body(node, code, key, device_id="cam-y")).json()["code"] == "device.code"
    assert enrol(client, request_body(node, "x" * 43, key)).json()["code"] == "device.code"
    no_key = request_body(node, code, key) | {"public_key_pem": "not a key"}
    assert enrol(client, no_key).status_code == 422
    assert enrol(client, request_body(node, code, key)).status_code == 201


def test_a_code_goes_stale(client: Any, node: Node, clock: FixedClock, code: str) -> None:
    clock.advance(timedelta(hours=73))
    assert enrol(client, request_body(node, code, SigningKey.generate())).json()["code"] == "device.code"


def test_one_key_is_one_device(client: Any, node: Node, code: str) -> None:
    key = SigningKey.generate()
    assert enrol(client, request_body(node, code, key)).status_code == 201
    with node.database.begin() as session:
        again = DeviceService(session, node).issue_code("cam-z", actor="test").code
    assert enrol(client, request_body(node, again, key, device_id="cam-z")).json()["code"] == "device.key_known"


def test_sessions_open_for_fresh_signed_assertions_only(
    client: Any, node: Node, clock: FixedClock, device: Any
) -> None:
    def attempt(envelope: Any) -> Any:
        return client.post("/v1/devices/sessions", json=envelope.model_dump())

    used = device.assertion("session")
    assert attempt(used).status_code == 201
    assert attempt(used).json()["code"] == "device.replay"
    assert attempt(device.assertion("enrolment")).json()["code"] == "device.refused"
    assert attempt(device.assertion("session", device_id="cam-b")).json()["code"] == "device.refused"
    stale = device.assertion("session", issued_at=clock.now() - timedelta(minutes=6))
    assert attempt(stale).json()["code"] == "device.refused"
    device.key = SigningKey.generate()
    assert attempt(device.assertion("session")).json()["code"] == "device.refused"


def test_a_device_session_ends_after_an_hour(client: Any, clock: FixedClock, device: Any, build: Any) -> None:
    assert device.put(build.jpeg()).status_code == 201
    clock.advance(timedelta(minutes=61))
    assert device.put(build.jpeg()).status_code == 401
    device.open_session()
    assert device.put(build.jpeg()).status_code == 200


def test_people_cannot_upload_and_devices_cannot_read(
    client: Any, device: Any, build: Any, log_in: Callable[..., Any]
) -> None:
    device_headers = device.headers
    for role in (Role.POLICE, Role.OFFICER, Role.ADMINISTRATOR):
        headers = log_in(role)
        device.token = headers["Authorization"].removeprefix("Bearer ")
        assert device.put(build.jpeg()).status_code == 403
        assert client.post("/v1/intake/events", json={"events": []}, headers=headers).status_code == 403
    for path in ("/v1/hits", "/v1/passages", "/v1/quarantine", "/v1/devices", "/v1/sites"):
        assert client.get(path, headers=device_headers).status_code == 403


def test_a_new_code_brings_a_revoked_device_back_with_a_new_key(
    client: Any, node: Node, make_device: Any, log_in: Callable[..., Any]
) -> None:
    old, administrator = make_device("cam-a"), log_in(Role.ADMINISTRATOR)
    revocation = {"reason": "opened by strangers"}
    assert client.post("/v1/devices/cam-a/revocation", json=revocation, headers=administrator).status_code == 204
    assert client.post("/v1/devices/cam-a/revocation", json=revocation, headers=administrator).status_code == 404
    new = make_device("cam-a")
    assert new.key.verifying.key_id != old.key.verifying.key_id
    listed = client.get("/v1/devices", headers=administrator).json()
    assert sorted(each["revoked_at"] is None for each in listed) == [False, True]
