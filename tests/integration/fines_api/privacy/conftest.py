"""A region over several days: passages with pictures, hits and cases made the way they are made, and nights."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from fines_api.cases.service import CaseService
from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.intake.evidence import EvidenceService
from fines_api.kit.clock import FixedClock
from fines_api.kit.evidence import evidence_key
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.privacy.day import Done
from fines_api.privacy.holds import HoldService
from fines_api.privacy.nightly import Nightly
from fines_api.privacy.schemas import HoldInfo, NewHold
from recognition.contracts import HotlistReason, ImageRole, Passage, PlateKey, Site
from recognition.evidence import SigningKey, sha256_hex

LISTED, OTHERS = "A123BC77", ("B456OP99", "C789TX77", "E001KX50")


@dataclass
class Region:
    """What happens in a region; time goes on as it is told."""

    node: Node
    clock: FixedClock
    build: Any
    site: Site
    stored: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)

    def store(self, data: bytes) -> str:
        with self.node.database.begin() as session:
            EvidenceService(session, self.node).store(sha256_hex(data), "image/jpeg", data, "cam-a")
        return sha256_hex(data)

    def see(
        self,
        at: datetime,
        plate: str | None = OTHERS[0],
        pictures: Iterable[bytes] = (),
        passage_id: UUID | None = None,
        *,
        has_partition: bool = True,
    ) -> Passage:
        """Let a passage come in at its own moment, and be matched."""
        self.clock.moment = max(self.clock.moment, at)
        roles = dict(zip((ImageRole.PLATE, ImageRole.VEHICLE), pictures, strict=False))
        for data in roles.values():
            self.store(data)
        passage = self.build.passage(at, plate=plate, images=roles, passage_id=passage_id)
        event = json.dumps({"data": passage.model_dump(mode="json"), "signed": "as it came"}).encode()
        with self.node.database.begin() as session:
            if has_partition:
                day = at.date()
                session.execute(text("SELECT make_passage_partitions(:day, :day)"), {"day": day})
            PassageService(session, self.node).keep([ReportedPassage(passage, event)])
            HotlistService(session, self.node).match_passages([(passage, self.site)])
        self.stored[passage.passage_id] = self.row(passage.passage_id)
        return passage

    def suspect(self, at: datetime, pictures: Iterable[bytes] = ()) -> Passage:
        """A passage that becomes a case."""
        candidate, _ = self.build.candidate(at, SigningKey.generate())
        passage = self.see(at, OTHERS[2], pictures, candidate.passage_id)
        manifest = self.build.candidate(at, SigningKey.generate())[1].manifest
        with self.node.database.begin() as session:
            CaseService(session, self.node).open(candidate, manifest)
        return passage

    def list_vehicle(self, plate: str = LISTED) -> None:
        new = NewEntry(
            plate=plate,
            plate_region="ru",
            plate_type="1",
            reason=HotlistReason.STOLEN,
            legal_basis="case 1",
            valid_until=self.clock.now() + timedelta(days=300),
        )
        self.build.listed(self.node, new)

    def hold(self, **scope: Any) -> HoldInfo:
        text_of = {"reason": "an inquest", "legal_basis": "order 7", "ordered_by": "the court"}
        if isinstance(scope.get("plate"), str):
            scope["plate"] = PlateKey(plate=scope["plate"], plate_region="ru", plate_type="1")
        new = NewHold(**text_of | {"until": self.clock.now() + timedelta(days=400)} | scope)
        with self.node.database.begin() as session:
            hold = HoldService(session, self.node).propose(new, actor="administrator:one")
            return HoldService(session, self.node).approve(hold.hold_id, actor="administrator:two")

    def night(self, **later: float) -> list[Done]:
        """Let time pass, then do the night's work; tells of what was done to more than empty days."""
        self.clock.advance(timedelta(**later))
        done = Nightly(self.node, "system:test").run()
        return [each for each in done if any(each.counts.values()) or each.action == "key_destroyed"]

    def row(self, passage_id: UUID) -> tuple[Any, ...]:
        """The passage as it lies, wherever it does; empty: nowhere."""
        names = "passage_id, captured_at, received_at, region, plate, plate_region, plate_type, plate_confidence,"
        names += " vehicle_class, direction, device_id, site_id, site_version, camera_id, event"
        query = f"SELECT {names} FROM passages WHERE passage_id = :id UNION ALL"
        found = self.all(f"{query} SELECT {names} FROM kept_passages WHERE passage_id = :id", id=passage_id)
        assert len(found) <= 1
        return found[0] if found else ()

    def is_whole(self, passage: Passage) -> bool:
        """Tell whether it is there byte for byte."""
        return bool(self.row(passage.passage_id)) and self.row(passage.passage_id) == self.stored[passage.passage_id]

    def is_pseudonymised(self, passage: Passage) -> bool:
        row = self.row(passage.passage_id)
        return bool(row) and row[14] == b"" and (row[4] is None or row[4].startswith("~"))

    def is_stored(self, data: bytes) -> bool:
        noted = self.all("SELECT 1 FROM evidence_objects WHERE sha256 = :id", id=sha256_hex(data))
        there = self.node.storage.exists(evidence_key(sha256_hex(data)))
        assert bool(noted) == there
        return there

    def all(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.node.database.begin() as session:
            return [tuple(row) for row in session.execute(text(query), values)]

    def whole_state(self) -> tuple[Any, ...]:
        """Everything a run might change."""
        tables = ("passages", "kept_passages", "pseudonym_keys", "minimisation_runs", "evidence_objects", "audit_rows")
        return tuple(sorted(map(repr, self.all(f"SELECT * FROM {name}"))) for name in (*tables, "leaving_pictures"))


@pytest.fixture
def region(node: Node, clock: FixedClock, build: Any, site: Site) -> Region:
    clock.moment = clock.moment.replace(hour=12, minute=0, second=0)
    return Region(node, clock, build, site)


@pytest.fixture
def plates() -> tuple[str, ...]:
    """The listed plate first."""
    return LISTED, *OTHERS
