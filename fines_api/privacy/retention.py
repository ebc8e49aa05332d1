"""Read the file of retention terms: checked whole at start, so that no night is the first to find a mistake."""

import tomllib
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fines_api.hotlists.policy import BACK_SEARCH
from fines_api.kit.errors import ConfigurationError
from fines_api.privacy.policy import PassageClass, Retention

_BACK_SEARCH_H = int(BACK_SEARCH / timedelta(hours=1))
_LONGEST_DAYS = 3660


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Kept(_Strict):
    legal_basis: str = Field(min_length=10, max_length=1000)


class _Hit(_Kept):
    drop_after_days: int = Field(ge=1, le=_LONGEST_DAYS)


class _Other(_Hit):
    pseudonymise_after_h: int = Field(ge=_BACK_SEARCH_H, le=_LONGEST_DAYS * 24)


class _Terms(_Strict):
    forget_key_after_days: int = Field(ge=1, le=_LONGEST_DAYS)
    other: _Other
    hit: _Hit
    case: _Kept
    legal_hold: _Kept

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.forget_key_after_days * 24 < self.other.pseudonymise_after_h:
            msg = "forget_key_after_days ends before other.pseudonymise_after_h"
            raise ValueError(msg)
        if self.other.drop_after_days * 24 < self.other.pseudonymise_after_h:
            msg = "other.drop_after_days ends before other.pseudonymise_after_h"
            raise ValueError(msg)
        if self.hit.drop_after_days < self.other.drop_after_days:
            msg = "hit.drop_after_days ends before other.drop_after_days"
            raise ValueError(msg)
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    schema_name: Literal["rubezh.retention/1"] = Field(alias="schema")
    default: dict[str, Any]
    regions: dict[str, dict[str, Any]] = Field(default_factory=dict)


def load_retention(path: Path | None, region: str) -> Retention:
    """Return the terms of a region, from a file or from the one that comes with the platform.

    Every region's terms are checked, not only the one asked for.

    Raises:
        ConfigurationError: the file is missing, is not TOML, or a key is wrong (``retention.missing``,
            ``retention.invalid``); the message names file and key.
    """
    name, text = _read(path)
    try:
        content = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _bad(name, str(error)) from error
    except ValidationError as error:
        raise _bad(name, _first(error, "")) from error
    terms = {code: _terms(name, content, code) for code in ("", region, *content.regions)}
    return _retention(terms[region])


def _read(path: Path | None) -> tuple[str, str]:
    if path is None:
        return "privacy/retention.toml", (resources.files("fines_api.privacy") / "retention.toml").read_text("utf-8")
    try:
        return str(path), path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot read {path}: {error}", hint="correct RUBEZH_RETENTION_PATH", code="retention.missing"
        ) from error


def _terms(name: str, content: _File, region: str) -> _Terms:
    """Lay a region's keys over the default's."""
    own = content.regions.get(region, {})
    try:
        return _Terms.model_validate(_laid_over(content.default, own))
    except ValidationError as error:
        raise _bad(name, _first(error, f"regions.{region}" if own else "default")) from error


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        before = merged.get(key)
        is_table = isinstance(value, dict) and isinstance(before, dict)
        merged[key] = _laid_over(before, value) if is_table and before is not None else value
    return merged


def _retention(terms: _Terms) -> Retention:
    return Retention(
        pseudonymise_after=timedelta(hours=terms.other.pseudonymise_after_h),
        forget_key_after=timedelta(days=terms.forget_key_after_days),
        drop_after=timedelta(days=terms.other.drop_after_days),
        drop_hits_after=timedelta(days=terms.hit.drop_after_days),
        legal_basis={each: getattr(terms, each.value).legal_basis for each in PassageClass},
    )


def _first(error: ValidationError, where: str) -> str:
    first = error.errors()[0]
    key = ".".join(part for part in (where, *map(str, first["loc"])) if part)
    return f"{key}: {first['msg']}"


def _bad(name: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: {problem}", hint="mend that key of the file", code="retention.invalid")
