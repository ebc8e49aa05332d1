"""A sealed package opens for the right key, unchanged, or not at all."""

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.contracts import MANIFEST_PAYLOAD_TYPE, EvidenceError
from recognition.evidence import (
    SealedPackage,
    SigningKey,
    canonical_bytes,
    seal,
    sha256_hex,
    sign_envelope,
    verify_package,
)
from recognition.evidence.package import MANIFEST_PATH, MAX_ITEMS


def repacked(data: bytes, **changes: bytes | None) -> bytes:
    """The zip with entries replaced (or, None, left out), properly packed again."""
    source = zipfile.ZipFile(io.BytesIO(data))
    files = {name: source.read(name) for name in source.namelist()}
    files.update(
        {name.replace("__", "/").replace("_dot_", "."): body for name, body in changes.items() if body is not None}
    )
    for name, body in changes.items():
        if body is None:
            del files[name.replace("__", "/").replace("_dot_", ".")]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def refusal_of(data: bytes, key: SigningKey) -> str:
    with pytest.raises(EvidenceError) as caught:
        verify_package(data, [key.verifying])
    return caught.value.code


def test_what_was_sealed_comes_out(sealed: SealedPackage, key: SigningKey, parts_of: Any) -> None:
    manifest, files = verify_package(sealed.data, [key.verifying])
    assert manifest == sealed.manifest == parts_of().manifest
    assert files == parts_of().files
    assert sealed.sha256 == sha256_hex(sealed.data)


def test_the_same_input_gives_the_same_bytes(parts_of: Any, key: SigningKey, sealed: SealedPackage) -> None:
    parts = parts_of()
    backwards = dict(reversed(parts.files.items()))
    assert seal(parts.manifest, backwards, key).data == sealed.data


def test_one_of_several_trusted_keys_is_enough(sealed: SealedPackage, key: SigningKey) -> None:
    verify_package(sealed.data, [SigningKey.generate().verifying, key.verifying])


def test_a_stranger_key_is_refused(sealed: SealedPackage) -> None:
    assert refusal_of(sealed.data, SigningKey.generate()) == "evidence.signature_invalid"
    with pytest.raises(EvidenceError):
        verify_package(sealed.data, [])


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_flipped_bit_is_refused(module_package: Any, data: st.DataObject) -> None:
    """Any bit of any byte, of content or of the zip's own dates and attributes."""
    sealed, key = module_package
    offset = data.draw(st.integers(0, len(sealed.data) - 1))
    flipped = bytearray(sealed.data)
    flipped[offset] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(EvidenceError):
        verify_package(bytes(flipped), [key.verifying])


def test_every_flipped_bit_of_the_zips_own_directory_is_refused(sealed: SealedPackage, key: SigningKey) -> None:
    """A flag of the directory can make a file "encrypted" or of an unknown kind, which the library says in its way."""
    start = sealed.data.index(b"PK\x01\x02")
    for offset in range(start, len(sealed.data)):
        for bit in range(8):
            flipped = bytearray(sealed.data)
            flipped[offset] ^= 1 << bit
            with pytest.raises(EvidenceError):
                verify_package(bytes(flipped), [key.verifying])


def test_a_flipped_byte_of_content_is_always_refused(sealed: SealedPackage, key: SigningKey) -> None:
    """Every 7th byte of every file and of the manifest, wherever the zip holds it."""
    archive = zipfile.ZipFile(io.BytesIO(sealed.data))
    for name in archive.namelist():
        body = archive.read(name)
        start = sealed.data.index(body)
        for offset in range(start, start + len(body), 7):
            flipped = bytearray(sealed.data)
            flipped[offset] ^= 0x01
            with pytest.raises(EvidenceError):
                verify_package(bytes(flipped), [key.verifying])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_package_is_refused(sealed: SealedPackage, key: SigningKey, share: float) -> None:
    assert refusal_of(sealed.data[: int(share * len(sealed.data))], key) == "evidence.malformed"


def test_a_swapped_picture_is_refused(sealed: SealedPackage, key: SigningKey) -> None:
    swapped = repacked(sealed.data, frames__f0001_dot_jpg=b"another car")
    assert refusal_of(swapped, key) == "evidence.digest_mismatch"


def test_a_file_left_out_or_added_is_refused(sealed: SealedPackage, key: SigningKey) -> None:
    assert refusal_of(repacked(sealed.data, track_dot_json=None), key) == "evidence.incomplete"
    assert refusal_of(repacked(sealed.data, extra_dot_json=b"{}"), key) == "evidence.incomplete"


def test_a_package_without_manifest_is_refused(sealed: SealedPackage, key: SigningKey) -> None:
    assert refusal_of(repacked(sealed.data, manifest_dot_dsse_dot_json=None), key) == "evidence.malformed"


def test_the_frame_the_plate_was_read_from_cannot_be_missing(parts_of: Any, key: SigningKey) -> None:
    files = {path: body for path, body in parts_of().files.items() if path != "frames/f0002.jpg"}
    parts = parts_of(files)
    with pytest.raises(EvidenceError) as caught:
        seal(parts.manifest, parts.files, key)
    assert caught.value.code == "evidence.incomplete"


def test_another_frame_cannot_stand_for_the_plates_own(parts_of: Any, key: SigningKey) -> None:
    parts = parts_of()
    read = parts.manifest.plate_read.model_copy(update={"frame_sequence": 1})
    with pytest.raises(EvidenceError, match="frame 1"):
        seal(parts.manifest.model_copy(update={"plate_read": read}), parts.files, key)


def test_a_signed_lie_about_the_frame_is_refused_on_opening(
    parts_of: Any, key: SigningKey, sealed: SealedPackage
) -> None:
    """Even with the device's key a package that shows another frame than the read's does not verify."""
    read = sealed.manifest.plate_read.model_copy(update={"frame_sequence": 1})
    lie = sealed.manifest.model_copy(update={"plate_read": read})
    envelope = sign_envelope(canonical_bytes(lie), MANIFEST_PAYLOAD_TYPE, key)
    forged = repacked(sealed.data, manifest_dot_dsse_dot_json=canonical_bytes(envelope))
    assert refusal_of(forged, key) == "evidence.incomplete"


def test_a_signature_over_another_kind_of_document_is_no_manifest(sealed: SealedPackage, key: SigningKey) -> None:
    envelope = sign_envelope(canonical_bytes(sealed.manifest), "application/other", key)
    forged = repacked(sealed.data, manifest_dot_dsse_dot_json=canonical_bytes(envelope))
    assert refusal_of(forged, key) == "evidence.malformed"


def test_compressed_doubled_or_too_many_entries_are_refused(sealed: SealedPackage, key: SigningKey) -> None:
    source = zipfile.ZipFile(io.BytesIO(sealed.data))
    compressed = io.BytesIO()
    with zipfile.ZipFile(compressed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    assert refusal_of(compressed.getvalue(), key) == "evidence.malformed"
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        archive.writestr(MANIFEST_PATH, source.read(MANIFEST_PATH))
        for number in range(MAX_ITEMS):
            archive.writestr(f"{number}.json", b"{}")
    assert refusal_of(many.getvalue(), key) == "evidence.malformed"


@given(noise=st.binary(max_size=400))
@settings(max_examples=80, deadline=None)
def test_noise_is_never_a_package(noise: bytes) -> None:
    with pytest.raises(EvidenceError):
        verify_package(noise, [SigningKey.generate().verifying])
