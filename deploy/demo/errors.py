"""What can stop the demo, each with a code and a fix."""


class DemoError(Exception):
    """The demo cannot go on; ``hint`` tells what to do."""

    def __init__(self, message: str, *, hint: str = "", code: str = "demo.failed") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        return f"{text}\n  fix: {self.hint}" if self.hint else text


class StopRequestedError(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""
