"""ASGI guard around the app: security headers, a strict content policy, bounded bodies, no cross-site writes."""

from http import HTTPStatus

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fines_api.kit.problem import problem_response, unexpected_error_response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_MAX_BODY_BYTES = 1024 * 1024
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class Guard:
    """Wraps the app; ``body_limits`` maps a path prefix to the largest body it takes, bytes."""

    def __init__(self, app: ASGIApp, *, is_https: bool, body_limits: dict[str, int]) -> None:
        self._app = app
        self._is_https = is_https
        self._body_limits = body_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_started = False

        async def guarded_send(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                is_started = True
                self._add_headers(MutableHeaders(scope=message))
            await send(message)

        headers, limit = Headers(scope=scope), self._limit(scope["path"])
        if scope["method"] not in _SAFE_METHODS and headers.get("sec-fetch-site") == "cross-site":
            await problem_response(403, "auth.cross_site", "sent from another site")(scope, receive, guarded_send)
            return
        too_large = problem_response(413, "request.too_large", f"the body may have {limit} bytes at most")
        if (length := headers.get("content-length", "")).isdigit() and int(length) > limit:
            await too_large(scope, receive, guarded_send)
            return
        try:
            await self._app(scope, _bounded(receive, limit), guarded_send)
        except Exception as error:
            if is_started:
                raise
            await unexpected_error_response(Request(scope), error)(scope, receive, guarded_send)

    def _limit(self, path: str) -> int:
        return next((limit for prefix, limit in self._body_limits.items() if path.startswith(prefix)), _MAX_BODY_BYTES)

    def _add_headers(self, headers: MutableHeaders) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Cache-Control", "no-store")
        if self._is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _bounded(receive: Receive, limit: int) -> Receive:
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body may have {limit} bytes at most")
        return message

    return bounded
