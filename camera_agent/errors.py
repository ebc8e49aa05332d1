"""The error tree of the agent: a stable code, a sentence, and what the operator can do."""

import errno
import sqlite3

_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_HINT = (
    "free space on that disk or set a larger quota, then run the same command again: everything recorded so far is "
    "safe; delivered evidence goes away by itself once the centre has signed for it (camera-agent deliver)"
)


class AgentError(Exception):
    """Base of every error the agent raises on purpose; ``code`` never changes once published."""

    code = "agent.error"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        return f"{text}\n  fix: {self.hint}" if self.hint else text


class CaptureError(AgentError):
    """A camera does not answer, or what it sends cannot be used."""

    code = "capture.failed"


class DeviceError(AgentError):
    """The device's identity, key or enrolment is not in order."""

    code = "device.invalid"


class OutboxError(AgentError):
    """The journal or the evidence beside it cannot be written, or is not what was written."""

    code = "outbox.failed"


class DiskFullError(OutboxError):
    """No space, quota or file size left; nothing that was recorded is lost."""

    code = "disk.full"


class DeliveryError(AgentError):
    """The centre did not take what was offered; it stays in the outbox.

    ``retry_after_s`` is the centre's own wish (Retry-After), when it gave one.  ``is_refusal`` says that the centre
    understood and will not take this one thing; to offer it again at once is of no use.
    """

    code = "centre.unreachable"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str | None = None,
        retry_after_s: float = 0.0,
        is_refusal: bool = False,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.is_refusal = is_refusal
        self.retry_after_s = retry_after_s


def storage_error(error: OSError | sqlite3.Error, where: str) -> OutboxError:
    """Turn what the disk or SQLite said into one sentence for the operator."""
    if isinstance(error, sqlite3.Error):
        is_full = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    else:
        is_full = error.errno in _FULL_ERRNOS
    if is_full:
        return DiskFullError(f"no space left to write {where}", hint=_FULL_HINT)
    return OutboxError(
        f"cannot write {where}: {error}",
        code="disk.failed",
        hint="check the disk (dmesg, smartctl) and the folder's owner; what was recorded before is safe",
    )
