"""The centre over HTTP, as a device speaks to it: enrolment, sessions by signed assertion, evidence, events."""

import secrets
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import ValidationError

from camera_agent.clock import Clock
from camera_agent.errors import DeliveryError
from recognition.contracts import (
    ASSERTION_PAYLOAD_TYPE,
    Contract,
    DeviceAssertion,
    DeviceSession,
    DsseEnvelope,
    EnrolmentAnswer,
    EnrolmentRequest,
    EventBatch,
    EventBatchAnswer,
)
from recognition.evidence import SigningKey, canonical_bytes, sign_envelope

_TIMEOUT = httpx2.Timeout(10.0, read=60.0, write=60.0)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_UNREACHABLE_HINT = (
    "check the address and the network; nothing is lost, the outbox keeps everything until it is signed for"
)
_REFUSED_HINT = "read the centre's message; camera-agent doctor checks clock, key and enrolment"
_T = TypeVar("_T", bound=Contract)
_ABOUT_THIS_REQUEST = frozenset({400, 409, 411, 413, 415, 422})
_TOO_MANY, _SERVER_ERROR, _NOT_AUTHENTICATED = 429, 500, 401


def check_address(centre_url: str) -> str:
    """Return the address without a trailing slash.

    Raises:
        DeliveryError: it is no address, or plain HTTP beyond this machine (``centre.address``).
    """
    parts = urlsplit(centre_url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return centre_url.rstrip("/")
    raise DeliveryError(
        f"{centre_url!r} cannot be used as a centre",
        code="centre.address",
        hint="use https://…; plain http:// is taken on this machine only (127.0.0.1)",
    )


class Centre:
    """One centre, spoken to by one device."""

    def __init__(self, centre_url: str, device_id: str, key: SigningKey, clock: Clock) -> None:
        self._device_id = device_id
        self._key = key
        self._clock = clock
        self._client = httpx2.Client(base_url=check_address(centre_url), timeout=_TIMEOUT)
        self._token: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def enrol(self, code: str) -> EnrolmentAnswer:
        """Buy a place for this device's key with a one-time code.

        Raises:
            DeliveryError: the centre does not answer or refuses.
        """
        request = EnrolmentRequest(
            code=code,
            device_id=self._device_id,
            public_key_pem=self._key.verifying.pem,
            proof=self._assertion("enrolment"),
        )
        response = self._send("POST", "/v1/devices/enrolment", json=request.model_dump(mode="json"))
        return _parsed(EnrolmentAnswer, response)

    def is_alive(self) -> bool:
        """Tell whether the centre answers at all."""
        try:
            self._send("GET", "/healthz")
        except DeliveryError:
            return False
        return True

    def clock_offset_s(self) -> float | None:
        """Return how far this clock is ahead of the centre's, s (HTTP Date, whole seconds); None = not told."""
        response = self._send("GET", "/healthz")
        try:
            told = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError):
            return None
        return (self._clock.now() - told).total_seconds() - 0.5

    def has_object(self, sha256: str) -> bool:
        """Tell whether the centre holds the evidence with this digest."""
        return self._authorised("HEAD", f"/v1/intake/evidence/{sha256}", expected={404}).status_code != 404  # noqa: PLR2004

    def put_object(self, sha256: str, data: bytes, media_type: str) -> None:
        """Give the centre the evidence with this digest; to give it twice does no harm.

        Raises:
            DeliveryError: also ``evidence.digest_mismatch``, when what arrived is not what the digest names.
        """
        self._authorised("PUT", f"/v1/intake/evidence/{sha256}", content=data, headers={"Content-Type": media_type})

    def send_events(self, envelopes: Sequence[DsseEnvelope], *, is_backlog: bool = False) -> EventBatchAnswer:
        """Offer signed events; the answer is only worth what its receipt's signature says.

        A backlog says of itself that fresh events, also other devices', go before it (RFC 9218, urgency 5 of 7).
        """
        batch = EventBatch(events=tuple(envelopes))
        headers = {"Priority": "u=5"} if is_backlog else None
        response = self._authorised("POST", "/v1/intake/events", json=batch.model_dump(mode="json"), headers=headers)
        return _parsed(EventBatchAnswer, response)

    def _assertion(self, audience: str) -> DsseEnvelope:
        assertion = DeviceAssertion(
            device_id=self._device_id, audience=audience, issued_at=self._clock.now(), nonce=secrets.token_urlsafe(24)
        )
        return sign_envelope(canonical_bytes(assertion), ASSERTION_PAYLOAD_TYPE, self._key)

    def _open_session(self) -> str:
        body = self._assertion("session").model_dump(mode="json")
        return _parsed(DeviceSession, self._send("POST", "/v1/devices/sessions", json=body)).token

    def _authorised(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        expected: frozenset[int] | set[int] = frozenset(),
        **content: Any,
    ) -> httpx2.Response:
        is_new_session = self._token is None
        self._token = self._token or self._open_session()
        bearer = {"Authorization": f"Bearer {self._token}"}
        allowed = {*expected} if is_new_session else {*expected, _NOT_AUTHENTICATED}
        response = self._send(method, path, headers=bearer | (headers or {}), expected=allowed, **content)
        if response.status_code != _NOT_AUTHENTICATED or is_new_session:
            return response
        self._token = None  # it ran out: once more with a new one
        return self._authorised(method, path, headers=headers, expected=expected, **content)

    def _send(
        self, method: str, path: str, *, expected: frozenset[int] | set[int] = frozenset(), **content: Any
    ) -> httpx2.Response:
        try:
            response = self._client.request(method, path, **content)
        except httpx2.TransportError as error:
            raise DeliveryError(
                f"the centre {self._client.base_url} does not answer: {error}", hint=_UNREACHABLE_HINT
            ) from error
        if response.is_success or response.status_code in expected:
            return response
        if response.status_code == _NOT_AUTHENTICATED:
            self._token = None
        raise _refusal(response)


def _refusal(response: httpx2.Response) -> DeliveryError:
    problem = _problem(response)
    is_temporary = response.status_code >= _SERVER_ERROR or response.status_code == _TOO_MANY
    fallback = "centre.unavailable" if is_temporary else "centre.refused"
    detail = problem.get("detail") or problem.get("title") or f"HTTP {response.status_code}"
    return DeliveryError(
        f"the centre answered {response.status_code}: {detail}",
        code=str(problem.get("code") or fallback),
        hint=str(problem.get("hint") or (_UNREACHABLE_HINT if is_temporary else _REFUSED_HINT)),
        retry_after_s=_retry_after_s(response),
        is_refusal=response.status_code in _ABOUT_THIS_REQUEST,
    )


def _problem(response: httpx2.Response) -> dict[str, Any]:
    if "json" not in response.headers.get("content-type", ""):
        return {}
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _retry_after_s(response: httpx2.Response) -> float:
    text = response.headers.get("retry-after", "")
    return min(float(text), 600.0) if text.isdigit() else 0.0


def _parsed(contract: type[_T], response: httpx2.Response) -> _T:
    try:
        return contract.model_validate_json(response.content)
    except ValidationError as error:
        raise DeliveryError(
            f"the centre's answer is not a {contract.__name__}", code="centre.answer", hint=_REFUSED_HINT
        ) from error
