"""A small centre that speaks the device protocol over real HTTP, with faults to order."""

import socket
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

from recognition.contracts import (
    ASSERTION_PAYLOAD_TYPE,
    EVENT_PAYLOAD_TYPE,
    RECEIPT_PAYLOAD_TYPE,
    CloudEvent,
    DeviceAssertion,
    DeviceSession,
    DsseEnvelope,
    EnrolmentAnswer,
    EnrolmentRequest,
    EventBatch,
    EventBatchAnswer,
    IntakeResult,
    IntakeStatus,
    Receipt,
)
from recognition.evidence import SigningKey, VerifyingKey, canonical_bytes, open_envelope, sha256_hex, sign_envelope

CODE = "rig-enrolment-code-0001"


def problem(status: int, code: str, **headers: str) -> Response:
    body = f'{{"type":"about:blank","title":"{code}","status":{status},"detail":"{code}","code":"{code}"}}'
    return Response(body, status, headers=headers, media_type="application/problem+json")


class SmallCentre:
    """Keeps everything in memory; ``faults`` are taken one by one, by name."""

    def __init__(self) -> None:
        self.key = SigningKey.generate()
        self.devices: dict[str, VerifyingKey] = {}
        self.tokens: dict[str, str] = {}
        self.objects: dict[str, bytes] = {}
        self.refused_objects: dict[str, bytes] = {}
        self.events: dict[tuple[str, int, int], CloudEvent] = {}
        self.hashes: dict[tuple[str, int, int], str] = {}
        self.quarantined: list[int] = []
        self.duplicates = 0
        self.order: list[str] = []
        self.faults: Counter[str] = Counter()
        self.poison_seq: int | None = None
        self.app = FastAPI()
        self._add_doors(self.app)
        self._add_evidence(self.app)
        self._add_events(self.app)
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(self.app, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _takes(self, fault: str) -> bool:
        if not self.faults[fault]:
            return False
        self.faults[fault] -= 1
        return True

    def _device(self, request: Request) -> str | None:
        return self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def _add_doors(self, app: FastAPI) -> None:
        @app.get("/healthz")
        def health() -> dict[str, str]:
            return {"status": "ok"}

        @app.post("/v1/devices/enrolment", status_code=201)
        def enrol(body: EnrolmentRequest) -> Any:
            key = VerifyingKey.from_pem(body.public_key_pem)
            open_envelope(body.proof, ASSERTION_PAYLOAD_TYPE, [key])
            if body.code != CODE:
                return problem(403, "enrolment.code")
            self.devices[body.device_id] = key
            return EnrolmentAnswer(device_id=body.device_id, region="50", centre_public_key_pem=self.key.verifying.pem)

        @app.post("/v1/devices/sessions", status_code=201)
        def session(body: DsseEnvelope) -> Any:
            payload = open_envelope(body, ASSERTION_PAYLOAD_TYPE, self.devices.values())
            assertion = DeviceAssertion.model_validate_json(payload)
            if assertion.audience != "session":
                return problem(401, "auth.required")
            token = f"token-{len(self.tokens):04d}"
            self.tokens[token] = assertion.device_id
            return DeviceSession(token=token, expires_at=datetime.now(UTC) + timedelta(hours=1))

    def _add_evidence(self, app: FastAPI) -> None:
        @app.head("/v1/intake/evidence/{digest}")
        def has(digest: str, request: Request) -> Response:
            if self._device(request) is None:
                return problem(401, "auth.required")
            return Response(status_code=200 if digest in self.objects else 404)

        @app.put("/v1/intake/evidence/{digest}")
        async def put(digest: str, request: Request) -> Response:
            data = await request.body()
            if self._device(request) is None:
                return problem(401, "auth.required")
            if self._takes("put.503"):
                return problem(503, "unavailable", **{"Retry-After": "0"})
            if sha256_hex(data) != digest:
                self.refused_objects[digest] = data
                return problem(422, "evidence.digest_mismatch")
            self.order.append(request.headers["content-type"])
            is_known = digest in self.objects
            self.objects[digest] = data
            return Response(status_code=200 if is_known else 201)

    def _add_events(self, app: FastAPI) -> None:
        @app.post("/v1/intake/events")
        def events(batch: EventBatch, request: Request) -> Any:
            device = self._device(request)
            if device is None or self._takes("events.401"):
                self.tokens.clear()
                return problem(401, "auth.required")
            if self._takes("events.503"):
                return problem(503, "database.unavailable", **{"Retry-After": "0"})
            if self.poison_seq is not None and any(
                self._parse(device, e).rubezhseq == self.poison_seq for e in batch.events
            ):
                return problem(422, "intake.malformed")
            results = tuple(self._take(device, envelope) for envelope in batch.events)
            if self._takes("events.lost_answer"):
                return problem(500, "internal")
            key = SigningKey.generate() if self._takes("receipt.forged") else self.key
            told = results[:-1] if self._takes("receipt.other_results") else results
            receipt = Receipt(device_id=device, region="50", issued_at=datetime.now(UTC), results=told)
            return EventBatchAnswer(
                results=results, receipt=sign_envelope(canonical_bytes(receipt), RECEIPT_PAYLOAD_TYPE, key)
            )

    def _parse(self, device: str, envelope: DsseEnvelope) -> CloudEvent:
        payload = open_envelope(envelope, EVENT_PAYLOAD_TYPE, [self.devices[device]])
        return CloudEvent.model_validate_json(payload)

    def _take(self, device: str, envelope: DsseEnvelope) -> IntakeResult:
        event = self._parse(device, envelope)
        digest = sha256_hex(canonical_bytes(event))
        place = (device, event.rubezhepoch, event.rubezhseq)

        def result(status: IntakeStatus, code: str | None = None) -> IntakeResult:
            return IntakeResult(epoch=place[1], seq=place[2], event_sha256=digest, status=status, code=code)

        named = [image["sha256"] for image in event.data.get("images", ())]
        named += [event.data["package_sha256"]] if "package_sha256" in event.data else []
        if any(name not in self.objects for name in named):
            return result(IntakeStatus.RETRY, "evidence.missing")
        if self._takes("events.unplaced"):
            return IntakeResult(epoch=0, seq=0, event_sha256=digest, status=IntakeStatus.QUARANTINED, code="unsigned")
        if self._takes("events.quarantine"):
            self.quarantined.append(place[2])
            return result(IntakeStatus.QUARANTINED, "intake.test")
        if place in self.events:
            self.duplicates += 1
            is_same = self.hashes[place] == digest
            return result(IntakeStatus.DUPLICATE if is_same else IntakeStatus.QUARANTINED)
        self.events[place], self.hashes[place] = event, digest
        return result(IntakeStatus.ACCEPTED)


__all__ = ["CODE", "SmallCentre"]
