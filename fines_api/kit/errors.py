"""The error tree of the centre; each carries a stable code, an HTTP status and a hint (RFC 9457 on the wire)."""


class FinesError(Exception):
    """Base of every error the centre raises on purpose; ``retry_after_s`` tells who is to come back when."""

    code = "fines.error"
    status = 500

    def __init__(
        self, message: str, *, hint: str = "", code: str | None = None, retry_after_s: int | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        return f"{text}\n  fix: {self.hint}" if self.hint else text


class NotAuthenticatedError(FinesError):
    """Nobody is logged in, or the log-in failed."""

    code = "auth.required"
    status = 401


class ForbiddenError(FinesError):
    """The one who is logged in may not do this."""

    code = "auth.forbidden"
    status = 403


class NotFoundError(FinesError):
    """No such thing, or not yours to see: the two look the same on purpose."""

    code = "not_found"
    status = 404


class ConflictError(FinesError):
    """The thing is not in a state that allows this."""

    code = "conflict"
    status = 409


class InvalidError(FinesError):
    """The request was understood and cannot be right."""

    code = "invalid"
    status = 422


class TooManyError(FinesError):
    """Slow down."""

    code = "too_many_requests"
    status = 429


class UnavailableError(FinesError):
    """Something the centre needs is down; nothing was lost, try again."""

    code = "unavailable"
    status = 503


class ConfigurationError(FinesError):
    """The service cannot start like this."""

    code = "configuration"
    status = 500
