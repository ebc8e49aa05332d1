"""Evidence on a real S3 server (SeaweedFS on loopback)."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.retention import Retention
from pydantic import SecretStr

from fines_api.kit.errors import ConfigurationError, InvalidError, NotFoundError, UnavailableError
from fines_api.kit.settings import Settings
from fines_api.kit.storage import S3Storage, StorageLockedError, open_storage

pytestmark = pytest.mark.integration
_ACCESS, _SECRET = "rubezh-test", "a-secret-of-the-test-rig"


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="module")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    weed = Path(sys.executable).parent / "weed"
    if not weed.exists():
        pytest.skip("no weed program: install the dev extra")
    folder = tmp_path_factory.mktemp("weed")
    identity = {
        "name": "test",
        "credentials": [{"accessKey": _ACCESS, "secretKey": _SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"]
    names += ["s3.port", "s3.port.grpc"]
    ports = dict(zip(names, _free_ports(len(names)), strict=True))
    command = [
        str(weed), "server", "-s3", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=200",
        "-master.telemetry=false", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={folder / 's3.json'}",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_until_it_serves(f"127.0.0.1:{ports['s3.port']}", folder / "log", process)
            yield f"127.0.0.1:{ports['s3.port']}"
        finally:
            process.kill()  # its polite end takes twenty seconds
            process.wait(timeout=20)
            shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_serves(endpoint: str, log: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if _client(endpoint).bucket_exists(bucket_name="none") is False:
                probe = S3Storage(_client(endpoint), f"probe-{uuid4().hex}")
                probe.ensure_bucket()
                probe.put("probe/ready", b"ready", "text/plain")
                return
        except (UnavailableError, urllib3.exceptions.HTTPError, OSError, ValueError):
            time.sleep(0.3)
    pytest.fail(f"the S3 server did not start: {log.read_text()[-2000:]}")


def _client(endpoint: str, secret: str = _SECRET) -> Minio:
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=2, read=10), retries=False)
    return Minio(endpoint=endpoint, access_key=_ACCESS, secret_key=secret, secure=False, http_client=pool)


@pytest.fixture
def settings(s3_endpoint: str, tmp_path: Path) -> Settings:
    return Settings(
        region="77",
        data_dir=tmp_path,
        storage_endpoint=s3_endpoint,
        storage_bucket=f"evidence-{uuid4().hex}",
        storage_access_key=_ACCESS,
        storage_secret_key=SecretStr(_SECRET),
        storage_is_tls=False,
    )


def test_what_is_put_is_got_and_putting_it_again_changes_nothing(settings: Settings) -> None:
    storage = open_storage(settings)
    key, data = "evidence/ab/abcdef", bytes(range(256)) * 5000
    assert not storage.exists(key)
    with pytest.raises(NotFoundError):
        storage.get(key)
    storage.put(key, data, "application/zip")
    storage.put(key, data, "application/zip")
    assert storage.exists(key)
    assert storage.get(key) == data
    again = open_storage(settings)
    assert again.get(key) == data
    again.put(key, b"healed", "application/zip")
    assert storage.get(key) == b"healed"


def test_a_key_from_outside_is_refused(settings: Settings) -> None:
    storage = open_storage(settings)
    for key in ("../up", "/root", "a//b", "a/../b", "a\x00b", "", "A", "a/б"):
        with pytest.raises(InvalidError):
            storage.put(key, b"x", "text/plain")


def test_object_lock_is_proven_where_there_is_one(settings: Settings) -> None:
    storage = open_storage(settings)
    assert isinstance(storage, S3Storage)
    storage.prove_object_lock()


def test_object_lock_is_not_believed_where_there_is_none(s3_endpoint: str) -> None:
    client, bucket = _client(s3_endpoint), f"plain-{uuid4().hex}"
    client.make_bucket(bucket_name=bucket)
    with pytest.raises(ConfigurationError) as caught:
        S3Storage(client, bucket).prove_object_lock()
    assert caught.value.code == "storage.lock_unproven"


def test_a_wrong_secret_and_a_dead_server_are_named(s3_endpoint: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        S3Storage(_client(s3_endpoint, "wrong-secret"), "any-bucket").get("a/b")
    assert caught.value.code == "storage.unavailable"
    (port,) = _free_ports(1)
    with pytest.raises(UnavailableError):
        S3Storage(_client(f"127.0.0.1:{port}"), "any-bucket").put("a/b", b"x", "text/plain")


def test_what_is_deleted_is_gone_in_every_version(settings: Settings, s3_endpoint: str) -> None:
    storage, client = open_storage(settings), _client(s3_endpoint)
    for data in (b"first", b"second"):
        storage.put("evidence/ab/abcdef", data, "text/plain")
    storage.put("evidence/ab/abcdef0", b"a longer name", "text/plain")
    storage.delete("evidence/ab/abcdef")
    storage.delete("evidence/ab/abcdef")
    left = client.list_objects(bucket_name=settings.storage_bucket, prefix="evidence/ab/", include_version=True)
    assert [each.object_name for each in left] == ["evidence/ab/abcdef0"]


def test_a_locked_object_is_not_deleted_and_named(settings: Settings, s3_endpoint: str) -> None:
    storage, client = open_storage(settings), _client(s3_endpoint)
    storage.put("evidence/ab/abcdef", b"locked", "text/plain")
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    client.set_object_retention(
        bucket_name=settings.storage_bucket, object_name="evidence/ab/abcdef", config=Retention(COMPLIANCE, until)
    )
    with pytest.raises(StorageLockedError):
        storage.delete("evidence/ab/abcdef")
    assert storage.get("evidence/ab/abcdef") == b"locked"
