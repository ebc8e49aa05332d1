"""Whole files onto a list: checked, agreed to by two, applied in chunks, searched back."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import fines_api.hotlists.jobs
import fines_api.regions.jobs  # noqa: F401
from fines_api.audit import verify_chain
from fines_api.cli import app as cli
from fines_api.hotlists.importing import service
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.kit.jobs import run_pending_jobs
from fines_api.kit.settings import Settings
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from recognition.contracts import Site
from recognition.evidence import sha256_hex

pytestmark = pytest.mark.integration
_HEADER = "plate,plate_region,plate_type,description,legal_basis,valid_until,source_id"


class Source:
    """An authority that sends its list, and two police users who take it."""

    def __init__(self, client: Any, log_in: Callable[..., Any], clock: FixedClock, node: Node) -> None:
        self.client, self.log_in, self.clock, self.node = client, log_in, clock, node

    def file(self, *numbers: int, description: str = "white", extra: str = "") -> bytes:
        until = (self.clock.now() + timedelta(days=60)).date().replace(day=1).isoformat()
        lines = [f"A{number:03d}BC77,ru,1,{description},case {number},{until},S-{number}" for number in numbers]
        return "\n".join((_HEADER, *lines, extra)).encode()

    def send(self, data: bytes, who: str = "police-1", code: str = "stolen", **query: Any) -> Any:
        headers = self.log_in(Role.POLICE, who) | {"Content-Type": "text/csv"}
        return self.client.post(f"/v1/hotlists/{code}/import", content=data, params=query, headers=headers)

    def decide(self, import_id: str, what: str = "approval", who: str = "police-2") -> Any:
        url = f"/v1/hotlist-imports/{import_id}/{what}"
        return self.client.post(url, headers=self.log_in(Role.POLICE, who))

    def take(self, data: bytes, **query: Any) -> dict[str, int]:
        """Send, let the colleague agree, let the worker work; the counts."""
        sent = self.send(data, **query)
        assert sent.status_code == 200, sent.text
        agreed = self.decide(sent.json()["import_id"])
        assert agreed.json()["state"] == "approved", agreed.text
        run_pending_jobs(self.node)
        counts: dict[str, int] = {name: count for name, count in sent.json()["counts"].items() if count}
        return counts

    def entries(self) -> dict[str, tuple[int, str]]:
        headers = self.log_in(Role.POLICE)
        rows = self.client.get("/v1/hotlist-entries", headers=headers).json()["entries"]
        return {row["source_id"]: (row["version"], row["state"]) for row in rows}

    def sql(self, query: str) -> list[Any]:
        with self.node.database.begin() as session:
            return list(session.execute(text(query)).all())


@pytest.fixture
def source(client: Any, log_in: Callable[..., Any], clock: FixedClock, node: Node) -> Source:
    return Source(client, log_in, clock, node)


def test_a_file_is_checked_then_agreed_to_then_in_force(source: Source, site: Site, build: Any) -> None:
    passage = build.passage(source.clock.now(), plate="A002BC77")
    with source.node.database.begin() as session:
        event = ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
        PassageService(session, source.node).keep([event])
    data = source.file(1, 2, 3, extra="nonsense")
    checked = source.send(data, dry_run=True).json()
    assert (checked["import_id"], checked["state"], checked["confirm"]) == (None, "checked", None)
    assert checked["counts"] == {"added": 3, "changed": 0, "unchanged": 0, "withdrawn": 0, "rejected": 1}
    assert [(row["line"], row["code"]) for row in checked["rejected"]] == [(5, "hotlist.import_columns")]
    assert source.sql("SELECT 1 FROM hotlist_imports") == []

    sent = source.send(data).json()
    assert (sent["state"], sent["counts"]) == ("waiting", checked["counts"])
    assert source.entries() == {}
    same = source.decide(sent["import_id"], who="police-1")
    assert (same.status_code, same.json()["code"]) == (403, "hotlist.same_person")
    assert source.decide(sent["import_id"]).json()["decided_by"] == "police:police-2"
    assert source.decide(sent["import_id"]).json()["code"] == "hotlist.nothing_waiting"
    run_pending_jobs(source.node)

    assert source.entries() == {f"S-{number}": (1, "in_force") for number in (1, 2, 3)}
    headers = source.log_in(Role.POLICE)
    (hit,) = source.client.get("/v1/hits", headers=headers).json()["hits"]
    assert (hit["plate"], hit["state"]) == ("A002BC77", "new")
    (done,) = source.client.get("/v1/hotlists/stolen/imports", headers=headers).json()["imports"]
    assert (done["state"], done["finished_at"] is not None) == ("done", True)
    assert source.sql("SELECT DISTINCT changed_by, approved_by FROM hotlist_entry_versions") == [
        ("police:police-1", "police:police-2")
    ]
    audited = source.sql("SELECT actor, tag, details FROM audit_rows WHERE tag LIKE 'hotlists:import:%'")
    assert [(row.actor, row.tag) for row in audited] == [
        ("police:police-1", "hotlists:import:proposed"), ("police:police-2", "hotlists:import:approved"),
    ]  # fmt: skip
    assert json.loads(audited[0].details)["sha256"] == sha256_hex(data)
    assert len(source.sql("SELECT 1 FROM region_outbox")) == 3
    with source.node.database.begin() as session:
        assert verify_chain(session)[1] is None


def test_the_same_file_again_and_a_changed_one(source: Source) -> None:
    assert source.take(source.file(1, 2)) == {"added": 2}
    assert source.take(source.file(1, 2)) == {"unchanged": 2}
    assert set(source.entries().values()) == {(1, "in_force")}
    assert source.take(source.file(2, description="black")) == {"changed": 1}
    assert source.entries() == {"S-1": (1, "in_force"), "S-2": (2, "in_force")}
    assert source.sql("SELECT count(*) FROM hotlist_entry_versions") == [(3,)]


def test_matching_sees_an_imported_list_at_once(source: Source, site: Site, build: Any) -> None:
    source.take(source.file(1, 2, 3))

    def seen(plate: str) -> int:
        with source.node.database.begin() as session:
            passage = build.passage(source.clock.now(), plate=plate)
            HotlistService(session, source.node).match_passages([(passage, site)])
        found: int = source.sql("SELECT count(*) FROM hotlist_hits")[0][0]
        return found

    assert [seen("A002BC77"), seen("A003BC77")] == [1, 2]
    source.take(source.file(1, 2), full=True, confirm=1)
    assert [seen("A003BC77"), seen("A002BC77")] == [2, 3]


def test_half_a_file_is_not_taken_for_the_whole_list(source: Source) -> None:
    source.take(source.file(*range(10)))
    refused = source.send(source.file(*range(5)), full=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "hotlist.import_suspicious")
    assert source.send(source.file(*range(5)), full=True, dry_run=True).json()["confirm"] == 5
    assert source.send(source.file(*range(5)), full=True, confirm=4).status_code == 409
    assert source.take(source.file(*range(5)), full=True, confirm=5) == {"unchanged": 5, "withdrawn": 5}
    states = [state for _, state in source.entries().values()]
    assert (states.count("in_force"), states.count("withdrawn")) == (5, 5)
    assert source.take(source.file(*range(4)), full=True) == {"unchanged": 4, "withdrawn": 1}


def test_a_list_that_changed_meanwhile_is_checked_again(source: Source) -> None:
    first, second = (source.send(source.file(1)).json()["import_id"] for _ in range(2))
    source.decide(first)
    run_pending_jobs(source.node)
    late = source.decide(second)
    assert (late.status_code, late.json()["code"]) == (409, "hotlist.import_outdated")
    assert source.decide(second, "refusal").json()["state"] == "refused"
    assert set(source.entries().values()) == {(1, "in_force")}


def test_many_chunks_and_a_worker_killed_between_them(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 3)
    sent = source.send(source.file(*range(10))).json()
    source.decide(sent["import_id"])
    with source.node.database.begin() as session:
        row = service.ImportRepository(session).lock(sent["import_id"])
        assert row is not None
        file = service.read_file(source.file(*range(10)), service.ListService(session, source.node).get("stolen"),
                                 source.clock.now(), "Europe/Moscow")  # fmt: skip
        hotlist = service.ListService(session, source.node).get("stolen")
        service._Chunk(session, source.node, hotlist, row).apply(file.lines[:3])  # and here it was killed
    run_pending_jobs(source.node)
    assert len(source.entries()) == 10
    assert source.sql("SELECT count(*) FROM hotlist_entry_versions") == [(10,)]
    assert source.sql("SELECT state FROM hotlist_imports") == [("done",)]


def test_the_command_line_proposes_and_checks(
    source: Source, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUBEZH_REGION", settings.region)
    monkeypatch.setenv("RUBEZH_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("RUBEZH_DATABASE_URL", str(settings.database_url))
    path = tmp_path / "list.csv"
    path.write_bytes(source.file(1, 2))
    checked = CliRunner().invoke(cli, ["import-hotlist", "stolen", str(path), "--dry-run"])
    assert json.loads(checked.stdout)["state"] == "checked"
    sent = json.loads(CliRunner().invoke(cli, ["import-hotlist", "stolen", str(path)]).stdout)
    assert (sent["state"], sent["proposed_by"]) == ("waiting", "operator:cli")
    source.decide(sent["import_id"], who="police-1")
    run_pending_jobs(source.node)
    assert len(source.entries()) == 2
    for arguments, code in (
        (["absent", str(path)], "hotlist.unknown"), (["stolen", str(tmp_path / "none")], "hotlist.import_file"),
    ):  # fmt: skip
        failed = CliRunner().invoke(cli, ["import-hotlist", *arguments])
        assert failed.exit_code == 1
        assert code in failed.stderr
