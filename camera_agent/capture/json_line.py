"""One line of JSON from a program nobody here has written: an object, or nothing."""

import json
import math
from typing import Any


def json_object(line: bytes) -> dict[str, Any] | None:
    """Return the object a line holds; None where it holds anything else."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):  # RecursionError: brackets within brackets without end
        return None
    return value if isinstance(value, dict) else None


def number(value: object) -> float | None:
    """Return a JSON number; None for anything else, what is not finite, and what no float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
