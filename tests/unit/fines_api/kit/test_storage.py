"""The local evidence folder."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.kit.errors import InvalidError, NotFoundError, UnavailableError
from fines_api.kit.evidence import EvidenceDamagedError, evidence_key, read_evidence
from fines_api.kit.storage import LocalStorage

_DIGEST = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of b"hello"


def test_what_is_put_is_got(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "evidence")
    assert not storage.exists("a/b")
    storage.put("a/b", b"hello", "text/plain")
    storage.put("a/b", b"hello", "text/plain")
    assert storage.exists("a/b")
    assert storage.get("a/b") == b"hello"
    assert LocalStorage(tmp_path / "evidence").get("a/b") == b"hello"
    with pytest.raises(NotFoundError):
        storage.get("a/c")


def test_what_is_deleted_is_gone_and_deleting_again_does_nothing(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "evidence")
    storage.put("a/b", b"hello", "text/plain")
    storage.delete("a/b")
    storage.delete("a/b")
    assert not storage.exists("a/b")


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = LocalStorage(tmp_path)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UnavailableError) as caught:
        storage.put("a/b", b"hello", "text/plain")
    assert "No space left" in str(caught.value)
    assert not storage.exists("a/b")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_folders_are_flushed_after_the_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    real = os.fsync

    def watched(descriptor: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    storage = LocalStorage(tmp_path / "root")
    monkeypatch.setattr(os, "fsync", watched)
    storage.put("a/b", b"hello", "text/plain")
    assert flushed[0].endswith(".partial")
    assert flushed[1:] == [str(tmp_path / "root" / "a"), str(tmp_path / "root")]


def test_altered_evidence_is_never_served(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put(evidence_key(_DIGEST), b"hello", "text/plain")
    assert read_evidence(storage, _DIGEST) == b"hello"
    storage.put(evidence_key(_DIGEST), b"hellp", "text/plain")
    with pytest.raises(EvidenceDamagedError):
        read_evidence(storage, _DIGEST)


@given(st.text(max_size=40))
def test_no_key_leads_out_of_the_folder(tmp_path_factory: pytest.TempPathFactory, key: str) -> None:
    root = tmp_path_factory.getbasetemp() / "keys"
    storage = LocalStorage(root)
    try:
        path = storage._path(key)
    except InvalidError:
        return
    assert path.resolve().is_relative_to(root.resolve())


@pytest.mark.parametrize(
    "key", ["../x", "a/../../x", "/etc/passwd", "a\x00b", "a\\..\\b", "a/./b", ".hidden", "a/", "%2e%2e/x"]
)
def test_traversal_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidError) as caught:
        LocalStorage(tmp_path).put(key, b"x", "text/plain")
    assert caught.value.code == "storage.key"
