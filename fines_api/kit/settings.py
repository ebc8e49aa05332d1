"""Settings of one region node, from ``RUBEZH_*`` environment variables; the service refuses to start on a bad one."""

import re
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fines_api.kit.errors import ConfigurationError


class Settings(BaseSettings):
    """One region node.  ``data_dir`` holds the embedded database, evidence and keys unless told otherwise."""

    model_config = SettingsConfigDict(env_prefix="RUBEZH_", extra="ignore", frozen=True)

    region: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,15}$", description="code of this region, e.g. 77")
    data_dir: Path = Path("var/fines_api")
    database_url: str | None = Field(default=None, description="postgresql://…; empty = embedded server in data_dir")
    public_url: str = "http://127.0.0.1:8077"
    jurisdiction: str = "ru"
    timezone: str = "Europe/Moscow"
    is_cookie_secure: bool = Field(default=True, description="off only for plain-HTTP demos on loopback")
    citizen_tries_per_hour: int = Field(default=5, ge=1, le=1000, description="look-ups per address and plate")

    device_events_per_s: float = Field(default=50.0, gt=0, description="what one device may send for ever")
    device_burst_events: int = Field(default=5000, ge=1, description="and what it may send at once")
    intake_slots: int = Field(default=4, ge=1, le=64, description="batches one process works on at once")
    case_number_pattern: str = Field(
        default=r"(?=.*\d)[\w/.№ -]{3,64}", description="how a case's number is written here; every search names one"
    )
    searches_per_hour: int = Field(default=60, ge=1, le=10_000, description="searches of one officer")

    storage_endpoint: str | None = Field(default=None, description="host:port of an S3 server; empty = local folder")
    storage_bucket: str = "rubezh-evidence"
    storage_access_key: str | None = None
    storage_secret_key: SecretStr | None = None
    storage_is_tls: bool = True

    hub_url: str | None = Field(default=None, description="nats://user:password@host:port; empty = region alone")
    region_key_path: Path | None = Field(default=None, description="Ed25519 PEM; default data_dir/region.key")
    peers_path: Path | None = Field(default=None, description="TOML: region code to PEM public key of each peer")

    retention_path: Path | None = Field(default=None, description="TOML of retention terms; default the platform's own")

    news_allowed_hosts: str = Field(
        default="",
        description="comma list of receivers' hosts that may be local and spoken to without TLS; demos, tests",
    )

    @model_validator(mode="after")
    def _storage_is_whole(self) -> Self:
        if self.storage_endpoint and not (self.storage_access_key and self.storage_secret_key):
            msg = "RUBEZH_STORAGE_ENDPOINT needs RUBEZH_STORAGE_ACCESS_KEY and RUBEZH_STORAGE_SECRET_KEY"
            raise ValueError(msg)
        return self

    @field_validator("case_number_pattern")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            msg = f"not a regular expression: {error}"
            raise ValueError(msg) from error
        return pattern

    @property
    def region_key(self) -> Path:
        """Where this region's signing key lives."""
        return self.region_key_path or self.data_dir / "region.key"

    @property
    def news_hosts(self) -> frozenset[str]:
        """Names in ``news_allowed_hosts``, lower case."""
        return frozenset(name.strip().lower() for name in self.news_allowed_hosts.split(",") if name.strip())


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        ConfigurationError: a setting is missing or wrong; the message names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"RUBEZH_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise ConfigurationError(problems, hint="set the variables named above; see README.md, Settings") from error
