"""Evidence in: under its digest or not at all, read back, never silently served when altered."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.identity.schemas import Role
from fines_api.intake import endpoints
from fines_api.kit.clock import FixedClock
from fines_api.kit.evidence import evidence_key
from fines_api.node import Node
from recognition.contracts import ImageRole, Site
from recognition.evidence import sha256_hex, verify_package

pytestmark = pytest.mark.integration


def stored_file(node: Node, sha256: str) -> Path:
    return node.settings.data_dir / "evidence" / evidence_key(sha256)


def flip(path: Path, offset: int = -10) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(bytes(data))


def test_a_flipped_byte_on_the_way_is_refused_and_kept(
    *, node: Node, device: Any, build: Any, site: Site, clock: FixedClock, client: Any, log_in: Callable[..., Any]
) -> None:
    candidate, package = build.candidate(clock.now(), device.key)
    sent = bytearray(package.data)
    sent[len(sent) // 2] ^= 1
    for _ in range(2):
        answer = device.put(bytes(sent), "application/zip", package.sha256)
        assert (answer.status_code, answer.json()["code"]) == (422, "evidence.digest_mismatch")
    assert not stored_file(node, package.sha256).exists()
    items = client.get("/v1/quarantine", headers=log_in(Role.ADMINISTRATOR)).json()["items"]
    assert [(item["kind"], item["code"], item["times"]) for item in items] == [
        ("evidence", "evidence.digest_mismatch", 2)
    ]
    with node.database.begin() as session:
        assert session.execute(text("SELECT raw FROM quarantine_items")).scalar_one() == bytes(sent)
    assert device.send(device.candidate(candidate))[0]["code"] == "evidence.missing"


def test_a_flipped_byte_in_storage_stops_the_candidate(
    node: Node, device: Any, build: Any, site: Site, clock: FixedClock
) -> None:
    candidate, package = build.candidate(clock.now(), device.key)
    assert device.put(package.data, "application/zip").status_code == 201
    flip(stored_file(node, package.sha256))
    event = device.candidate(candidate)
    for _ in range(2):
        result = device.send(event)[0]
        assert (result["status"], result["code"]) == ("quarantined", "evidence.digest_mismatch")
    with node.database.begin() as session:
        assert session.execute(text("SELECT count(*) FROM procrastinate_jobs")).scalar_one() == 0


def test_every_byte_of_a_package_counts(node: Node, device: Any, build: Any, site: Site, clock: FixedClock) -> None:
    """Altered and then sent honestly under its new digest, the package itself must give away what it proves."""
    candidate, package = build.candidate(clock.now(), device.key)
    step, keys = max(1, len(package.data) // 25), [device.key.verifying]
    for offset in range(0, len(package.data), step):
        data = bytearray(package.data)
        data[offset] ^= 1
        if device.put(bytes(data), "application/zip").status_code != 201:
            continue  # no longer a zip at all
        lying = candidate.model_copy(update={"package_sha256": sha256_hex(bytes(data))})
        if device.send(device.candidate(lying))[0]["status"] == "accepted":  # a date in the zip's own directory, say
            assert verify_package(bytes(data), keys) == verify_package(package.data, keys), offset


def test_damaged_evidence_is_healed_by_the_device_that_still_has_it(node: Node, device: Any, build: Any) -> None:
    picture = build.jpeg(b"1")
    digest = sha256_hex(picture)
    url = f"/v1/intake/evidence/{digest}"
    assert device.client.head(url, headers=device.headers).status_code == 404
    assert device.put(picture).status_code == 201
    assert device.client.head(url, headers=device.headers).status_code == 200
    flip(stored_file(node, digest), 5)
    assert device.client.head(url, headers=device.headers).status_code == 404
    assert device.put(picture).status_code == 201
    assert stored_file(node, digest).read_bytes() == picture


def test_an_altered_picture_is_never_shown(
    *, node: Node, device: Any, build: Any, site: Site, clock: FixedClock, client: Any, log_in: Callable[..., Any]
) -> None:
    picture = build.jpeg(b"plate")
    passage = build.passage(clock.now(), images={ImageRole.PLATE: picture})
    device.put(picture)
    device.send(device.passage(passage))
    police = log_in(Role.POLICE)
    url = f"/v1/passages/{passage.passage_id}/images/plate"
    answer = client.get(url, headers=police)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, picture, "image/jpeg")
    assert client.get(f"/v1/passages/{passage.passage_id}/images/vehicle", headers=police).status_code == 404
    flip(stored_file(node, sha256_hex(picture)))
    answer = client.get(url, headers=police)
    assert (answer.status_code, answer.json()["code"]) == (500, "evidence.digest_mismatch")


def test_only_evidence_under_a_digest_is_taken(device: Any) -> None:
    for data, media_type, code in (
        (b"", "image/jpeg", "evidence.empty"),
        (b"<html>", "image/jpeg", "evidence.media_type"),
        (b"<html>", "text/html", "evidence.media_type"),
        (b"\x89PNG\r\n\x1a\n", "image/jpeg", "evidence.media_type"),
    ):
        answer = device.put(data, media_type)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    for digest in ("0" * 63, "G" * 64, "A" * 64, "..%2f..%2fetc%2fpasswd"):
        answer = device.client.put(f"/v1/intake/evidence/{digest}", content=b"x", headers=device.headers)
        assert answer.status_code in {404, 422}


def test_an_endless_body_is_cut_off(node: Node, device: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MAX_EVIDENCE_BYTES", 100_000)

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b"\xff\xd8\xff" + b"0" * 9_997

    answer = device.client.put(
        f"/v1/intake/evidence/{'0' * 64}", content=endless(), headers=device.headers | {"Content-Type": "image/jpeg"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "evidence.too_large")
    with node.database.begin() as session:
        assert session.execute(text("SELECT max(length(raw)) FROM quarantine_items")).scalar_one() == 64 * 1024


def test_bodies_of_other_endpoints_are_small(client: Any, log_in: Callable[..., Any]) -> None:
    large = client.post("/v1/sites", content=b"x" * 1_100_000, headers=log_in(Role.ADMINISTRATOR))
    assert large.status_code == 413
    chunked = client.post("/v1/sites", content=iter([b"x" * 300_000] * 5), headers=log_in(Role.ADMINISTRATOR))
    assert chunked.status_code == 413


def test_a_sealed_candidate_becomes_a_job(node: Node, device: Any, build: Any, site: Site, clock: FixedClock) -> None:
    candidate, package = build.candidate(clock.now(), device.key)
    device.put(package.data, "application/zip")
    assert device.send(device.candidate(candidate))[0]["status"] == "accepted"
    with node.database.begin() as session:
        rows = session.execute(text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert [tuple(row) for row in rows] == [("cases.open", {"candidate_id": str(candidate.candidate_id)})]
