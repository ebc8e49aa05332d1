"""Snapshots of a list: what a change shares, what a reader beside a writer sees, what is the same on every machine."""

import subprocess
import sys
import threading

import numpy as np
import pytest

from recognition.contracts import PlateKey
from recognition.plates.list_columns import EntryColumns
from recognition.plates.list_entry import ListEntry, ListError, MatchPolicy
from recognition.plates.list_index import CurrentIndex, ListIndex


def key(plate: str) -> PlateKey:
    return PlateKey(plate=plate, plate_region="ru", plate_type="1")


def listed(number: int, plate: str) -> ListEntry:
    return ListEntry(number, plate, "ru", "1", MatchPolicy.CONFUSABLE)


def test_a_change_shares_the_big_table_and_nothing_can_write_into_it() -> None:
    index = ListIndex.of(listed(number, f"A{number:03d}BC77") for number in range(1000))
    changed = index.with_changes([listed(1000, "B000BB77")], [3])
    assert changed.parts[0].table is index.parts[0].table
    assert (len(index), len(changed)) == (1000, 1000)
    with pytest.raises(ValueError, match="read-only"):
        index.parts[0].table.hashes[0] = 0


def test_columns_and_entries_give_the_same_index() -> None:
    given_entries = [listed(number, f"A{number:03d}BC77") for number in range(50)]
    keys = [key(entry.plate) for entry in given_entries]
    assert ListIndex.from_columns(EntryColumns.pack(given_entries)).match(keys) == ListIndex.of(given_entries).match(
        keys
    )


@pytest.mark.parametrize("text", [b"A123\0BC", b"A12?BC77", b"A", b"a123BC77", b"A123BC\xff7"])
def test_columns_that_hold_what_no_plate_can_be_are_refused(text: bytes) -> None:
    columns = EntryColumns.pack([listed(4, "A123BC77"), listed(9, "A124BC77")])
    columns.texts[1] = np.frombuffer(text.ljust(12, b"\0"), np.uint8)
    with pytest.raises(ListError, match="entry 9"):
        ListIndex.from_columns(columns)


def test_a_reader_sees_a_whole_version_or_none() -> None:
    """Every version lists the same plates under numbers of its own; a batch must see one version only."""
    size, versions = 40, 150
    plates = [f"A{number:03d}BC77" for number in range(0, 10 * size, 10)]
    keys = [key(plate) for plate in plates]
    current = CurrentIndex(ListIndex.of(listed(at, plate) for at, plate in enumerate(plates)))
    torn: list[set[int]] = []
    seen: set[int] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            found = current.snapshot.exact(keys)
            whole = {match.entry // size for match in found}
            seen.update(whole)
            if len(found) != size or len(whole) != 1:
                torn.append(whole)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for version in range(1, versions):
        fresh = [listed(version * size + at, plate) for at, plate in enumerate(plates)]
        if version % 3:
            current.change(fresh, range((version - 1) * size, version * size))
        else:
            current.swap(ListIndex.of(fresh))
    stop.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert len(seen) > 1
    assert {match.entry // size for match in current.snapshot.exact(keys)} == {versions - 1}


def test_the_hash_of_a_key_is_the_same_everywhere_and_for_ever() -> None:
    program = (
        "import numpy as np; from recognition.plates.list_hash import *; numbers = [kind_number('ru', '1')];"
        "print(*hash_texts(text_bytes(['A123BC77']), np.zeros(1, int), np.array(numbers, np.uint64)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "10882173897545540597"
