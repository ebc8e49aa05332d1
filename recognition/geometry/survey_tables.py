"""The tables a surveyor brings: points, dash ends and known lengths as CSV, refused by line and column."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recognition.contracts import PointPx, SiteError, SurveyPoint
from recognition.geometry.known_lengths import KnownLength
from recognition.geometry.marking import DashEnd

ROAD_COLUMNS = ("name", "x_px", "y_px", "x_m", "y_m")
GNSS_COLUMNS = ("name", "x_px", "y_px", "latitude", "longitude")
DASH_COLUMNS = ("line", "dash", "end", "x_px", "y_px")
LENGTH_COLUMNS = ("name", "x0_px", "y0_px", "x1_px", "y1_px", "length_m")
_OTHER_UNIT = re.compile(r"_(ft|feet|yd|in|inch|cm|mm|km|mi)$")
_DEGREES = {"latitude": 90.0, "longitude": 180.0}


@dataclass(frozen=True, slots=True)
class GnssPoint:
    """A point known in the picture and by satellite, degrees of WGS 84."""

    name: str
    pixel_px: PointPx
    latitude: float
    longitude: float


def read_points(path: Path) -> tuple[SurveyPoint, ...] | tuple[GnssPoint, ...]:
    """Read survey points, in metres or by satellite as the header says.

    Raises:
        SiteError: no such file (``table.missing``), another header (``table.header``), another unit (``table.unit``),
            or a cell that cannot be (``table.cell``, with its line).
    """
    columns, rows = _read(path, (ROAD_COLUMNS, GNSS_COLUMNS))
    if columns == ROAD_COLUMNS:
        return tuple(
            SurveyPoint(name=row.text("name"), pixel_px=row.pair("x_px", "y_px"), road_m=row.pair("x_m", "y_m"))
            for row in rows
        )
    return tuple(
        GnssPoint(row.text("name"), row.pair("x_px", "y_px"), row.number("latitude"), row.number("longitude"))
        for row in rows
    )


def read_dashes(path: Path) -> tuple[DashEnd, ...]:
    """Read the ends of dashes; raises as ``read_points``."""
    _, rows = _read(path, (DASH_COLUMNS,))
    return tuple(
        DashEnd(
            row.whole("line"), row.whole("dash"), row.choice("end", ("near", "far")) == "far", row.pair("x_px", "y_px")
        )
        for row in rows
    )


def read_lengths(path: Path) -> tuple[KnownLength, ...]:
    """Read known lengths; raises as ``read_points``."""
    _, rows = _read(path, (LENGTH_COLUMNS,))
    return tuple(
        KnownLength(row.text("name"), row.pair("x0_px", "y0_px"), row.pair("x1_px", "y1_px"), row.positive("length_m"))
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a table; what it cannot give it refuses by file, line and column."""

    path: Path
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        value = self.cells[column].strip()
        if not value:
            raise self._refused(column, "is empty", "give each point its own name")
        return value

    def number(self, column: str) -> float:
        value = self.cells[column].strip()
        try:
            number = float(value)
        except ValueError as error:
            raise self._refused(column, f"is {value!r}, no number", "write a plain number, its dot a dot") from error
        largest = _DEGREES.get(column, 1e6)
        if not -largest <= number <= largest:
            raise self._refused(column, f"is {value}, beyond {largest:g}", "check the order of the columns")
        return number

    def positive(self, column: str) -> float:
        number = self.number(column)
        if number <= 0:
            raise self._refused(column, f"is {number:g}, not above zero", "give the length as taped")
        return number

    def whole(self, column: str) -> int:
        number = self.number(column)
        if number != int(number):
            raise self._refused(column, f"is {number:g}, no whole number", "count lines and dashes from 0")
        return int(number)

    def choice(self, column: str, choices: Sequence[str]) -> str:
        value = self.cells[column].strip()
        if value not in choices:
            raise self._refused(column, f"is {value!r}", f"write {' or '.join(choices)}")
        return value

    def pair(self, first: str, second: str) -> tuple[float, float]:
        return self.number(first), self.number(second)

    def _refused(self, column: str, what: str, hint: str) -> SiteError:
        return SiteError(f"{self.path}, line {self.line}: {column} {what}", code="table.cell", hint=hint)


def _read(path: Path, headers: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], list[_Row]]:
    lines = _lines(path)
    found = tuple(cell.strip() for cell in (lines[0] if lines else []))
    if found not in headers:
        raise _wrong_header(path, found, headers)
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(found):
            raise SiteError(
                f"{path}, line {number} has {len(cells)} cells, the header {len(found)}",
                code="table.cell",
                hint="quote names that hold a comma; write decimals with a dot",
            )
        rows.append(_Row(path, number, dict(zip(found, cells, strict=True))))
    if not rows:
        raise SiteError(f"{path} has a header and no rows", code="table.cell", hint="add a line for each point")
    return found, rows


def _lines(path: Path) -> list[list[str]]:
    if not path.is_file():
        raise SiteError(f"there is no table {path}", code="table.missing", hint="check the path")
    try:
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SiteError(
            f"{path} is not a CSV file: {error}", code="table.header", hint="save it as CSV, UTF-8, with commas"
        ) from error


def _wrong_header(path: Path, found: tuple[str, ...], headers: Sequence[tuple[str, ...]]) -> SiteError:
    wanted = " or ".join(",".join(header) for header in headers)
    for column in found:
        match = _OTHER_UNIT.search(column.lower())
        if match:
            return SiteError(
                f"{path}: column {column} is in {match[1]}",
                code="table.unit",
                hint=f"convert it to metres and name it {column[: match.start()]}_m: {wanted}",
            )
    return SiteError(f"{path} has the header {','.join(found) or '(none)'}", code="table.header", hint=f"use {wanted}")
