"""Evidence storage: a port of three methods, a local folder by default, any S3 server by setting.

Keys are made by the centre, never by a caller; an object is written once and never changed by a second ``put``.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.error import MinioException, S3Error
from minio.retention import Retention

from fines_api.kit.clock import Clock, SystemClock
from fines_api.kit.errors import ConfigurationError, ConflictError, InvalidError, NotFoundError, UnavailableError
from fines_api.kit.settings import Settings

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,127}(/[a-z0-9][a-z0-9_-]{0,127}){0,5}")
_ABSENT = {"NoSuchKey", "NoSuchObject", "NoSuchBucket"}
_LOCKED = "AccessDenied"
_LOCK_PROBE_S = 5


class Storage(Protocol):
    """Keeps bytes under a key."""

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Write the object durably; replaces an object whose bytes differ, does nothing where they are the same."""
        ...

    def get(self, key: str) -> bytes:
        """Read the object as it is stored now.

        Raises:
            NotFoundError: no such object (``storage.missing``).
        """
        ...

    def delete(self, key: str) -> None:
        """Delete the object, every version of it; does nothing where there is none.

        Raises:
            StorageLockedError: it is locked and stays.
        """
        ...


class StorageLockedError(ConflictError):
    """Object lock holds the object: nobody can delete it before its term."""

    code = "storage.locked"


def _check_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise InvalidError(f"not a storage key: {key[:80]!r}", code="storage.key")
    return key


class LocalStorage:
    """Objects as files: written beside, flushed, renamed, and the folder flushed too."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, data: bytes, media_type: str) -> None:  # noqa: ARG002 - a file has no media type
        """Write the object durably.

        Raises:
            UnavailableError: the disk is full or refuses (``storage.unavailable``).
        """
        path = self._path(key)
        with _disk_errors():
            if path.is_file() and path.read_bytes() == data:
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{uuid4().hex}.partial")
            try:
                with partial.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                partial.rename(path)
            finally:
                partial.unlink(missing_ok=True)
            self._flush_folders(path.parent)

    def get(self, key: str) -> bytes:
        """Read the object."""
        with _disk_errors():
            try:
                return self._path(key).read_bytes()
            except FileNotFoundError as error:
                raise NotFoundError(f"no object {key}", code="storage.missing") from error

    def exists(self, key: str) -> bool:
        """Tell whether the file is there."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Delete the file, and flush its folder."""
        path = self._path(key)
        with _disk_errors():
            try:
                path.unlink()
            except FileNotFoundError:
                return
            self._flush_folders(path.parent)

    def _path(self, key: str) -> Path:
        return self._root / _check_key(key)

    def _flush_folders(self, folder: Path) -> None:
        for each in (folder, *(parent for parent in folder.parents if parent.is_relative_to(self._root))):
            descriptor = os.open(each, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"evidence storage refuses: {error.strerror or error}",
            hint="free disk space or mend the disk under RUBEZH_DATA_DIR",
            code="storage.unavailable",
        ) from error


class S3Storage:
    """Objects in a bucket of any S3 server."""

    def __init__(self, client: Minio, bucket: str, clock: Clock | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock or SystemClock()

    def ensure_bucket(self) -> None:
        """Make the bucket, with object lock, where it does not exist yet.

        Raises:
            UnavailableError: the server does not answer or refuses.
        """
        with self._server_errors():
            if not self._client.bucket_exists(bucket_name=self._bucket):
                self._client.make_bucket(bucket_name=self._bucket, object_lock=True)

    def put(self, key: str, data: bytes, media_type: str) -> None:
        """Write the object.

        Raises:
            UnavailableError: the server does not answer or refuses (``storage.unavailable``).
        """
        _check_key(key)
        try:
            if self.get(key) == data:
                return
        except NotFoundError:
            pass
        with self._server_errors():
            self._client.put_object(
                bucket_name=self._bucket, object_name=key, data=BytesIO(data), length=len(data), content_type=media_type
            )

    def get(self, key: str) -> bytes:
        """Read the object."""
        _check_key(key)
        with self._server_errors():
            response = self._client.get_object(bucket_name=self._bucket, object_name=key)
            try:
                return bytes(response.read())
            finally:
                response.close()
                response.release_conn()

    def exists(self, key: str) -> bool:
        """Ask the server whether the object is there."""
        try:
            with self._server_errors():
                self._client.stat_object(bucket_name=self._bucket, object_name=_check_key(key))
        except NotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        """Delete every version of the object: a bucket with object lock keeps them all behind a mark of deletion.

        Raises:
            StorageLockedError: a version is locked.
        """
        _check_key(key)
        with self._server_errors():
            found = self._client.list_objects(bucket_name=self._bucket, prefix=key, include_version=True)
            versions = [each.version_id for each in found if each.object_name == key]
            for version in versions:
                try:
                    self._client.remove_object(bucket_name=self._bucket, object_name=key, version_id=version)
                except S3Error as error:
                    if error.code != _LOCKED:
                        raise
                    raise StorageLockedError(
                        f"{key} is locked", hint="its lock ends by itself; the next runs try again"
                    ) from error

    def prove_object_lock(self) -> None:
        """Show that a locked object really cannot be deleted: write one, lock it for seconds, try to delete it.

        Raises:
            ConfigurationError: the server let the version go, or knows no object lock (``storage.lock_unproven``).
        """
        key = f"lock-probe/{uuid4().hex}"
        until = self._clock.now() + timedelta(seconds=_LOCK_PROBE_S)
        try:
            written = self._client.put_object(
                bucket_name=self._bucket,
                object_name=key,
                data=BytesIO(b"lock probe"),
                length=10,
                retention=Retention(COMPLIANCE, until),
            )
        except (MinioException, urllib3.exceptions.HTTPError) as error:
            raise self._unproven(str(error)) from error
        try:
            self._client.remove_object(bucket_name=self._bucket, object_name=key, version_id=written.version_id)
        except S3Error:
            if self.get(key) == b"lock probe":
                return
        raise self._unproven("a locked object was deleted")

    def _unproven(self, detail: str) -> ConfigurationError:
        return ConfigurationError(
            f"bucket {self._bucket} has no working object lock: {detail}",
            hint="use a bucket made with object lock on a server that keeps it",
            code="storage.lock_unproven",
        )

    @contextmanager
    def _server_errors(self) -> Iterator[None]:
        try:
            yield
        except S3Error as error:
            if error.code in _ABSENT:
                raise NotFoundError(f"no object: {error.code}", code="storage.missing") from error
            raise self._unavailable(error) from error
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"the S3 server does not serve bucket {self._bucket}: {error}",
            hint="check RUBEZH_STORAGE_* and that the server is up",
            code="storage.unavailable",
        )


def open_storage(settings: Settings) -> Storage:
    """Open the configured storage: S3 where an endpoint is set, else the folder ``data_dir/evidence``.

    Raises:
        UnavailableError: the S3 server does not answer.
    """
    if not settings.storage_endpoint or settings.storage_secret_key is None:
        return LocalStorage(settings.data_dir / "evidence")
    client = Minio(
        endpoint=settings.storage_endpoint,
        access_key=settings.storage_access_key,
        secret_key=settings.storage_secret_key.get_secret_value(),
        secure=settings.storage_is_tls,
        http_client=urllib3.PoolManager(timeout=urllib3.Timeout(connect=3, read=30), retries=False, maxsize=16),
    )
    storage = S3Storage(client, settings.storage_bucket)
    storage.ensure_bucket()
    return storage
