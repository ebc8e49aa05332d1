"""Read a surveyed site from its TOML file, and say precisely what is wrong with it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from recognition.contracts import (
    BannedMove,
    Camera,
    Certificate,
    LampBox,
    Lane,
    Lens,
    MarkedLine,
    Place,
    Section,
    SignalHead,
    Site,
    SiteError,
    SpeedZone,
    StopLine,
    Survey,
    SurveyPoint,
    Zone,
)
from recognition.geometry.site_checks import check_site

_OUR_UNIT = {
    **dict.fromkeys(("mph", "kph", "mps", "knots"), "kmh"),
    **dict.fromkeys(("ft", "feet", "foot", "yd", "yards", "in", "inch", "mi", "miles", "km", "cm", "mm"), "m"),
}
_OTHER_UNIT_KEY = re.compile(rf"^(?P<stem>\w+)_(?P<unit>{'|'.join(_OUR_UNIT)})$")
_OTHER_UNIT_VALUE = re.compile(rf"^\s*[-+]?\d+([.,]\d+)?\s*(?P<unit>{'|'.join(_OUR_UNIT)})\s*$")
_UNIT_NAMES = frozenset({"unit", "units", "length_unit", "speed_unit"})
_KNOWN_KEYS = frozenset(
    name
    for kind in (
        *(Site, Place, Camera, Lens, Survey, SurveyPoint, Lane, MarkedLine, Zone, StopLine, SpeedZone, Section),
        *(SignalHead, LampBox, BannedMove, Certificate),
    )
    for name in kind.model_fields
)
_SHOWN_ERRORS = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load_site(path: Path) -> Site:
    """Read, check and return a site.

    Raises:
        SiteError: ``site.missing``; ``site.malformed`` (not TOML; the line is named); ``site.unit`` (a length or speed
            in another unit); ``site.invalid`` (a key, point, polygon or date that cannot be; it is named).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SiteError(
            f"no site file at {path}",
            code="site.missing",
            hint="give the path of a surveyed site's TOML file",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(
            f"{path} cannot be read: {error}",
            code="site.malformed",
            hint="a site file is UTF-8 text the process may read",
        ) from error
    return parse_site(text, name=str(path))


def parse_site(text: str, *, name: str = "site") -> Site:
    """Check and return a site from TOML text; ``name`` stands for the file in messages.

    Raises:
        SiteError: as ``load_site``.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(
            f"{name} is not TOML: {error}",
            code="site.malformed",
            hint="mend the line named; strings stand in quotes, dates as 2026-05-01T00:00:00Z",
        ) from error
    _refuse_other_units(content, name)
    try:
        site = Site.model_validate(content)
    except ValidationError as error:
        raise _as_site_error(error, name) from error
    check_site(site, name)
    return site


def unsurveyed_site(camera_id: str, width_px: int, height_px: int, region: str) -> Site:
    """Return the site of a camera nobody has surveyed: passages only, no geometry, no rule."""
    return Site.model_validate(
        {
            "schema": "rubezh.site/1",
            "site_id": f"unsurveyed-{camera_id}"[:64],
            "version": 1,
            "valid_from": _EPOCH,
            "region": region,
            "jurisdiction": "none",
            "timezone": "UTC",
            "place": {"address": f"camera {camera_id}, not surveyed", "latitude": 0.0, "longitude": 0.0},
            "camera": {"camera_id": camera_id, "width_px": width_px, "height_px": height_px},
        },
    )


def _refuse_other_units(content: Mapping[str, Any], name: str) -> None:
    for where, key, value in _leaves(content):
        place = ".".join((*where, key))
        if key.lower() in _UNIT_NAMES:
            raise SiteError(
                f"{name}: {place} = {value!r}: a site file has no choice of unit",
                code="site.unit",
                hint="give metres, pixels and km/h in keys that end in _m, _px and _kmh, and remove this key",
            )
        match = _OTHER_UNIT_KEY.match(key.lower())
        if match and key not in _KNOWN_KEYS:
            raise SiteError(
                f"{name}: {place} is in {match['unit']}",
                code="site.unit",
                hint=f"use {match['stem']}_{_OUR_UNIT[match['unit']]}",
            )
        amount = _OTHER_UNIT_VALUE.match(value) if isinstance(value, str) else None
        if amount:
            raise SiteError(
                f"{name}: {place} = {value!r} is in {amount['unit']}",
                code="site.unit",
                hint=f"give a number without unit, in {_OUR_UNIT[amount['unit']]}",
            )


def _leaves(value: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Walk all keys of the file's tables; rule names are data, not keys."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if where != ("rules",):
                yield where, key, inner
            yield from _leaves(inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*where[:-1], f"{where[-1]}[{index}]"))


def _as_site_error(error: ValidationError, name: str) -> SiteError:
    details = error.errors(include_url=False)
    lines = [f"{_key_of(detail)}: {_sentence_of(detail)}" for detail in details[:_SHOWN_ERRORS]]
    more = f" (and {len(details) - _SHOWN_ERRORS} more)" if len(details) > _SHOWN_ERRORS else ""
    return SiteError(f"{name}: {'; '.join(lines)}{more}", hint=_hint_for(details[0]))


def _key_of(detail: ErrorDetails) -> str:
    text = ""
    for part in detail["loc"]:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "the file"


def _sentence_of(detail: ErrorDetails) -> str:
    return detail["msg"].removeprefix("Value error, ")


def _hint_for(detail: ErrorDetails) -> str:
    key = _key_of(detail)
    if detail["type"] == "extra_forbidden":
        return f"remove or rename {key}"
    if detail["type"] == "missing":
        return f"add {key}"
    if detail["type"] == "timezone_aware":
        return f"give {key} with its offset, as 2026-05-01T00:00:00Z"
    if "the speed zone" in detail["msg"]:
        return "from_m is the near end (smaller Y), to_m the far end, at least 5 m on"
    return f"mend {key}"
