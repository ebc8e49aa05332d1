from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import pytest

from camera_agent.capture.decode import DecodeCounts
from camera_agent.capture.file import file_pictures
from camera_agent.clock import ManualClock
from camera_agent.observe import Observation, Observer, SceneContext
from recognition.contracts import EventType, EvidenceRole, Site
from recognition.evidence import SigningKey, verify_package
from recognition.geometry import RoadPlane, parse_site

KEY = SigningKey.generate()


def context(rig: ModuleType, site: Site, site_file: bytes) -> SceneContext:
    return SceneContext(
        site=site,
        site_file=site_file,
        plane=RoadPlane.from_site(site),
        device_id="rig-device",
        models={"script": "0" * 64},
        code_version="rig",
        natural_key="replay:1",
    )


def observe(
    rig: ModuleType,
    clip: Path,
    *,
    is_unfinished: bool = False,
    is_suspect: bool = False,
    extra: str = "",
    script: Any = None,
) -> list[Observation]:
    text = rig.site_toml() + extra
    observer = Observer(context(rig, parse_site(text), text.encode()), KEY, ManualClock(rig.START))
    analyser, observations = rig.ScriptedAnalyser(script or rig.SCRIPT), []
    for captured in file_pictures(clip, camera_id="rig-camera", started_at=rig.START, counts=DecodeCounts()):
        vehicles = analyser.feed(captured.image)
        segment = captured.segment
        segment.is_suspect = is_suspect
        observations += [observer.observe(one, segment, is_unfinished=is_unfinished) for one in vehicles]
    return observations


@pytest.fixture(scope="module")
def observations(rig: ModuleType, clip: Path) -> list[Observation]:
    return observe(rig, clip)


def test_each_car_is_one_passage_and_each_speeding_one_a_candidate(
    rig: ModuleType, observations: list[Observation]
) -> None:
    assert sorted(one.passage.plate.plate for one in observations if one.passage.plate) == [
        drive.plate for drive in rig.SCRIPT
    ]
    truth = {drive.plate: drive.speed_kmh for drive in rig.SCRIPT}
    for one in observations:
        assert one.passage.plate is not None
        assert one.passage.speed is not None
        assert one.passage.speed.value == pytest.approx(truth[one.passage.plate.plate], rel=0.01)
        assert bool(one.candidates) == (truth[one.passage.plate.plate] > 60)


SHOULDER = """
[rules.shoulder]
mode = "fine"
[[zones]]
zone_id = "verge"
kind = "shoulder"
polygon_m = [[-6.0, 10.0], [0.0, 10.0], [0.0, 46.0], [-6.0, 46.0]]
"""


def test_a_candidate_says_how_many_officers_its_rule_asks_for(rig: ModuleType, clip: Path) -> None:
    slow = (rig.Drive(0, "A111AA77", -2.0, 0, 70.0, from_m=44.0),)
    (one,) = observe(rig, clip, extra=SHOULDER, script=slow)
    asked = {candidate.rule: candidate.reviewers for candidate in one.candidates}
    assert asked == {"point_speed": 1, "shoulder": 2}


def test_the_package_proves_the_candidate(rig: ModuleType, observations: list[Observation]) -> None:
    one = next(one for one in observations if one.candidates)
    (candidate,) = one.candidates
    draft = next(draft for draft in one.drafts if draft.type is EventType.CANDIDATE_SEALED)
    (blob,) = draft.blobs
    assert blob.sha256 == candidate.package_sha256
    manifest, files = verify_package(blob.data, [KEY.verifying])
    assert manifest.candidate_id == candidate.candidate_id
    assert manifest.passage_id == one.passage.passage_id == candidate.passage_id
    assert manifest.measurement == candidate.measurement
    assert manifest.facts == candidate.facts
    assert files["site.toml"].decode() == rig.site_toml()
    roles = [item.role for item in manifest.items]
    for role in (EvidenceRole.PLATE_CROP, EvidenceRole.CLIP, EvidenceRole.TRACK, EvidenceRole.ANNOTATED):
        assert roles.count(role) == 1
    assert roles.count(EvidenceRole.FRAME) >= 2
    assert "frames_missing" not in manifest.facts
    assert "clip_missing" not in manifest.facts


def test_the_plate_frame_is_the_very_frame_that_was_read(
    rig: ModuleType, clip: Path, observations: list[Observation]
) -> None:
    one = next(one for one in observations if one.candidates)
    manifest, files = verify_package(one.drafts[1].blobs[0].data, [KEY.verifying])
    (item,) = [item for item in manifest.items if item.role is EvidenceRole.PLATE_FRAME]
    assert item.frame_sequence == manifest.plate_read.frame_sequence
    pictures = file_pictures(clip, camera_id="x", started_at=rig.START, counts=DecodeCounts())
    original = next(one.image.bgr for one in pictures if one.image.meta.sequence == item.frame_sequence)
    stored = cv2.imdecode(np.frombuffer(files[item.path], np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(stored, original)


def test_other_frames_are_originals_too(rig: ModuleType, clip: Path, observations: list[Observation]) -> None:
    one = next(one for one in observations if one.candidates)
    manifest, files = verify_package(one.drafts[1].blobs[0].data, [KEY.verifying])
    originals = {
        captured.image.meta.sequence: captured.image.bgr
        for captured in file_pictures(clip, camera_id="x", started_at=rig.START, counts=DecodeCounts())
    }
    for item in manifest.items:
        if item.role is EvidenceRole.FRAME:
            assert item.frame_sequence is not None
            stored = cv2.imdecode(np.frombuffer(files[item.path], np.uint8), cv2.IMREAD_COLOR)
            apart = np.abs(stored.astype(int) - originals[item.frame_sequence].astype(int)).mean()
            wrong = np.abs(stored.astype(int) - originals[item.frame_sequence + 1].astype(int)).mean()
            assert apart < 3 < wrong


def test_the_same_pictures_give_the_same_bytes(rig: ModuleType, clip: Path, observations: list[Observation]) -> None:
    again = observe(rig, clip)
    assert [one.drafts for one in again] == [one.drafts for one in observations]


def test_jumped_timestamps_give_no_speed_and_no_candidate(rig: ModuleType, clip: Path) -> None:
    for one in observe(rig, clip, is_unfinished=True, is_suspect=True):
        assert one.passage.speed is None
        assert one.candidates == ()


def test_ids_belong_to_the_device_and_the_run(rig: ModuleType, observations: list[Observation]) -> None:
    text = rig.site_toml()
    one = context(rig, parse_site(text), text.encode())
    assert one.name("x") == one.name("x")
    assert len({draft.natural_key for one in observations for draft in one.drafts}) == sum(
        len(one.drafts) for one in observations
    )
    assert all(one.passage.ended_at - one.passage.started_at > timedelta(seconds=0.5) for one in observations)
