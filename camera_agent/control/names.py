"""Names and codes as people type them, checked before anything is done with them."""

from pydantic import TypeAdapter, ValidationError

from camera_agent.errors import AgentError
from recognition.contracts import Identifier

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)
_CODE_LENGTH = range(16, 129)


def check_name(text: str, option: str) -> str:
    """Return a stable lower-case name.

    Raises:
        AgentError: it is none (``option.name``).
    """
    try:
        return _IDENTIFIER.validate_python(text)
    except ValidationError as error:
        raise AgentError(
            f"{option} {text!r} is not a name",
            code="option.name",
            hint="use up to 64 lower-case letters, digits, dots, dashes and underscores, a letter or digit first",
        ) from error


def check_code(text: str) -> str:
    """Return an enrolment code.

    Raises:
        AgentError: it cannot be one (``option.code``).
    """
    if len(text) in _CODE_LENGTH:
        return text
    raise AgentError(
        "that is no enrolment code",
        code="option.code",
        hint="ask the centre for one: fines-api enrolment-code --device-id NAME",
    )
