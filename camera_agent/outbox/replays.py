"""Which video was replayed from when: a killed replay goes on from the same moment, so it makes the same events."""

from dataclasses import dataclass
from datetime import datetime

from camera_agent.outbox.crash import step
from camera_agent.outbox.journal import Journal


@dataclass(frozen=True)
class Replay:
    """One run of one video at one site, from one moment."""

    replay_key: str
    start_at: datetime
    is_finished: bool

    @property
    def natural_key(self) -> str:
        """Prefix of the natural keys of everything this replay records."""
        return f"replay:{self.replay_key}:{self.start_at.isoformat()}"


def begin_replay(journal: Journal, replay_key: str, start_at: datetime, *, is_start_given: bool) -> Replay:
    """Return the replay to run: the one asked for by its start, else the unfinished one, else a new one."""
    with journal.transaction() as connection:
        if is_start_given:
            query = "SELECT start_at, finished FROM replays WHERE replay_key = ? AND start_at = ?"
            row = connection.execute(query, (replay_key, start_at.isoformat())).fetchone()
        else:
            query = "SELECT start_at, finished FROM replays WHERE replay_key = ? AND finished = 0 ORDER BY rowid DESC"
            row = connection.execute(query, (replay_key,)).fetchone()
        if row is None:
            insert = "INSERT INTO replays (replay_key, start_at) VALUES (?, ?) ON CONFLICT DO NOTHING"
            connection.execute(insert, (replay_key, start_at.isoformat()))
            replay = Replay(replay_key, start_at, is_finished=False)
        else:
            replay = Replay(replay_key, datetime.fromisoformat(row["start_at"]), is_finished=bool(row["finished"]))
    step("replay.begun")
    return replay


def finish_replay(journal: Journal, replay: Replay) -> None:
    """Mark the replay as complete: the next one of the same video is a new one."""
    with journal.transaction() as connection:
        connection.execute(
            "UPDATE replays SET finished = 1 WHERE replay_key = ? AND start_at = ?",
            (replay.replay_key, replay.start_at.isoformat()),
        )
    step("replay.finished")
