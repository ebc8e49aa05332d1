"""Is everything in order for this device?  One line per matter, in plain words, with what to do where it is not."""

import random
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from camera_agent.addresses import LineAddress
from camera_agent.capture.gpsd import PositionReader
from camera_agent.clock import Clock
from camera_agent.control.receivers import position_words, receiver_words
from camera_agent.control.state import DeviceState
from camera_agent.control.status import fresh_health, read_status
from camera_agent.errors import AgentError
from camera_agent.outbox.centre import Centre
from recognition.contracts import RecognitionError
from recognition.vision import VisionModels

_LOW_SPACE_BYTES = 2 * 1024**3
_CLOCK_LIMIT_S = 2.0
_FIX_WAIT_S = 4.0
_FIX_POLL_S = 0.1


@dataclass(frozen=True)
class Finding:
    """One matter: what was looked at, whether it is in order, and words for the operator."""

    matter: str
    is_good: bool
    words: str


def examine(
    state: DeviceState, centre_url: str | None, clock: Clock, gpsd: LineAddress | None = None
) -> Iterator[Finding]:
    """Look at networks, disk, key, journal, receivers, centre and clock, one after the other.

    ``gpsd``: ask this one now; else the running pipeline's word on its receivers counts.
    """
    for matter, look in (
        ("models", _models),
        ("disk", lambda: _disk(state)),
        ("key", lambda: _key(state)),
        ("journal", lambda: _journal(state, clock)),
    ):
        yield _looked(matter, look)
    yield from _receivers(state, clock, gpsd)
    try:
        identity = state.identity()
    except AgentError as error:
        yield Finding("enrolment", is_good=False, words=str(error))
        return
    address = centre_url or (identity.centre_url if identity else None)
    if identity is None:
        yield Finding("enrolment", is_good=False, words="not enrolled: what is recorded waits here; camera-agent enrol")
    else:
        yield Finding("enrolment", is_good=True, words=f"{identity.device_id} in region {identity.region}")
    if address is None:
        yield Finding("centre", is_good=True, words="no centre is known: nothing to look at")
        return
    device_id = identity.device_id if identity else "doctor"
    yield _looked("centre", lambda: _centre(state, address, device_id, clock))
    yield _looked("clock", lambda: _clock(state, address, device_id, clock))


def _looked(matter: str, look: Callable[[], tuple[bool, str]]) -> Finding:
    try:
        is_good, words = look()
    except (AgentError, RecognitionError) as error:
        return Finding(matter, is_good=False, words=str(error))
    return Finding(matter, is_good, words)


def _models() -> tuple[bool, str]:
    digests = VisionModels.load().digests
    return True, ", ".join(f"{name} {digest[:12]}" for name, digest in sorted(digests.items()))


def _disk(state: DeviceState) -> tuple[bool, str]:
    folder = next(path for path in (state.folder, *state.folder.absolute().parents) if path.exists())
    free_bytes = shutil.disk_usage(folder).free
    words = f"{free_bytes / 1024**3:.1f} GiB free at {state.folder}"
    if free_bytes < _LOW_SPACE_BYTES:
        return False, f"{words}; a week without the centre needs about 2 GiB: free some space"
    return True, words


def _key(state: DeviceState) -> tuple[bool, str]:
    key = state.key()
    mode = stat.S_IMODE((state.folder / "device.key").stat().st_mode)
    if mode & 0o077:
        return False, f"others may read the key (mode {mode:o}): chmod 600 {state.folder / 'device.key'}"
    return True, f"key {key.verifying.key_id}"


def _journal(state: DeviceState, clock: Clock) -> tuple[bool, str]:
    if not (state.folder / "journal.sqlite3").exists():
        return True, "nothing recorded yet"
    status = read_status(state, clock)
    words = ", ".join(f"{count} {name}" for name, count in status.events.items())
    if status.alarms:
        return False, f"{words}; event {status.alarms[0].seq}: {status.alarms[0].detail}; see camera-agent status"
    return True, words


def _receivers(state: DeviceState, clock: Clock, gpsd: LineAddress | None) -> Iterator[Finding]:
    words = receiver_words(fresh_health(state, clock))
    if gpsd is not None:
        words["position"] = position_words(_ask(gpsd, clock))
    for name, (is_good, text) in words.items():
        yield Finding(name.removeprefix("signal_"), is_good, text)


def _ask(gpsd: LineAddress, clock: Clock) -> dict[str, object]:
    reader = PositionReader(gpsd, clock=clock, rng=random.Random())  # noqa: S311 - jitter
    reader.start()
    until_s, pause = clock.monotonic_s() + _FIX_WAIT_S, threading.Event()
    while reader.fix() is None and clock.monotonic_s() < until_s:
        pause.wait(_FIX_POLL_S)
    facts = reader.health()
    reader.stop()
    return facts


def _centre(state: DeviceState, address: str, device_id: str, clock: Clock) -> tuple[bool, str]:
    with Centre(address, device_id, state.key(), clock) as centre:
        if not centre.is_alive():
            return False, f"{address} does not answer: check network and address; what is recorded waits here"
    return True, f"{address} answers"


def _clock(state: DeviceState, address: str, device_id: str, clock: Clock) -> tuple[bool, str]:
    with Centre(address, device_id, state.key(), clock) as centre:
        offset_s = centre.clock_offset_s()
    if offset_s is None:
        return True, "the centre tells no time to compare with"
    if abs(offset_s) > _CLOCK_LIMIT_S:
        return False, f"{offset_s:+.0f} s away from the centre's: set the time, use chrony or systemd-timesyncd"
    return True, "agrees with the centre's to about a second"
