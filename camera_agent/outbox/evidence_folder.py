"""Evidence files by their own digest: ``ab/abcdef…``, on the disk for good before anything refers to them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camera_agent.errors import storage_error
from camera_agent.outbox.crash import step
from recognition.evidence import sha256_hex

_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Blob:
    """One file of evidence: what it is, and its bytes."""

    sha256: str
    media_type: str
    data: bytes

    @classmethod
    def of(cls, data: bytes, media_type: str) -> "Blob":
        """Name the bytes by their digest."""
        return cls(sha256=sha256_hex(data), media_type=media_type, data=data)


def write_durably(path: Path, data: bytes, label: str) -> None:
    """Write a file so that after a power cut it is there whole, or not at all: tmp, fsync, rename, fsync of the folder.

    ``label`` names the crash points (``label.written`` …).

    Raises:
        OutboxError: ``disk.full`` or ``disk.failed``; the partial file is removed.  A failed fsync is never retried:
            after it the kernel may have dropped the pages ("fsyncgate").
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}{_PARTIAL}")
    try:
        _make_folder(path.parent)
        with partial.open("wb") as file:
            file.write(data)
            step(f"{label}.written")
            file.flush()
            os.fsync(file.fileno())
        step(f"{label}.synced")
        partial.rename(path)
        step(f"{label}.renamed")
        sync_folder(path.parent)
        step(f"{label}.durable")
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise storage_error(error, str(path)) from error


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    sync_folder(folder.parent)


class EvidenceFolder:
    """The evidence of one device, content-addressed; a digest names the same bytes for ever."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, sha256: str) -> Path:
        """Where the bytes with this digest lie, or would."""
        return self.root / sha256[:2] / sha256

    def put(self, blob: Blob) -> None:
        """Store the bytes durably; a file left by an earlier, killed attempt is made sure of instead."""
        path = self.path_of(blob.sha256)
        if path.exists() and path.read_bytes() == blob.data:
            sync_folder(path.parent)  # its rename may have been the last thing before the kill
            return
        write_durably(path, blob.data, "evidence")

    def read(self, sha256: str) -> tuple[bytes, bool]:
        """Return the stored bytes and whether they still are the ones the digest names.

        Raises:
            FileNotFoundError: no such file.
        """
        data = self.path_of(sha256).read_bytes()
        return data, sha256_hex(data) == sha256

    def delete(self, sha256: str) -> int:
        """Remove the file; return the bytes freed."""
        path = self.path_of(sha256)
        try:
            size_bytes = path.stat().st_size
            path.unlink()
        except FileNotFoundError:
            return 0
        step("retention.deleted")
        return size_bytes

    def files(self) -> Iterator[Path]:
        """Walk over everything stored, finished or partial."""
        yield from (path for path in self.root.glob("??/*") if path.is_file())

    def size_bytes(self) -> int:
        """Bytes that all evidence takes."""
        total = 0
        for path in self.files():
            try:
                total += path.stat().st_size
            except FileNotFoundError:  # the uploader's process deletes meanwhile
                continue
        return total

    def sweep(self, known: frozenset[str]) -> int:
        """Remove partial files and files no event refers to (left by a crash before its transaction); return how many.

        Only the process that records may call this: it alone knows that nothing is being written.
        """
        orphans = [path for path in self.files() if path.name.endswith(_PARTIAL) or path.name not in known]
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)
