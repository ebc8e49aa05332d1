"""Delivery over real HTTP: nothing lost, nothing doubled, nothing believed that is not signed."""

import json
import random
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from camera_agent.cli import app
from camera_agent.clock import SystemClock
from camera_agent.control import DeviceState
from camera_agent.control.status import read_status
from camera_agent.errors import DeliveryError
from camera_agent.outbox import Blob, EventDraft, Journal, Priority
from camera_agent.outbox.uploader import Uploader
from camera_agent.pipeline.delivery import open_uploader
from recognition.contracts import EventType

pytestmark = pytest.mark.integration
CLOCK = SystemClock()


def passage(name: str) -> EventDraft:
    blob = Blob.of(f"picture of {name}".encode(), "image/jpeg")
    return EventDraft(
        natural_key=name,
        type=EventType.PASSAGE_RECORDED,
        subject=name,
        occurred_at=datetime.now(UTC),
        data={"images": [{"sha256": blob.sha256}]},
        blobs=(blob,),
        priority=Priority.PASSAGE,
    )


def package(name: str) -> EventDraft:
    blob = Blob.of(f"package of {name}".encode(), "application/zip")
    return EventDraft(
        natural_key=name,
        type=EventType.CANDIDATE_SEALED,
        subject=name,
        occurred_at=datetime.now(UTC),
        data={"package_sha256": blob.sha256},
        blobs=(blob,),
        priority=Priority.PACKAGE,
    )


@pytest.fixture
def journal(enrolled: DeviceState) -> Iterator[Journal]:
    opened = enrolled.journal("rig-device", CLOCK)
    opened.append([passage("car 1"), package("car 1 speeding"), passage("car 2")])
    yield opened
    opened.close()


@pytest.fixture
def drain(enrolled: DeviceState, journal: Journal) -> Callable[..., Uploader]:
    def drain_it(patience_s: float = 5.0) -> Uploader:
        with open_uploader(enrolled, enrolled.enrolled(), CLOCK, None) as uploader:
            uploader.drain(threading.Event(), CLOCK, random.Random(1), patience_s)
        return uploader

    return drain_it


def statuses(journal: Journal) -> list[str]:
    return [row[0] for row in journal.connection.execute("SELECT status FROM events ORDER BY seq")]


def test_everything_arrives_passages_first(centre: Any, journal: Journal, drain: Callable[..., Uploader]) -> None:
    report = drain().report
    assert (report.delivered, report.quarantined, report.damaged) == (3, 0, 0)
    assert sorted(place[2] for place in centre.events) == [1, 2, 3]
    assert centre.order == ["image/jpeg", "image/jpeg", "application/zip"]
    assert statuses(journal) == ["accepted"] * 3
    assert len(centre.objects) == 3


@pytest.mark.parametrize("fault", ["put.503", "events.503", "events.401", "events.lost_answer"])
def test_a_centre_that_stumbles_gets_everything_once(
    centre: Any, journal: Journal, drain: Callable[..., Uploader], fault: str
) -> None:
    centre.faults[fault] = 2 if fault != "events.401" else 1
    drain()
    assert statuses(journal) == ["accepted"] * 3
    assert len(centre.events) == 3
    assert (centre.duplicates > 0) == (fault == "events.lost_answer")


@pytest.mark.parametrize("fault", ["receipt.forged", "receipt.other_results"])
def test_a_receipt_that_is_not_the_centres_settles_nothing(
    centre: Any, journal: Journal, drain: Callable[..., Uploader], fault: str
) -> None:
    centre.faults[fault] = 1000
    with pytest.raises(DeliveryError, match=r"receipt\.invalid"):
        drain(patience_s=0.0)
    assert statuses(journal) == ["pending"] * 3
    assert read_status(DeviceState(journal.folder), CLOCK).last_receipt_at is None
    centre.faults.clear()
    drain()
    assert statuses(journal) == ["accepted"] * 3
    assert len(centre.events) == 3


def test_a_centre_that_is_gone_costs_nothing(centre: Any, journal: Journal, drain: Callable[..., Uploader]) -> None:
    centre.stop()
    with pytest.raises(DeliveryError, match=r"centre\.unreachable: .*\n  fix: .*nothing is lost"):
        drain(patience_s=0.0)
    assert statuses(journal) == ["pending"] * 3


@pytest.mark.parametrize(("fault", "code"), [("events.quarantine", "intake.test"), ("events.unplaced", "unsigned")])
def test_what_the_centre_quarantines_is_kept_and_reported(
    centre: Any, journal: Journal, drain: Callable[..., Uploader], fault: str, code: str
) -> None:
    centre.faults[fault] = 1
    assert drain().report.quarantined == 1
    status = read_status(DeviceState(journal.folder), CLOCK)
    assert status.events["quarantined"] == 1
    assert [(alarm.seq, alarm.code) for alarm in status.alarms] == [(1, code)]
    assert status.is_alarmed


def test_evidence_altered_on_the_disk_is_refused_quarantined_and_said(
    centre: Any, journal: Journal, drain: Callable[..., Uploader]
) -> None:
    (digest,) = journal.connection.execute("SELECT sha256 FROM event_blobs WHERE seq = 2").fetchone()
    path = journal.evidence.path_of(digest)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    report = drain().report
    assert (report.delivered, report.damaged) == (2, 1)
    assert statuses(journal) == ["accepted", "damaged", "accepted"]
    assert digest not in centre.objects
    assert centre.refused_objects[digest].endswith(b"!"), "the centre holds the altered bytes for an operator to see"
    alarms = read_status(DeviceState(journal.folder), CLOCK).alarms
    assert [(alarm.seq, alarm.code) for alarm in alarms] == [(2, "evidence.altered")]


def test_lost_evidence_is_said(journal: Journal, drain: Callable[..., Uploader]) -> None:
    (digest,) = journal.connection.execute("SELECT sha256 FROM event_blobs WHERE seq = 1").fetchone()
    journal.evidence.path_of(digest).unlink()
    assert drain().report.damaged == 1
    assert statuses(journal) == ["damaged", "accepted", "accepted"]


def test_one_poisonous_event_does_not_stop_the_others(
    centre: Any, journal: Journal, drain: Callable[..., Uploader]
) -> None:
    journal.append([passage(f"car {number}") for number in range(3, 9)])
    centre.poison_seq = 5
    with pytest.raises(DeliveryError, match=r"delivery\.waiting"):
        drain(patience_s=0.0)
    assert [seq for seq, status in enumerate(statuses(journal), start=1) if status != "accepted"] == [5]


def test_the_command_line_enrols_delivers_and_reports(centre: Any, tmp_path: Path) -> None:
    runner, state = CliRunner(), str(tmp_path / "cli")
    enrolment = ["enrol", "--centre", centre.url, "--device-id", "cli-device", "--state", state, "--code"]
    refused = runner.invoke(app, [*enrolment, "wrong-code-0000000"])
    assert refused.exit_code == 1
    assert "enrolment.code" in refused.stderr
    assert runner.invoke(app, [*enrolment, "rig-enrolment-code-0001"]).exit_code == 0
    journal = DeviceState(Path(state)).journal("cli-device", CLOCK)
    journal.append([passage("car 1"), package("car 1 speeding")])
    journal.close()
    waiting = json.loads(runner.invoke(app, ["status", "--state", state, "--json"]).stdout)
    assert waiting["events"]["pending"] == 2
    assert waiting["oldest_waiting_s"] >= 0
    delivered = runner.invoke(app, ["deliver", "--state", state, "--once"])
    assert delivered.exit_code == 0
    after = json.loads(runner.invoke(app, ["status", "--state", state, "--json"]).stdout)
    assert after["events"] == {"pending": 0, "accepted": 2, "quarantined": 0, "damaged": 0}
    assert after["last_receipt_at"]


def test_enrolment_is_refused_under_another_name(centre: Any, enrolled: DeviceState) -> None:
    answer = CliRunner().invoke(
        app,
        ["enrol", "--centre", centre.url, "--device-id", "other", "--state", str(enrolled.folder), "--code", "x" * 16],
    )
    assert answer.exit_code == 1
    assert "device.other_identity" in answer.stderr


@pytest.mark.parametrize("point", ["object_sent:1", "object_sent:9", "events_sent:1", "events_sent:2", "settled:1"])
def test_killed_while_delivering_the_centre_has_everything_once(
    centre: Any, driver: Any, enrolled: DeviceState, point: str
) -> None:
    assert driver.run(enrolled.folder) == {"code": 0, "signal": None}
    delivery = {"is_delivery_only": True, "centre": centre.url}
    killed = driver.run(enrolled.folder, crash_at=f"delivery.{point}", **delivery)
    assert killed == {"code": None, "signal": signal.SIGKILL}
    assert driver.run(enrolled.folder, **delivery) == {"code": 0, "signal": None}
    assert sorted(place[2] for place in centre.events) == list(range(1, 8))
    assert not centre.quarantined
    status = read_status(enrolled, CLOCK)
    assert (status.events["accepted"], status.alarms) == (7, ())
