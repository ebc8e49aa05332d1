import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from camera_agent.errors import AgentError, DeviceError
from camera_agent.outbox import EventDraft, Journal
from recognition.contracts import EVENT_PAYLOAD_TYPE, GENESIS_HASH, CloudEvent, DsseEnvelope
from recognition.evidence import SigningKey, open_envelope, sha256_hex

OpenJournal = Callable[..., Journal]
MakeDraft = Callable[..., EventDraft]


def payloads(journal: Journal) -> list[bytes]:
    return [bytes(row[0]) for row in journal.connection.execute("SELECT payload FROM events ORDER BY seq")]


def test_events_form_a_gapless_signed_chain(open_journal: OpenJournal, draft: MakeDraft, key: SigningKey) -> None:
    journal = open_journal()
    assert journal.append([draft("a"), draft("b")]) == [1, 2]
    assert journal.append([draft("c")]) == [3]
    previous = GENESIS_HASH
    for seq, (envelope,) in enumerate(journal.connection.execute("SELECT envelope FROM events ORDER BY seq"), start=1):
        payload = open_envelope(DsseEnvelope.model_validate_json(envelope), EVENT_PAYLOAD_TYPE, [key.verifying])
        event = CloudEvent.model_validate_json(payload)
        assert (event.rubezhseq, event.rubezhprev, event.rubezhepoch) == (seq, previous, journal.epoch)
        assert event.source == "urn:rubezh:device:camera-1"
        previous = sha256_hex(payload)


def test_the_same_event_made_again_is_passed_over(open_journal: OpenJournal, draft: MakeDraft) -> None:
    journal = open_journal()
    journal.append([draft("a")])
    before = payloads(journal)
    assert journal.append([draft("a", b"other bytes"), draft("b")]) == [2]
    assert payloads(journal)[:1] == before


def test_it_goes_on_after_reopening(open_journal: OpenJournal, draft: MakeDraft) -> None:
    first = open_journal()
    first.append([draft("a")])
    first.close()
    second = open_journal()
    assert second.epoch == first.epoch
    assert second.append([draft("b")]) == [2]


def test_evidence_is_there_before_the_event_and_by_its_digest(
    open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path
) -> None:
    journal = open_journal()
    one = draft("a", b"bytes")
    journal.append([one])
    digest = one.blobs[0].sha256
    assert (tmp_path / "evidence" / digest[:2] / digest).read_bytes() == b"bytes"
    assert journal.evidence.read(digest) == (b"bytes", True)


def test_what_a_crash_left_half_written_is_swept_and_nothing_else(
    open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path
) -> None:
    journal = open_journal()
    kept = draft("a", b"kept")
    journal.append([kept])
    orphan = tmp_path / "evidence" / "ab" / ("ab" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"written, but its event never was")
    (orphan.parent / "cd.123.partial").write_bytes(b"half")
    assert journal.sweep() == 2
    assert [path.name for path in journal.evidence.files()] == [kept.blobs[0].sha256]


def test_an_altered_event_is_noticed(open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path) -> None:
    journal = open_journal()
    journal.append([draft("a"), draft("b")])
    journal.close()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as database:
        (payload,) = database.execute("SELECT payload FROM events WHERE seq = 1").fetchone()
        database.execute("UPDATE events SET payload = ? WHERE seq = 1", (payload.replace(b'"a"', b'"b"'),))
    database.close()
    with pytest.raises(AgentError, match=r"journal\.corrupt: .*event 1 is not what was recorded"):
        open_journal()


def test_a_removed_event_is_noticed(open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path) -> None:
    journal = open_journal()
    journal.append([draft("a"), draft("b"), draft("c")])
    journal.close()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as database:
        database.execute("DELETE FROM event_blobs WHERE seq = 2")
        database.execute("DELETE FROM events WHERE seq = 2")
    database.close()
    with pytest.raises(AgentError, match="event 2 is missing"):
        open_journal()


def test_a_lost_tail_is_noticed_though_the_database_is_whole(
    open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path
) -> None:
    journal = open_journal()
    journal.append([draft("a"), draft("b")])
    journal.close()
    with sqlite3.connect(tmp_path / "journal.sqlite3") as database:
        database.execute("DELETE FROM event_blobs WHERE seq = 2")
        database.execute("DELETE FROM events WHERE seq = 2")
    database.close()
    with pytest.raises(AgentError, match="2 events were recorded, 1 are left"):
        open_journal()


def test_a_lost_database_is_noticed(open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path) -> None:
    journal = open_journal()
    journal.append([draft("a")])
    journal.close()
    for path in tmp_path.glob("journal.sqlite3*"):
        path.unlink()
    with pytest.raises(AgentError, match=r"journal\.corrupt"):
        open_journal()


@pytest.mark.parametrize("place", [b"SQLite format 3", b"\x00@  ", b'"name":"event 7"'])
def test_flipped_bytes_of_the_file_are_noticed(
    open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path, place: bytes
) -> None:
    journal = open_journal()
    journal.append([draft(f"event {number}") for number in range(40)])
    journal.close()
    path = tmp_path / "journal.sqlite3"
    data = bytearray(path.read_bytes())
    offset = data.index(place)
    data[offset : offset + 8] = bytes(byte ^ 0xFF for byte in data[offset : offset + 8])
    path.write_bytes(data)
    with pytest.raises(AgentError, match=r"journal\.corrupt"):
        open_journal()


def test_a_flipped_byte_in_the_write_ahead_log_is_noticed(
    open_journal: OpenJournal, draft: MakeDraft, tmp_path: Path
) -> None:
    journal = open_journal()
    for number in range(5):
        journal.append([draft(f"event {number}")])
    log = (tmp_path / "journal.sqlite3-wal").read_bytes()  # before close() folds it into the database
    database = (tmp_path / "journal.sqlite3").read_bytes()
    journal.close()
    (tmp_path / "journal.sqlite3").write_bytes(database)
    altered = bytearray(log)
    altered[len(log) // 2] ^= 0xFF
    (tmp_path / "journal.sqlite3-wal").write_bytes(altered)
    with pytest.raises(AgentError, match=r"journal\.corrupt"):
        open_journal()


def test_a_journal_of_another_device_is_refused(open_journal: OpenJournal, draft: MakeDraft) -> None:
    open_journal().append([draft("a")])
    with pytest.raises(DeviceError, match=r"device\.other_journal: .*'camera-1', not 'camera-2'"):
        open_journal("camera-2")
