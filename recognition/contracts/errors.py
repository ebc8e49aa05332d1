"""The error tree of the kernel: a stable code, a sentence, and what the operator can do."""


class RecognitionError(Exception):
    """Base of every error the kernel raises on purpose.

    ``code`` never changes once published; ``hint`` tells the operator how to mend it.
    """

    code = "recognition.error"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        text = f"{self.code}: {self.message}"
        return f"{text}\n  fix: {self.hint}" if self.hint else text


class SiteError(RecognitionError):
    """A site file is missing, unreadable, or says something that cannot be surveyed."""

    code = "site.invalid"


class VideoError(RecognitionError):
    """A video cannot be opened or holds no decodable picture."""

    code = "video.unreadable"


class ModelError(RecognitionError):
    """A model artefact is absent or is not the file its registry names."""

    code = "model.unavailable"


class EvidenceError(RecognitionError):
    """Evidence is malformed, altered, or signed by nobody we know."""

    code = "evidence.invalid"
