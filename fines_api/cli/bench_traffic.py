"""Traffic for the benches of intake: devices that sign real events about drawn plates, laid ready on the disk."""

import base64
import mmap
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

import numpy as np

from fines_api.cli.bench_plates import draw
from recognition.contracts import (
    EVENT_PAYLOAD_TYPE,
    GENESIS_HASH,
    CharacterRead,
    ClockQuality,
    ClockSource,
    EventType,
    ImageRef,
    ImageRole,
    Measurement,
    Passage,
    PassageEvent,
    PlateConsensus,
    PlateKey,
    PlateRead,
    VehicleClass,
)
from recognition.evidence import SigningKey, canonical_bytes, pre_authentication_encoding, sha256_hex

EPOCH: Final = 1
_STEP: Final = timedelta(milliseconds=37)
_NAMESPACE: Final = UUID("6f2b41a5-2f0e-5a5e-9a39-0f5f3c1e7d10")
_MARK: Final = {
    name: f"@{name}@" for name in ("plate", "region", "type", "class", "time", "id", "seq", "prev", "a", "b")
}


@dataclass(frozen=True)
class Picture:
    """A stored picture that passages refer to."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Sighting:
    """What a device believes to have seen."""

    plate: PlateKey
    vehicle_class: VehicleClass = VehicleClass.CAR


@dataclass(frozen=True)
class Order:
    """What one device is to send: the sightings given, else drawn plates, ``listed`` ones once in ``one_in``."""

    device_id: str
    site_id: str
    private_pem: bytes
    seed: int
    passages: int
    batch: int
    began_at: datetime
    pictures: tuple[Picture, ...]
    listed: tuple[PlateKey, ...]
    one_in: int
    path: Path
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True)
class Fleet:
    """Bodies of ``POST /v1/intake/events`` ready to be sent, by device in their order."""

    batches: dict[str, list[tuple[Path, int, int]]]
    passages: int
    listed: int

    def bodies(self, device_id: str) -> Iterator[bytes]:
        """Give a device's bodies."""
        for path, start, length in self.batches[device_id]:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                yield view[start : start + length]


def passage_id_of(order: Order, number: int) -> UUID:
    """Return the id of a device's passage, numbered from 0."""
    return uuid5(_NAMESPACE, f"{order.device_id}/{order.seed}/{number}")


def prepare(orders: Sequence[Order], processes: int) -> Fleet:
    """Write every device's batches to its file."""
    with ProcessPoolExecutor(processes) as pool:
        written = list(pool.map(_write, orders))
    batches = {
        order.device_id: [(order.path, start, length) for start, length in places]
        for order, (places, _) in zip(orders, written, strict=True)
    }
    return Fleet(batches, sum(order.passages for order in orders), sum(listed for _, listed in written))


def _write(order: Order) -> tuple[list[tuple[int, int]], int]:
    places, start = [], 0
    events = _events(order)
    listed = 0
    with order.path.open("wb") as file:
        for first in range(0, order.passages, order.batch):
            signed = [next(events) for _ in range(min(order.batch, order.passages - first))]
            listed += sum(is_listed for _, is_listed in signed)
            body = b'{"events":[' + b",".join(envelope for envelope, _ in signed) + b"]}"
            file.write(body)
            places.append((start, len(body)))
            start += len(body)
    return places, listed


def _events(order: Order) -> Iterator[tuple[bytes, bool]]:
    template = _template(order)
    signing = _Signer(SigningKey.from_pem(order.private_pem))
    previous = GENESIS_HASH
    for number, (seen, is_listed) in enumerate(_drawn(order) if not order.sightings else _given(order)):
        payload = _filled(template, order, number, seen, previous)
        previous = sha256_hex(payload)
        yield signing.envelope(payload), is_listed


def _given(order: Order) -> Iterator[tuple[Sighting, bool]]:
    for seen in order.sightings:
        yield seen, False


def _drawn(order: Order) -> Iterator[tuple[Sighting, bool]]:
    chance = np.random.default_rng(order.seed)
    keys = draw(chance, order.passages).as_keys()
    picked = chance.random(order.passages) < 1 / order.one_in
    for key, is_listed in zip(keys, picked.tolist(), strict=True):
        yield Sighting(order.listed[int(chance.integers(len(order.listed)))] if is_listed else key), is_listed


def _filled(template: str, order: Order, number: int, seen: Sighting, previous: str) -> bytes:
    pictures = [order.pictures[(number * 2 + at) % len(order.pictures)].sha256 for at in range(2)]
    values = {
        "plate": seen.plate.plate,
        "region": seen.plate.plate_region,
        "type": seen.plate.plate_type,
        "class": seen.vehicle_class.value,
        "time": (order.began_at + number * _STEP).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "id": str(passage_id_of(order, number)),
        "prev": previous,
        "a": pictures[0],
        "b": pictures[1],
    }
    text = template
    for name, value in values.items():
        text = text.replace(_MARK[name], value)
    return text.replace('"@seq@"', str(number + 1)).encode()


class _Signer:
    """Makes the JSON of an envelope without a model: a million of them are needed."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self._end = b'","payloadType":"%b","signatures":[{"keyid":"%b","sig":"' % (
            EVENT_PAYLOAD_TYPE.encode(),
            key.verifying.key_id.encode(),
        )

    def envelope(self, payload: bytes) -> bytes:
        signature = self._key.sign(pre_authentication_encoding(EVENT_PAYLOAD_TYPE, payload))
        parts = b'{"payload":"', base64.b64encode(payload), self._end, base64.b64encode(signature), b'"}]}'
        return b"".join(parts)


def _template(order: Order) -> str:
    """Return the canonical text of an event as this project's own recogniser reports one, with marks to fill."""
    now, zero = datetime(2026, 1, 1, tzinfo=UTC), "0" * 64
    read = PlateRead(
        plate="A000AA00", plate_region="ru", plate_type="1", raw_text="A000AA00", confidence=0.998989,
        frame_sequence=243, captured_at=now, height_px=13.75,
        corners_px=((360.11, 608.75), (431.38, 609.52), (431.32, 623.13), (359.84, 622.63)),
        characters=tuple(CharacterRead(character=mark, confidence=0.9999) for mark in "A000AA00"),
    )  # fmt: skip
    passage = Passage(
        passage_id=UUID(int=0), device_id=order.device_id, site_id=order.site_id, site_version=1, camera_id="camera-1",
        track_id=2, started_at=now, ended_at=now, captured_at=now,
        clock=ClockQuality(source=ClockSource.RTCP, bound_ms=50), vehicle_class=VehicleClass.CAR,
        vehicle_confidence=0.949516, frames=29, lane_id="lane-1", direction="approaching",
        plate=PlateConsensus(
            plate="A000AA00", plate_region="ru", plate_type="1", confidence=0.999, support=11, looks=13,
            alternatives=(("H806TY192", 0.022214),), best=read,
        ),
        speed=Measurement(
            quantity="speed", value=47.936, unit="km/h", expanded_uncertainty=0.298, is_valid=True, method="plate",
            budget={"calibration": 0.0295, "fit": 0.025, "height": 0.1437, "scale": 0.01, "time": 0.012},
        ),
        images=tuple(
            ImageRef(
                role=role, sha256=digest, media_type="image/jpeg", size_bytes=1715, frame_sequence=243,
                box_px=(331, 602, 460, 629),
            )
            for role, digest in ((ImageRole.PLATE, "a" * 64), (ImageRole.VEHICLE, "b" * 64))
        ),
        models={"plate-finder.rubezh-1": zero, "plate-reader.rubezh-1": zero, "vehicle-detector": zero},
        code_version="rubezh-0.1.0",
    )  # fmt: skip
    event = PassageEvent(
        id=UUID(int=0), source=f"urn:rubezh:device:{order.device_id}", type=EventType.PASSAGE_RECORDED,
        subject=f"passage/{UUID(int=0)}", time=now, dataschema="urn:rubezh:schema:org.rubezh.passage.recorded.v1",
        rubezhepoch=EPOCH, rubezhseq=987654321, rubezhprev="c" * 64, data=passage,
    )  # fmt: skip
    text = canonical_bytes(event).decode()
    marks = {
        '"A000AA00"': f'"{_MARK["plate"]}"',
        '"plate_region":"ru"': f'"plate_region":"{_MARK["region"]}"',
        '"plate_type":"1"': f'"plate_type":"{_MARK["type"]}"',
        '"vehicle_class":"car"': f'"vehicle_class":"{_MARK["class"]}"',
        '"2026-01-01T00:00:00Z"': f'"{_MARK["time"]}"',
        str(UUID(int=0)): _MARK["id"],
        "987654321": f'"{_MARK["seq"]}"',
        "c" * 64: _MARK["prev"],
        "a" * 64: _MARK["a"],
        "b" * 64: _MARK["b"],
    }
    for plain, mark in marks.items():
        assert plain in text, plain
        text = text.replace(plain, mark)
    return text
