"""What must be right before the service starts: secrets that are secrets, a disk with room, a current schema."""

import ipaddress
import shutil
import socket
import stat
from urllib.parse import urlsplit

from fines_api.db import Database
from fines_api.db.migrations import pending_revisions
from fines_api.kit.errors import ConfigurationError
from fines_api.kit.settings import Settings

MIN_FREE_BYTES = 256 * 1024 * 1024
_MIN_SECRET = 12
_DEFAULTS = frozenset(
    {"admin", "changeme", "change-me", "default", "minio", "minio123", "minioadmin", "nats", "password", "postgres",
     "rubezh", "secret", "test", "123456", "12345678"}
)  # fmt: skip


def check_before_start(settings: Settings, host: str) -> None:
    """Refuse to start on a secret that is none, an open door or a full disk.

    Raises:
        ConfigurationError: with the setting to mend.
    """
    _check_secrets(settings)
    if not settings.is_cookie_secure and not _is_loopback(host):
        raise ConfigurationError(
            f"sessions would travel unprotected on {host}",
            hint="serve behind TLS and remove RUBEZH_IS_COOKIE_SECURE=false, or bind to 127.0.0.1",
            code="configuration.insecure_cookie",
        )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data_dir).free
    if free < MIN_FREE_BYTES:
        raise ConfigurationError(
            f"only {free // 2**20} MiB free in {settings.data_dir}",
            hint=f"free at least {MIN_FREE_BYTES // 2**20} MiB: evidence must not be refused for want of room",
            code="disk.full",
        )


def check_key_file(settings: Settings) -> None:
    """Refuse a region key that others on the machine can read.

    Raises:
        ConfigurationError: the file's permissions are too wide.
    """
    path = settings.region_key
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigurationError(
            f"{path} can be read by others", hint=f"chmod 600 {path}", code="configuration.key_exposed"
        )


def check_schema(database: Database) -> None:
    """Refuse to work on a schema that is older than the program.

    Raises:
        ConfigurationError: revisions are missing (``database.schema_old``).
    """
    if missing := pending_revisions(database):
        raise ConfigurationError(
            f"the database lacks revisions {', '.join(missing)}",
            hint="run: fines-api migrate",
            code="database.schema_old",
        )


def bind_shared(host: str, port: int) -> socket.socket:
    """Take a port that further processes of this service listen on too; the system deals connections out among them.

    Raises:
        ConfigurationError: somebody else has it (``port.taken``).
    """
    with bind(host, port) as probe:
        port = probe.getsockname()[1]
    return bind(host, port, is_shared=True)


def bind(host: str, port: int, *, is_shared: bool = False) -> socket.socket:
    """Take the port before anything else starts; ``is_shared``: beside processes that take it so too.

    Raises:
        ConfigurationError: it is taken, or not ours to take (``port.taken``).
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if is_shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)  # two sockets may be bound to a port until one of them listens
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"cannot listen on {host}:{port}: {error.strerror}",
            hint="stop what uses it or choose another with --port",
            code="port.taken",
        ) from error
    return listener


def _check_secrets(settings: Settings) -> None:
    secret = settings.storage_secret_key.get_secret_value() if settings.storage_secret_key else None
    if secret is not None and (secret.lower() in _DEFAULTS or len(secret) < _MIN_SECRET):
        raise _weak("RUBEZH_STORAGE_SECRET_KEY")
    if settings.hub_url is not None and _is_weak_url(settings.hub_url, may_be_empty=False):
        raise _weak("RUBEZH_HUB_URL")
    if settings.database_url is not None and _is_weak_url(settings.database_url, may_be_empty=True):
        raise _weak("RUBEZH_DATABASE_URL")


def _is_weak_url(url: str, *, may_be_empty: bool) -> bool:
    password = urlsplit(url).password
    if not password:
        return not may_be_empty
    return password.lower() in _DEFAULTS


def _weak(setting: str) -> ConfigurationError:
    return ConfigurationError(
        f"{setting} holds no secret or a well-known one",
        hint="set a random one: python -c 'import secrets; print(secrets.token_urlsafe(24))'",
        code="configuration.default_secret",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
