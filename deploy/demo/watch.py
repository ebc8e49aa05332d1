"""Look at both regions through their HTTP interface and tell what is new."""

from collections.abc import Callable
from typing import Any

from rich.markup import escape

from deploy.demo.client import RegionClient
from deploy.demo.screen import Screen
from deploy.demo.stage import Stage

LIMIT = 500
Row = dict[str, Any]


class Watch:
    """Keeps what it has seen by id, in the order it came."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._screen = screen
        self._owner_code, self._reader_code = stage.owner.code, stage.reader.code
        self.owner: RegionClient = stage.owner.log_in("police")
        self.reader: RegionClient = stage.reader.log_in("police")
        self.owner_colleague: RegionClient = stage.owner.log_in("police-2")
        self.reader_colleague: RegionClient = stage.reader.log_in("police-2")
        self.officer: RegionClient = stage.reader.log_in("officer")
        self.passages: dict[str, Row] = {}
        self.hits: dict[str, Row] = {}
        self.region_hits: dict[str, Row] = {}
        self.cases: dict[str, Row] = {}

    def look(self) -> None:
        """Ask both regions once and print what is new."""
        passages = self.reader.get("/v1/passages", limit=LIMIT)["passages"]
        self._take("passages", self.passages, passages, "passage_id", _describe_passage)
        self.look_at_hits()
        self._take("cases", self.cases, self.officer.get("/v1/cases", limit=LIMIT), "case_id", _describe_case)

    def look_at_hits(self) -> None:
        """Ask both regions for hits only."""
        hits = self.reader.get("/v1/hits", limit=LIMIT)["hits"]
        self._take(f"hits in {self._reader_code}", self.hits, hits, "hit_id", self._describe_hit)
        from_others = [
            hit for hit in self.owner.get("/v1/hits", limit=LIMIT)["hits"] if hit["seen_region"] != self._owner_code
        ]
        self._take(f"hits in {self._owner_code}", self.region_hits, from_others, "hit_id", self._describe_region_hit)

    def close(self) -> None:
        """Close every connection."""
        for client in (self.owner, self.reader, self.owner_colleague, self.reader_colleague, self.officer):
            client.close()

    def _take(self, name: str, known: dict[str, Row], rows: list[Row], key: str, tell: Callable[[Row], str]) -> None:
        for row in reversed(rows):  # newest came first
            if row[key] not in known:
                self._screen.note(tell(row))
            known[row[key]] = row
        self._screen.count(name, len(known))

    def _describe_hit(self, row: Row) -> str:
        plate, owner = row["plate_display"], row["owner_region"]
        return f"[bold red]HIT[/] in {self._reader_code}: {plate}, looked for by region {owner}"

    def _describe_region_hit(self, row: Row) -> str:
        plate, seen = row["plate_display"], row["seen_region"]
        return f"[bold red]HIT[/] on the wall of {self._owner_code}: {plate}, seen in {seen}, {escape(row['place'])}"


def _describe_passage(row: Row) -> str:
    speed = row["speed"]
    has_speed = speed is not None and speed["is_valid"]
    text = f"{speed['value']:.1f} ± {speed['expanded_uncertainty']:.1f} km/h" if has_speed else ""
    return f"passage: {row['plate_display'] or 'no plate':<14} {row['vehicle_class']:<8} {text}"


def _describe_case(row: Row) -> str:
    return f"[yellow]case[/]: {row['plate']['plate']} {row['rule']}, {row['state']}"
