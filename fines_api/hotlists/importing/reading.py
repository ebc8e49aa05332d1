"""A file of a list's source: CSV in UTF-8 with a header, commas or semicolons; what is wrong is told by line.  Pure."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from fines_api.hotlists.entry_form import check_policy, check_term, plate_key_of
from fines_api.hotlists.policy import Hotlist
from fines_api.kit.calendar import end_of
from fines_api.kit.errors import InvalidError
from recognition.contracts import VehicleClass

MOST_ROWS = 1_000_000
MAX_IMPORT_BYTES = 128 * 1024 * 1024
_NEEDED = ("plate", "plate_region", "legal_basis", "valid_until", "source_id")
_KNOWN = frozenset((*_NEEDED, "plate_type", "vehicle_class", "description"))
_BASIS = range(3, 201)
_SOURCE = range(1, 65)
_DESCRIPTION = range(501)


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One vehicle as its source tells it."""

    line: int
    source_id: str
    plate: str
    plate_region: str
    plate_type: str
    vehicle_class: VehicleClass
    description: str
    legal_basis: str
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that is no entry, and why; its number at the source, where that can be read."""

    line: int
    source_id: str
    code: str
    reason: str


@dataclass(frozen=True)
class ImportFile:
    """What a file holds."""

    lines: tuple[ImportLine, ...]
    rejected: tuple[RejectedLine, ...]

    @property
    def sources(self) -> frozenset[str]:
        """Every number at the source that the file names; a line that cannot be read still names its vehicle."""
        named = {one.source_id for one in self.lines} | {one.source_id for one in self.rejected}
        return frozenset(named - {""})


def read_file(data: bytes, hotlist: Hotlist, now: datetime, timezone: str) -> ImportFile:
    """Read a file.

    Raises:
        InvalidError: not UTF-8 (``hotlist.import_encoding``), the header lacks a column or has one nobody knows
            (``hotlist.import_header``), or it has over a million lines (``hotlist.import_too_long``).
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidError(
            f"byte {error.start} is not UTF-8", hint="save the file as UTF-8", code="hotlist.import_encoding"
        ) from error
    lines: list[ImportLine] = []
    rejected: list[RejectedLine] = []
    seen: set[str] = set()
    for number, row in _rows(text):
        source = (row.get("source_id") or "").strip()
        try:
            line = _line(number, row, source, hotlist, now, timezone)
        except InvalidError as error:
            rejected.append(RejectedLine(number, source[:64], error.code, error.message))
        else:
            if source in seen:
                rejected.append(RejectedLine(number, source, "hotlist.import_twice", f"{source} is in the file twice"))
            else:
                lines.append(line)
        seen.add(source)
    return ImportFile(tuple(lines), tuple(rejected))


def _rows(text: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        _check_header(names)
        for count, cells in enumerate(reader):
            if count >= MOST_ROWS:
                raise InvalidError(f"over {MOST_ROWS} lines", hint="divide the file", code="hotlist.import_too_long")
            if any(cell.strip() for cell in cells):
                row: dict[str, str | None] = dict(zip(names, cells, strict=False))
                yield reader.line_num, row | ({} if len(cells) == len(names) else {"plate": None})
    except csv.Error as error:
        raise InvalidError(f"line {reader.line_num}: {error}", code="hotlist.import_header") from error


def _check_header(names: list[str]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    unknown = sorted(set(names) - _KNOWN)
    if missing or unknown or len(set(names)) < len(names):
        told = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has unknown {', '.join(unknown)}"] * bool(unknown)
        raise InvalidError(
            f"the header {' and '.join(told) or 'names a column twice'}",
            hint=f"columns: {', '.join(_NEEDED)}; if wanted plate_type, vehicle_class, description",
            code="hotlist.import_header",
        )


def _line(  # noqa: PLR0917 - a line is read by its list, its moment and its place
    number: int, row: dict[str, str | None], source: str, hotlist: Hotlist, now: datetime, timezone: str
) -> ImportLine:
    if row["plate"] is None:
        raise InvalidError("another number of columns than the header", code="hotlist.import_columns")
    cells = {name: (value or "").strip() for name, value in row.items()}
    description = cells.get("description", "")
    for name, text, allowed in (
        ("source_id", source, _SOURCE),
        ("legal_basis", cells["legal_basis"], _BASIS),
        ("description", description, _DESCRIPTION),
    ):
        if len(text) not in allowed or not (text.isprintable()):
            raise InvalidError(
                f"{name} has {len(text)} characters, not {allowed.start} to {allowed.stop - 1} printable ones",
                code="hotlist.import_text",
            )
    check_policy(hotlist.match_policy, cells["plate"], hotlist)
    plate, region, kind = plate_key_of(
        cells["plate"], cells["plate_region"].lower(), cells.get("plate_type") or None, hotlist.match_policy
    )
    valid_until = _moment(cells["valid_until"], timezone)
    check_term(valid_until, now, hotlist)
    vehicle_class = _vehicle_class(cells.get("vehicle_class", ""))
    return ImportLine(
        number, source, plate, region, kind, vehicle_class, description, cells["legal_basis"], valid_until
    )


def _vehicle_class(text: str) -> VehicleClass:
    try:
        return VehicleClass(text.lower() or "unknown")
    except ValueError:
        kinds = ", ".join(VehicleClass)
        raise InvalidError(f"{text[:32]!r} is none of {kinds}", code="hotlist.import_class") from None


def _moment(text: str, timezone: str) -> datetime:
    """Read a day, which ends when it ends there, or a moment with its zone."""
    try:
        if len(text) == len("2026-01-01"):
            return end_of(date.fromisoformat(text), timezone)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidError(f"{text[:32]!r} is no date", hint="2026-12-31", code="hotlist.term") from None
    if moment.tzinfo is None:
        raise InvalidError("a moment needs its zone", hint="2026-12-31T21:00:00Z", code="hotlist.term")
    return moment.astimezone(UTC)
