"""Where the device stands, as its satellite receiver says through gpsd: the last fix, and how old it is.

Source: gpsd_json(5), protocol 3: ``?WATCH={"enable":true,"json":true}`` asks for reports, one JSON object a line; a TPV
report has ``mode`` (0 and 1: no fix, 2: 2D, 3: 3D) and, with a fix, ``lat``, ``lon`` and error estimates in metres.
"""

import math
import random
import threading
from dataclasses import dataclass
from typing import Any, Final

import structlog

from camera_agent.addresses import LineAddress
from camera_agent.capture.json_line import json_object, number
from camera_agent.capture.line_reader import LineOptions, LineReader
from camera_agent.clock import Clock
from recognition.plates.presence import great_circle_m
from recognition.violations import PositionFix

FIX_MAX_AGE_S: Final = 10.0
"""An older fix is none: the receiver has lost the sky, or gpsd the receiver."""
_WATCH: Final = b'?WATCH={"enable":true,"json":true}\n'
_MODE_2D: Final = 2
_ERROR_SIGMAS: Final = 2.0
"""gpsd's estimates were 95 % confidence and are of unknown certainty now; read so, the position is held tighter."""
_SIGMA_UNTOLD_M: Final = 25.0
"""Taken where the receiver tells no error: poor for open sky, so that the check is kept rather than given up."""
_SIGMA_MAX_M: Final = 100.0
"""A fix that may be farther off says nothing of where a mast stands."""
_JUMP_M: Final = 30.0
_log = structlog.get_logger()


class BrokenReportError(ValueError):
    """A TPV report that claims a fix and gives none that can be used."""


def fix_of(report: dict[str, Any]) -> PositionFix | None:
    """Return the fix of a TPV report; None where the receiver says that it has none, or none that is good enough.

    Raises:
        BrokenReportError: mode or place is missing or impossible.
    """
    mode = number(report.get("mode"))
    if mode is None:
        raise BrokenReportError("no mode")
    if mode < _MODE_2D:
        return None
    latitude, longitude = number(report.get("lat")), number(report.get("lon"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees
        raise BrokenReportError("a fix without a place on earth")
    sigma_m = _sigma_m(report)
    return PositionFix(latitude, longitude, sigma_m) if sigma_m <= _SIGMA_MAX_M else None


def _sigma_m(report: dict[str, Any]) -> float:
    error_m, east_m, north_m = (number(report.get(name)) for name in ("eph", "epx", "epy"))
    if error_m is None and east_m is not None and north_m is not None:
        error_m = math.hypot(east_m, north_m)
    return error_m / _ERROR_SIGMAS if error_m is not None and error_m > 0 else _SIGMA_UNTOLD_M


@dataclass(frozen=True, slots=True)
class _Seen:
    fix: PositionFix
    at_s: float


class PositionReader:
    """Keeps the last fix of one gpsd; ``fix`` may be asked from any thread."""

    def __init__(
        self, address: LineAddress, *, clock: Clock, rng: random.Random, options: LineOptions | None = None
    ) -> None:
        self._clock = clock
        self._lines = LineReader(address, self._take, clock=clock, rng=rng, greeting=_WATCH, options=options)
        self._lock = threading.Lock()
        self._last: _Seen | None = None
        self._reports = self._broken = self._jumps = 0
        self._complaint = ""

    def start(self) -> None:
        """Begin to listen."""
        self._lines.start()

    def stop(self) -> None:
        """Stop listening."""
        self._lines.stop()

    def fix(self) -> PositionFix | None:
        """Return where the device stands; None where no fix is young enough."""
        with self._lock:
            return self._last.fix if self._last is not None and self._is_young(self._last) else None

    def health(self) -> dict[str, object]:
        """Return how the receiver does, for the device's health."""
        with self._lock:
            last, counts = self._last, self._lines.counts
            is_fixed = last is not None and self._is_young(last)
            return {
                "address": str(self._lines.address),
                "is_connected": counts.is_connected,
                "has_fix": is_fixed,
                "latitude": last.fix.latitude if last else None,
                "longitude": last.fix.longitude if last else None,
                "sigma_m": round(last.fix.sigma_m, 1) if last else None,
                "age_s": round(self._clock.monotonic_s() - last.at_s, 1) if last else None,
                "reports": self._reports,
                "broken": self._broken + counts.too_long,
                "jumps": self._jumps,
                "failures": counts.failures,
                "last_error": self._complaint if counts.is_connected else counts.last_error,
            }

    def _is_young(self, seen: _Seen) -> bool:
        return self._clock.monotonic_s() - seen.at_s <= FIX_MAX_AGE_S

    def _take(self, line: bytes) -> None:
        with self._lock:
            try:
                fix = self._read(json_object(line))
            except BrokenReportError as error:
                self._broken += 1
                self._complaint = f"a broken report: {error}"
            else:
                if fix is not None:
                    self._follow(fix)

    def _read(self, report: dict[str, Any] | None) -> PositionFix | None:
        if report is None:
            raise BrokenReportError("no JSON object")
        kind = report.get("class")
        if kind == "ERROR":
            self._complaint = f"gpsd says: {str(report.get('message'))[:200]}"
        if kind != "TPV":
            return None
        self._reports += 1
        return fix_of(report)

    def _follow(self, fix: PositionFix) -> None:
        """Keep the newest fix: a device that was carried off stands where its receiver says now."""
        before = self._last
        if before is not None and self._is_young(before):
            apart_m = great_circle_m(before.fix, fix)
            if apart_m > _JUMP_M + _ERROR_SIGMAS * (before.fix.sigma_m + fix.sigma_m):
                self._jumps += 1
                _log.warning("position.jumped", apart_m=round(apart_m), latitude=fix.latitude, longitude=fix.longitude)
        self._last = _Seen(fix, self._clock.monotonic_s())
