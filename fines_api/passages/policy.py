"""What must be said before a plate is looked for: a purpose of the closed list and the number of a case.  Pure."""

import re
from datetime import timedelta

from fines_api.kit.errors import InvalidError
from fines_api.passages.schemas import SearchPurpose

LEAST_WINDOW = timedelta(days=7)
"""How far back everybody of the police may look for a plate; further back is a matter of rank (room ``search``)."""


def check_grounds(purpose: SearchPurpose | None, case_number: str | None, pattern: str) -> None:
    """Refuse a search that does not say what it is for.

    Raises:
        InvalidError: no purpose (``search.purpose``), or no number of a case as this region writes it
            (``search.case_number``).
    """
    if purpose is None:
        raise InvalidError(
            "a plate is searched for a purpose",
            hint=f"purpose: {', '.join(SearchPurpose)}",
            code="search.purpose",
        )
    if case_number is None or re.fullmatch(pattern, case_number.strip()) is None:
        raise InvalidError(
            "a plate is searched in a case, and this is no number of one",
            hint="copy it from the case as it is written there",
            code="search.case_number",
        )
