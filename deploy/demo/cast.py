"""Who is in the story: the vehicles, who looks for which plate, and who may log in."""

import hashlib
import json
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camera_agent.capture.file import open_video
from deploy.demo.errors import DemoError
from deploy.demo.options import Options
from recognition.geometry import load_site

ASSETS = Path(__file__).parent / "assets"
DEVICE_ID = "demo-camera-1"
_STAFF = (("police", "police"), ("police-2", "police"), ("officer", "officer"), ("administrator", "administrator"))
"""Name and role: an entry of the hotlist takes two of the police."""
_READER, _OWNER = "50", "77"


@dataclass(frozen=True)
class Vehicle:
    """One registered vehicle; ``violations`` are rules it breaks in the scene."""

    plate: str
    plate_region: str
    plate_type: str
    vehicle_class: str
    colour: str
    violations: tuple[str, ...]

    @property
    def certificate_number(self) -> str:
        """A made-up registration certificate (series and number), the same for the same plate."""
        number = int.from_bytes(hashlib.sha256(self.plate.encode()).digest()[:4], "big") % 1_000_000
        return f"99 45 {number:06d}"


@dataclass(frozen=True)
class Wanted:
    """A plate that a region looks for."""

    plate: str
    plate_region: str
    reason: str
    description: str


@dataclass(frozen=True)
class Cast:
    """Everything the story needs to know before it begins."""

    video: Path
    site: Path | None
    size_px: tuple[int, int]
    owner: str
    reader: str
    vehicles: tuple[Vehicle, ...]
    wanted_by_owner: tuple[Wanted, ...]
    wanted_by_reader: tuple[Wanted, ...]
    is_own_story: bool

    def vehicle(self, plate: str) -> Vehicle | None:
        """Return the registered vehicle with this plate."""
        return next((vehicle for vehicle in self.vehicles if vehicle.plate == plate), None)


def choose_cast(options: Options) -> Cast:
    """Cast the built-in scene, or the person's own video.

    Raises:
        DemoError: the scene's files are missing.
        VideoError, SiteError: the video or the site file cannot be used; the message names the fix.
    """
    if options.video is None:
        return _scene_cast(options)
    region = load_site(options.site).region if options.site else _READER
    owner = _OWNER if region != _OWNER else _READER
    return Cast(
        video=options.video,
        site=options.site,
        size_px=_size_px(options.video),
        owner=owner,
        reader=region,
        vehicles=(),
        wanted_by_owner=_wanted_by_person(options.hotlist),
        wanted_by_reader=(),
        is_own_story=False,
    )


def write_seed(folder: Path, cast: Cast, region: str) -> Path:
    """Write what ``fines-api seed`` needs for one region and return the file."""
    rows: list[tuple[str, dict[str, str]]] = [
        ("users", {"username": f"{name}-{region}", "role": role, "password": secrets.token_urlsafe(12)})
        for name, role in _STAFF
    ]
    rows += [("vehicles", _registration(vehicle)) for vehicle in cast.vehicles]
    if region == cast.reader:
        rows += [("sites", {"path": str((cast.site or _write_site(folder, cast)).absolute())})]
        rows += [("devices", {"device_id": DEVICE_ID})]
    path = folder / f"seed_{region}.toml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(_table(name, row) for name, row in rows))
    return path


def site_file(folder: Path, cast: Cast) -> Path:
    """Return the site file the camera works with: the given one, or the one written for a place nobody surveyed."""
    return cast.site or folder / "site.toml"


def _scene_cast(options: Options) -> Cast:
    video, site, truth = ASSETS / "demo.mp4", ASSETS / "demo_site.toml", ASSETS / "demo_truth.json"
    for path in (video, site, truth):
        if not path.exists():
            raise DemoError(
                f"the built-in scene is not whole: {path.name} is missing",
                hint="restore deploy/demo/assets from the repository",
                code="demo.assets",
            )
    facts = json.loads(truth.read_text())
    by_role = {row["vehicle_id"]: _vehicle(row) for row in facts["vehicles"]}
    stolen, wanted = by_role["stolen"], by_role["wanted"]
    return Cast(
        video=video,
        site=site,
        size_px=(facts["camera"]["width_px"], facts["camera"]["height_px"]),
        owner=_OWNER,
        reader=str(tomllib.loads(site.read_text())["region"]),
        vehicles=tuple(by_role.values()),
        wanted_by_owner=(_search(stolen, "stolen"), *_wanted_by_person(options.hotlist)),
        wanted_by_reader=(_search(wanted, "wanted"),),
        is_own_story=True,
    )


def _vehicle(row: Mapping[str, Any]) -> Vehicle:
    return Vehicle(
        plate=row["plate"],
        plate_region=row["plate_region"],
        plate_type=row["plate_type"],
        vehicle_class=row["vehicle_class"],
        colour=row["colour"],
        violations=tuple(row["violations"]),
    )


def _search(vehicle: Vehicle, reason: str) -> Wanted:
    return Wanted(vehicle.plate, vehicle.plate_region, reason, f"{vehicle.colour} {vehicle.vehicle_class}")


def _wanted_by_person(plates: Sequence[str]) -> tuple[Wanted, ...]:
    """Read plates as typed: ``O567AM76``, or with the country first: ``de:B AB 123``."""
    wanted = []
    for text in plates:
        country, found, plate = text.partition(":")
        wanted.append(Wanted(plate if found else text, country.lower() if found else "ru", "stolen", "named by hand"))
    return tuple(wanted)


def _size_px(video: Path) -> tuple[int, int]:
    with open_video(video) as container:
        context = container.streams.video[0].codec_context
        return context.width, context.height


def _write_site(folder: Path, cast: Cast) -> Path:
    """Write the site of a place that nobody surveyed: passages only, no geometry, no rule."""
    path = site_file(folder, cast)
    place = json.dumps(f"{cast.video.name}, not surveyed", ensure_ascii=False)
    path.write_text(
        f'schema = "rubezh.site/1"\nsite_id = "own-video"\nversion = 1\nvalid_from = 2000-01-01T00:00:00Z\n'
        f'region = "{cast.reader}"\njurisdiction = "ru"\ntimezone = "Europe/Moscow"\n'
        f"[place]\naddress = {place}\nlatitude = 0.0\nlongitude = 0.0\n"
        f'[camera]\ncamera_id = "{DEVICE_ID}"\nwidth_px = {cast.size_px[0]}\nheight_px = {cast.size_px[1]}\n'
    )
    return path


def _registration(vehicle: Vehicle) -> dict[str, str]:
    return {
        "plate": vehicle.plate,
        "plate_region": vehicle.plate_region,
        "plate_type": vehicle.plate_type,
        "certificate_number": vehicle.certificate_number,
        "make": "Made-up",
        "model": vehicle.vehicle_class,
        "colour": vehicle.colour,
        "vehicle_class": vehicle.vehicle_class,
    }


def _table(name: str, row: Mapping[str, str]) -> str:
    lines = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in row.items())
    return f"[[{name}]]\n{lines}"
