"""Lines of a real file that is moved away, cut off and begun anew; sockets stand in the tests of what they carry."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camera_agent.addresses import LineAddress
from camera_agent.capture.line_reader import LineOptions, LineReader, _PendingLine
from camera_agent.clock import ManualClock

QUICK = LineOptions(poll_s=0.01, retry_initial_s=0.02, retry_maximum_s=0.05)


@contextmanager
def following(path: Path) -> Iterator[tuple[list[bytes], LineReader]]:
    heard: list[bytes] = []
    clock = ManualClock(datetime(2026, 11, 20, tzinfo=UTC))
    address = LineAddress(path=path, is_socket=False)
    reader = LineReader(address, heard.append, clock=clock, rng=random.Random(1), options=QUICK)
    reader.start()
    yield heard, reader
    reader.stop()
    assert not reader._thread.is_alive()


def until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.002)


def write(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def is_open(path: Path) -> bool:
    """Tell whether this process reads the file that has the name now, not one that had it before."""
    held = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            held.add(descriptor.readlink())
    return path in held


def test_only_what_is_added_is_read_and_a_line_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_text("old\n")
    with following(path) as (heard, reader):
        until(lambda: reader.counts.is_connected)
        time.sleep(0.05)
        write(path, "a\n\nb")
        until(lambda: heard == [b"a"])
        time.sleep(0.05)
        write(path, "c\n")
        until(lambda: heard == [b"a", b"bc"])


def test_a_file_that_comes_later_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    with following(path) as (heard, reader):
        until(lambda: reader.counts.failures > 0)
        assert reader.counts.last_error == "No such file or directory"
        path.write_text("first\n")
        until(lambda: heard == [b"first"])
        assert reader.counts.is_connected


@pytest.mark.parametrize("is_gone_between", [True, False])
def test_a_log_that_is_turned_over_loses_no_line(tmp_path: Path, *, is_gone_between: bool) -> None:
    path = tmp_path / "feed"
    path.write_text("")
    with following(path) as (heard, reader):
        until(lambda: reader.counts.is_connected)
        time.sleep(0.05)
        for number in range(5):
            write(path, f"{number}\n")
            path.rename(tmp_path / f"feed.{number}")
            if is_gone_between:
                until(lambda: not reader.counts.is_connected)
            path.write_text("")
            until(lambda number=number: len(heard) == number + 1 and is_open(path))
        write(path, "end\n")
        until(lambda: heard == [b"0", b"1", b"2", b"3", b"4", b"end"])


def test_a_file_that_is_cut_off_is_read_from_its_new_start(tmp_path: Path) -> None:
    path = tmp_path / "feed"
    path.write_text("a long line that was there before\n")
    with following(path) as (heard, reader):
        until(lambda: reader.counts.is_connected)
        time.sleep(0.05)
        path.write_text("new\n")
        until(lambda: heard == [b"new"])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with following(tmp_path) as (heard, reader):
        until(lambda: reader.counts.failures > 1)
        assert "is not a regular file" in reader.counts.last_error
        assert heard == []


@pytest.mark.parametrize("cut", [97, 1000, 64 * 1024, 200_000])
def test_a_line_without_end_takes_no_memory_and_only_itself_along(cut: int) -> None:
    pending, whole, too_long, largest = _PendingLine(), [], 0, 0
    data = b"first\n" + b"x" * 150_000 + b"\nsecond\n" + b"y" * 64 * 1024 + b"\nthird\n"
    for start in range(0, len(data), cut):
        whole += pending.add(data[start : start + cut])
        largest = max(largest, len(pending._rest))
        too_long += pending.take_too_long()
    assert whole == [b"first", b"second", b"y" * 64 * 1024, b"third"]
    assert too_long == 1
    assert largest <= 64 * 1024
