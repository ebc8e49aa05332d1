"""A new version of a site file: another survey, everything else word for word as its author wrote it, comments too."""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recognition.contracts import Camera, Lens, Site, SiteError, Survey
from recognition.geometry.site_file import parse_site

_HEADER = re.compile(r"^\s*\[\[?\s*(?P<name>[A-Za-z0-9_.\"' -]+?)\s*\]\]?\s*(#.*)?$")
_CHANGED = {"survey", "version", "valid_from"}


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """A site file that is about to be surveyed anew; its old survey may be wrong, so only the rest is looked at."""

    path: Path
    text: str
    content: dict[str, Any]
    camera: Camera
    lens: Lens | None
    version: int

    @classmethod
    def load(cls, path: Path) -> "SiteDraft":
        """Read what a survey needs of a site file.

        Raises:
            SiteError: ``site.missing``, ``site.malformed``, or no such camera, lens or version (``site.invalid``).
        """
        if not path.is_file():
            raise SiteError(f"no site file at {path}", code="site.missing", hint="give the path of a site's TOML file")
        try:
            text = path.read_text(encoding="utf-8")
            content = tomllib.loads(text)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SiteError(
                f"{path} is not TOML: {error}", code="site.malformed", hint="mend the line named"
            ) from error
        try:
            camera = Camera.model_validate(content.get("camera"))
            lens = Lens.model_validate(content["lens"]) if "lens" in content else None
            version = int(content["version"])
        except (ValidationError, KeyError, TypeError, ValueError) as error:
            raise SiteError(
                f"{path}: [camera], [lens] or version cannot be used: {error}", hint="mend these tables first"
            ) from error
        return cls(path, text, content, camera, lens, version)

    def with_survey(self, survey: Survey, at: datetime) -> tuple[str, Site]:
        """Return the text of the next version with another survey, valid from ``at``, and the site it says.

        Raises:
            SiteError: the new site cannot be (as ``parse_site``), or the file is laid out so that it cannot be changed
                safely (``site.layout``).
        """
        text = _replace_key(self.text, "version", str(self.version + 1))
        text = _replace_key(text, "valid_from", _time(at))
        text = _without_survey(text, survey_toml(survey))
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            content = {}
        kept, had = ({k: v for k, v in one.items() if k not in _CHANGED} for one in (content, self.content))
        if kept != had or content.get("version") != self.version + 1:
            raise SiteError(
                f"{self.path} is laid out so that its survey cannot be replaced without touching the rest",
                code="site.layout",
                hint="put version and valid_from at the top and the survey under a [survey] header of its own",
            )
        return text, parse_site(text, name=f"the new version of {self.path}")


def survey_toml(survey: Survey) -> str:
    """Write a survey as a site file holds it."""
    lines = [
        "[survey]",
        f"surveyed_at = {_time(survey.surveyed_at)}",
        f"surveyor = {_quoted(survey.surveyor)}",
        f"method = {_quoted(survey.method)}",
        f"sigma_px = {survey.sigma_px}",
        f"sigma_m = {survey.sigma_m}",
        f"scale_relative = {survey.scale_relative}",
        "points = [",
    ]
    for point in survey.points:
        (u, v), (x, y) = point.pixel_px, point.road_m
        lines.append(
            f"    {{ name = {_quoted(point.name)}, pixel_px = [{round(u, 3)}, {round(v, 3)}], "
            f"road_m = [{round(x, 4)}, {round(y, 4)}] }},"
        )
    return "\n".join([*lines, "]", ""])


def lens_toml(lens: Lens) -> str:
    """Write a lens as a site file holds it."""
    return "\n".join(
        [
            "[lens]",
            f"focal_px = {list(lens.focal_px)}",
            f"centre_px = {list(lens.centre_px)}",
            f"radial = {list(lens.radial)}",
            f"tangential = {list(lens.tangential)}",
            f"sigma_px = {lens.sigma_px}",
            "",
        ]
    )


def _replace_key(text: str, key: str, value: str) -> str:
    """Replace a key above the first table; what follows it on the line stays."""
    return re.sub(rf"(?m)^({key}\s*=\s*)[^#\n]*?(\s*(?:#.*)?)$", rf"\g<1>{value}\g<2>", text, count=1)


def _without_survey(text: str, block: str) -> str:
    """Put a block in the place of the survey's tables, or at the end where there is none."""
    kept: list[str] = []
    dropped: list[str] = []
    place: int | None = None
    is_survey = False
    for line in text.splitlines():
        header = _HEADER.match(line)
        if header:
            was_survey, is_survey = is_survey, header["name"].split(".")[0].strip("\"' ") == "survey"
            if is_survey and place is None:
                place = len(kept)
            if was_survey and not is_survey:
                kept += _heading_comments(dropped)
        (dropped if is_survey else kept).append(line)
    if place is None:
        place = len(kept)
        block = "\n" + block
    return "\n".join([*kept[:place], block, *kept[place:]]).rstrip() + "\n"


def _heading_comments(dropped: list[str]) -> list[str]:
    """Return the comments at the end of a dropped table: they belong to the table after it."""
    count = 0
    while count < len(dropped) and dropped[-1 - count].lstrip().startswith("#"):
        count += 1
    return dropped[len(dropped) - count :]


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _quoted(text: str) -> str:
    cleaned = "".join(mark if mark.isprintable() else " " for mark in text)
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'
