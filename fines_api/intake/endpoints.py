"""``/v1/intake``: evidence and events from devices; ``/v1/quarantine``: what was refused, for administrators."""

from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from fines_api.identity.dependencies import AdministratorUser, DeviceUser, NodeDep, SessionDep
from fines_api.identity.schemas import Principal, Role
from fines_api.identity.service import IdentityService
from fines_api.intake.admission import DeviceBudgets, IntakeGate, is_backlog
from fines_api.intake.evidence import EvidenceService, check_evidence
from fines_api.intake.policy import KEPT_RAW_BYTES, MAX_EVIDENCE_BYTES, split_batch
from fines_api.intake.quarantine import MAX_LIST, QuarantineService
from fines_api.intake.schemas import IntakeHealth, QuarantineList, RefusedKind
from fines_api.intake.service import IntakeService, signed_answer
from fines_api.kit.errors import ForbiddenError, InvalidError, NotAuthenticatedError
from fines_api.node import Node

router = APIRouter(prefix="/v1", tags=["intake"])
DigestPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
_MEMORY_BYTES = 1024 * 1024


def uploading_device(request: Request, node: NodeDep) -> Principal:
    """Tell which device uploads, in a transaction of its own: none may stay open while a slow body arrives.

    Raises:
        NotAuthenticatedError: no live session.
        ForbiddenError: the session is no device's.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with node.database.begin() as session:
        principal = IdentityService(session, node).principal(token) if scheme.lower() == "bearer" and token else None
    if principal is None:
        raise NotAuthenticatedError("no device session", hint="POST /v1/devices/sessions")
    if principal.role is not Role.DEVICE:
        raise ForbiddenError("for devices only")
    return principal


UploadingDevice = Annotated[Principal, Depends(uploading_device)]


@router.head("/intake/evidence/{sha256}")
def find_evidence(sha256: DigestPath, session: SessionDep, node: NodeDep, device: DeviceUser) -> Response:  # noqa: ARG001
    """Tell whether the object is stored, whole: 200 or 404."""
    return Response(status_code=200 if EvidenceService(session, node).is_here(sha256) else 404)


@router.put("/intake/evidence/{sha256}")
async def put_evidence(sha256: DigestPath, request: Request, node: NodeDep, device: UploadingDevice) -> Response:
    """Take an object in under its digest: 201 stored and read back, 200 already here, 422 refused and quarantined."""
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    with SpooledTemporaryFile(max_size=_MEMORY_BYTES) as file:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            file.write(chunk)
            if size > MAX_EVIDENCE_BYTES:
                break
        file.seek(0)
        if size > MAX_EVIDENCE_BYTES:
            error = InvalidError(f"more than {MAX_EVIDENCE_BYTES} bytes", code="evidence.too_large")
            beginning = file.read(KEPT_RAW_BYTES)
            await anyio.to_thread.run_sync(_refuse, node, device.subject, RefusedKind.EVIDENCE, error, beginning)
            raise error
        finish = partial(_finish_upload, node, device.subject, sha256, media_type, file)
        is_new = await anyio.to_thread.run_sync(finish)
    return Response(status_code=201 if is_new else 200)


@router.post("/intake/events")
async def post_events(
    request: Request, node: NodeDep, device: UploadingDevice, priority: Annotated[str | None, Header()] = None
) -> Response:
    """Take a batch of events in; each is answered for itself, and the answers come signed, after the commit.

    Devices mark old batches with ``Priority: u=5`` (RFC 9218): fresh ones go before them.
    """
    budgets: DeviceBudgets = request.app.state.device_budgets
    gate: IntakeGate = request.app.state.intake_gate
    is_old = is_backlog(priority)
    budgets.check(device.subject)
    async with gate.place(is_backlog=is_old):
        body = await request.body()
        async with gate.slot(is_backlog=is_old):
            return await anyio.to_thread.run_sync(_receive, node, device.subject, body, budgets)


@router.get("/intake/health")
def health(session: SessionDep, node: NodeDep, user: AdministratorUser) -> IntakeHealth:  # noqa: ARG001
    """Tell which events are missing, what alarms there are, and which jobs gave up."""
    return IntakeService(session, node).health()


@router.get("/quarantine")
def quarantine(
    session: SessionDep,
    node: NodeDep,
    user: AdministratorUser,  # noqa: ARG001 - lets administrators in
    limit: Annotated[int, Query(ge=1, le=MAX_LIST)] = 100,
) -> QuarantineList:
    """List what was refused, newest first."""
    return QuarantineService(session, node).items(limit)


def _receive(node: Node, device_id: str, body: bytes, budgets: DeviceBudgets) -> Response:
    try:
        events = split_batch(body)
    except InvalidError as error:
        _refuse(node, device_id, RefusedKind.BATCH, error, body)
        raise
    budgets.charge(device_id, len(events))
    with node.database.begin() as session:
        results = IntakeService(session, node).receive(device_id, events)
    answer = signed_answer(node, device_id, results)
    return Response(answer.model_dump_json(), media_type="application/json")


def _finish_upload(node: Node, device_id: str, sha256: str, media_type: str, file: Any) -> bool:
    data = file.read()
    try:
        check_evidence(data, sha256, media_type)
    except InvalidError as error:
        _refuse(node, device_id, RefusedKind.EVIDENCE, error, data)
        raise
    with node.database.begin() as session:
        return EvidenceService(session, node).store(sha256, media_type, data, device_id)


def _refuse(node: Node, device_id: str, kind: RefusedKind, error: InvalidError, raw: bytes) -> None:
    """Quarantine in a transaction of its own: the request's will be rolled back."""
    with node.database.begin() as session:
        QuarantineService(session, node).keep(device_id, kind, error.code, error.message, raw)
