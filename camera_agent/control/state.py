"""The state folder of one device: key, identity, journal, evidence, health; and who may write it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from camera_agent.clock import Clock
from camera_agent.control.names import check_name
from camera_agent.errors import DeviceError, storage_error
from camera_agent.outbox import Journal
from camera_agent.outbox.evidence_folder import write_durably
from recognition.contracts import Contract, EnrolmentAnswer, EvidenceError, Identifier, UtcTime
from recognition.evidence import SigningKey, canonical_bytes

DEFAULT_DEVICE_ID = "camera-1"


class Identity(Contract):
    """Who the device is to which centre; written once, at enrolment."""

    device_id: Identifier
    region: Identifier
    centre_url: str = Field(max_length=500)
    centre_public_key_pem: str = Field(max_length=1000)
    enrolled_at: UtcTime


@dataclass(frozen=True)
class DeviceState:
    """Paths and secrets of one device."""

    folder: Path

    @property
    def identity_path(self) -> Path:
        """Where the identity is kept."""
        return self.folder / "identity.json"

    @property
    def health_path(self) -> Path:
        """Where the running pipeline says how it is."""
        return self.folder / "health.json"

    def key(self) -> SigningKey:
        """Return the device's key; made on first use.

        Raises:
            EvidenceError: the file is not a key (``key.invalid``).
            OutboxError: it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return SigningKey.load_or_create(self.folder / "device.key")
        except EvidenceError as error:
            hint = "restore device.key from a backup; a new key needs a new enrolment: camera-agent enrol"
            raise EvidenceError(error.message, code=error.code, hint=hint) from error
        except OSError as error:
            raise storage_error(error, str(self.folder)) from error

    def identity(self) -> Identity | None:
        """Return who the device is; None before enrolment.

        Raises:
            DeviceError: the file cannot be read (``device.identity_damaged``).
        """
        try:
            return Identity.model_validate_json(self.identity_path.read_bytes())
        except FileNotFoundError:
            return None
        except (ValidationError, OSError) as error:
            raise DeviceError(
                f"{self.identity_path} cannot be read",
                code="device.identity_damaged",
                hint="enrol again: camera-agent enrol --centre URL --code CODE --device-id ID --state DIR",
            ) from error

    def enrolled(self) -> Identity:
        """Return who the device is.

        Raises:
            DeviceError: it is not enrolled (``device.not_enrolled``).
        """
        identity = self.identity()
        if identity is None:
            raise DeviceError(
                f"the device in {self.folder} is not enrolled with a centre",
                code="device.not_enrolled",
                hint="camera-agent enrol --centre URL --code CODE --device-id ID --state DIR",
            )
        return identity

    def save_identity(self, answer: EnrolmentAnswer, centre_url: str, clock: Clock) -> Identity:
        """Keep for ever what the centre answered."""
        identity = Identity(**answer.model_dump(), centre_url=centre_url, enrolled_at=clock.now())
        write_durably(self.identity_path, canonical_bytes(identity), "identity")
        return identity

    def device_id(self, wanted: str | None) -> str:
        """Return the device's name: the enrolled one, else the wanted one, else the default.

        Raises:
            DeviceError: another name was enrolled (``device.other_identity``).
            AgentError: it cannot be a name (``option.name``).
        """
        identity = self.identity()
        if identity is None:
            return check_name(wanted or DEFAULT_DEVICE_ID, "--device-id")
        if wanted not in {None, identity.device_id}:
            raise DeviceError(
                f"this device is enrolled as {identity.device_id!r}, not {wanted!r}",
                code="device.other_identity",
                hint="leave --device-id out, or use another --state folder",
            )
        return identity.device_id

    def journal(self, device_id: str, clock: Clock) -> Journal:
        """Open the journal and check it."""
        return Journal(self.folder, device_id, self.key(), clock)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Be the one process that records here.

        Raises:
            DeviceError: another process is recording (``device.busy``).
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = (self.folder / "recording.lock").open("w")
        except OSError as error:
            raise storage_error(error, str(self.folder)) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DeviceError(
                    f"another process is recording in {self.folder}",
                    code="device.busy",
                    hint="stop it first, or use another --state folder",
                ) from error
            yield

    def write_health(self, facts: dict[str, object]) -> None:
        """Say how the pipeline is; the newest word counts, so it need not survive a power cut."""
        partial = self.health_path.with_suffix(f".{os.getpid()}.partial")
        try:
            partial.write_text(json.dumps(facts, default=str), encoding="utf-8")
            partial.rename(self.health_path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise storage_error(error, str(self.health_path)) from error

    def read_health(self) -> dict[str, object] | None:
        """Return the last word on the pipeline's health, if there is one that can be read."""
        try:
            facts = json.loads(self.health_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return facts if isinstance(facts, dict) else None
