"""Law as dated data: every number carries its act, its source and whether somebody checked it."""

from fines_api.jurisdictions.law import (
    Article,
    Clock,
    ClockName,
    Discount,
    Law,
    LawStatus,
    Limits,
    load_law,
    read_law,
)

__all__ = ["Article", "Clock", "ClockName", "Discount", "Law", "LawStatus", "Limits", "load_law", "read_law"]
