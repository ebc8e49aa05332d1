"""The published JSON Schemas are what the code says, and every wire type survives its own JSON."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from recognition import contracts
from recognition.contracts import json_schemas
from recognition.contracts.json_schemas import FOLDER, PUBLISHED, drifted, render
from recognition.evidence import canonical_bytes

NOON = datetime(2026, 6, 1, 12, 0, 0, 250000, tzinfo=UTC)
CLOCK = contracts.ClockQuality(source=contracts.ClockSource.RTCP, bound_ms=3.5)
CORNERS = ((1.0, 2.0), (61.5, 2.0), (61.5, 15.0), (1.0, 15.0))
READ = contracts.PlateRead(
    plate="A123BC77",
    plate_region="ru",
    plate_type="1",
    raw_text="А123ВС 77",
    confidence=0.97,
    frame_sequence=4,
    captured_at=NOON,
    corners_px=CORNERS,
    height_px=13.0,
    characters=(contracts.CharacterRead(character="A", confidence=0.9, alternatives=(("4", 0.05),)),),
)
PLATE = contracts.PlateConsensus(
    plate="A123BC77", plate_region="ru", plate_type="1", confidence=0.97, support=3, looks=4, best=READ
)
SPEED = contracts.Measurement(
    quantity="speed",
    value=83.2,
    unit="km/h",
    expanded_uncertainty=1.2,
    is_valid=True,
    method="plate",
    budget={"fit": 0.1, "height": 0.6},
)
FRAME = contracts.Frame(
    camera_id="cam", sequence=4, pts_s=0.16, captured_at=NOON, clock=CLOCK, width_px=1280, height_px=720
)
PASSAGE = contracts.Passage(
    passage_id=UUID(int=1),
    device_id="dev",
    site_id="site",
    site_version=2,
    camera_id="cam",
    track_id=7,
    started_at=NOON,
    ended_at=NOON + timedelta(seconds=2),
    captured_at=NOON,
    clock=CLOCK,
    vehicle_class=contracts.VehicleClass.CAR,
    vehicle_confidence=0.9,
    frames=50,
    lane_id="left",
    direction="receding",
    plate=PLATE,
    speed=SPEED,
    images=(
        contracts.ImageRef(
            role=contracts.ImageRole.PLATE,
            sha256="a" * 64,
            media_type="image/jpeg",
            size_bytes=900,
            frame_sequence=4,
            box_px=(0.0, 0.0, 80.0, 20.0),
        ),
    ),
    models={"reader": "b" * 64},
    code_version="0.1.0",
)
CANDIDATE = contracts.ViolationCandidate(
    candidate_id=UUID(int=2),
    passage_id=UUID(int=1),
    device_id="dev",
    site_id="site",
    site_version=2,
    rule="point_speed",
    rule_mode=contracts.RuleMode.FINE,
    occurred_at=NOON,
    plate=contracts.PlateKey(plate="A123BC77", plate_region="ru", plate_type="1"),
    plate_confidence=0.97,
    vehicle_class=contracts.VehicleClass.CAR,
    measurement=SPEED,
    limit_kmh=60.0,
    excess_kmh=22.0,
    facts={"method": "plate", "frames_measured": 12},
    package_sha256="c" * 64,
    package_bytes=1000,
)
EVENT = contracts.CloudEvent(
    id=UUID(int=3),
    source="urn:rubezh:device:dev",
    type=contracts.EventType.PASSAGE_RECORDED,
    subject="passage/1",
    time=NOON,
    dataschema="https://rubezh.example/schemas/Passage.json",
    rubezhepoch=1,
    rubezhseq=1,
    rubezhprev=contracts.GENESIS_HASH,
    data=PASSAGE.model_dump(mode="json"),
)
RECEIPT = contracts.Receipt(
    device_id="dev",
    region="77",
    issued_at=NOON,
    results=(contracts.IntakeResult(epoch=1, seq=1, event_sha256="d" * 64, status=contracts.IntakeStatus.ACCEPTED),),
)
ASSERTION = contracts.DeviceAssertion(device_id="dev", audience="session", issued_at=NOON, nonce="n" * 16)
SAMPLES = (FRAME, SPEED, PASSAGE, CANDIDATE, EVENT, RECEIPT, ASSERTION)


def test_no_published_schema_has_drifted() -> None:
    assert drifted() == []


def test_drift_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for contract in PUBLISHED:
        (tmp_path / f"{contract.__name__}.json").write_text(render(contract), encoding="utf-8")
    monkeypatch.setattr(json_schemas, "FOLDER", tmp_path)
    assert drifted() == []
    (tmp_path / "Frame.json").write_text(
        render(contracts.Frame).replace("720", "721").replace("gt", "ge"), encoding="utf-8"
    )
    (tmp_path / "Site.json").unlink()
    (tmp_path / "Passage.json").write_text("{}", encoding="utf-8")
    assert set(drifted()) >= {"Site", "Passage"}


def test_no_schema_lies_about_without_its_wire_type() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {contract.__name__ for contract in PUBLISHED}


@pytest.mark.parametrize("contract", PUBLISHED, ids=lambda contract: contract.__name__)
def test_schemas_are_closed_and_state_their_draft(contract: type[contracts.Contract]) -> None:
    schema = json.loads((FOLDER / f"{contract.__name__}.json").read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_survives_its_canonical_json(message: contracts.Contract) -> None:
    wire = canonical_bytes(message)
    again = type(message).model_validate_json(wire)
    assert again == message
    assert canonical_bytes(again) == wire


@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: type(message).__name__)
def test_an_unknown_field_is_refused(message: contracts.Contract) -> None:
    content = {**message.model_dump(mode="json", by_alias=True), "surprise": 1}
    with pytest.raises(ValidationError):
        type(message).model_validate_json(json.dumps(content))


@pytest.mark.parametrize("message", SAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_cannot_be_altered(message: contracts.Contract) -> None:
    with pytest.raises(ValidationError):
        setattr(message, next(iter(type(message).model_fields)), None)


@given(
    value=st.floats(-1e6, 1e6),
    uncertainty=st.floats(0, 1e6),
    reason=st.none() | st.sampled_from(["time_jump", "track_too_short"]),
    budget=st.dictionaries(st.sampled_from(["fit", "time", "scale"]), st.floats(0, 1e3)),
)
@settings(max_examples=60, deadline=None)
def test_any_measurement_survives_bit_for_bit(
    value: float, uncertainty: float, reason: str | None, budget: dict[str, float]
) -> None:
    measured = contracts.Measurement(
        quantity="speed",
        value=value,
        unit="km/h",
        expanded_uncertainty=uncertainty,
        is_valid=reason is None,
        invalid_reason=reason,
        method="plate",
        budget=budget,
    )
    again = contracts.Measurement.model_validate_json(canonical_bytes(measured))
    assert (again.value, again.expanded_uncertainty, again.budget) == (value, uncertainty, budget)


@pytest.mark.parametrize(
    "changes", [{"is_valid": False}, {"invalid_reason": "time_jump"}, {"value": float("nan")}, {"unit": "mph"}]
)
def test_a_measurement_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        contracts.Measurement.model_validate({**SPEED.model_dump(), **changes})


def test_a_candidate_of_before_two_officers_could_be_asked_needs_one() -> None:
    old = CANDIDATE.model_dump(mode="json")
    del old["reviewers"]
    assert contracts.ViolationCandidate.model_validate(old).reviewers == 1
    for wrong in (0, 3):
        with pytest.raises(ValidationError):
            contracts.ViolationCandidate.model_validate(old | {"reviewers": wrong})


@pytest.mark.parametrize("plate", ["А123ВС77", "a123bc77", "A123 BC77", "A", "A1234567890123"])
def test_only_canonical_plates_are_keys(plate: str) -> None:
    with pytest.raises(ValidationError):
        contracts.PlateKey(plate=plate, plate_region="ru", plate_type="1")


def test_naive_times_are_refused_and_aware_ones_written_in_utc() -> None:
    with pytest.raises(ValidationError):
        contracts.DeviceAssertion.model_validate({**ASSERTION.model_dump(), "issued_at": datetime(2026, 6, 1)})  # noqa: DTZ001 - the naive time is the case
    moscow = NOON.astimezone(timezone(timedelta(hours=3)))
    assert contracts.isoformat_utc(moscow) == "2026-06-01T12:00:00.250000Z"
