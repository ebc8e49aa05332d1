"""Errors on the wire: RFC 9457 problem details, never a traceback, never an echo of the input."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from fines_api.kit.errors import FinesError, NotAuthenticatedError
from recognition.contracts import RecognitionError

_log = structlog.get_logger(__name__)
_TYPE_BASE = "urn:rubezh:problem:"
_RETRY_AFTER_S = "5"
_MAX_PROBLEMS = 20
_BODY_ERROR_STATUS = HTTPStatus.UNPROCESSABLE_ENTITY

PageRenderer = Callable[[Request, int, str, str, str], Response]
"""``(request, status, code, detail, hint) -> Response``: how the pages show an error to a person."""


def problem_response(status: int, code: str, detail: str, hint: str = "") -> JSONResponse:
    """Make the ``application/problem+json`` answer."""
    headers = {}
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        headers["Retry-After"] = _RETRY_AFTER_S
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    body = {
        "type": f"{_TYPE_BASE}{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if hint:
        body["hint"] = hint
    return JSONResponse(body, status_code=status, headers=headers, media_type="application/problem+json")


def _is_page(request: Request) -> bool:
    return not request.url.path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")


def _answer(request: Request, status: int, code: str, detail: str, hint: str = "") -> Response:
    render: PageRenderer | None = getattr(request.app.state, "render_error_page", None)
    if render is not None and _is_page(request):
        return render(request, status, code, detail, hint)
    return problem_response(status, code, detail, hint)


def _on_fines_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, FinesError)
    if isinstance(error, NotAuthenticatedError) and _is_page(request) and request.method in {"GET", "HEAD"}:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(target, safe='')}", HTTPStatus.SEE_OTHER)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request.failed", code=error.code, detail=error.message, path=request.url.path)
    response = _answer(request, error.status, error.code, error.message, error.hint)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _on_kernel_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RecognitionError)
    return _answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, error.code, error.message, error.hint)


def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    named = [f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()[:_MAX_PROBLEMS]]
    detail = "; ".join(named).encode("utf-8", "replace").decode()
    return _answer(request, _BODY_ERROR_STATUS, "request.invalid", detail, "correct the fields named in detail")


def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = "not_found" if error.status_code == HTTPStatus.NOT_FOUND else f"http.{error.status_code}"
    response = _answer(request, error.status_code, code, str(error.detail))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def unexpected_error_response(request: Request, error: Exception) -> Response:
    """Log an error nobody foresaw and answer 500 without a word about it."""
    _log.exception("request.crashed", path=request.url.path, method=request.method, exc_info=error)
    return _answer(
        request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "the service failed; the reason is in its log"
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of the app an RFC 9457 answer; pages may set ``app.state.render_error_page``."""
    app.add_exception_handler(FinesError, _on_fines_error)
    app.add_exception_handler(RecognitionError, _on_kernel_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
