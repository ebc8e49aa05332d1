"""``recognition verify``: whether a sealed evidence package is whole and who sealed it, offline, in plain words."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from recognition.cli.report import plain_errors
from recognition.contracts import EvidenceError, EvidenceItem, EvidenceManifest, isoformat_utc


def verify(
    package: Annotated[Path, typer.Argument(metavar="PACKAGE.zip", help="a sealed evidence package")],
    key: Annotated[Path, typer.Option(metavar="PUBLIC.pem", help="the device's public key (Ed25519)")],
) -> None:
    """Check a sealed evidence package without any network: signature, completeness, every file's digest.

    Exit code 0: whole and signed by that key.  2: not; the reason is on standard error.
    """
    with plain_errors():
        from recognition.evidence import VerifyingKey, sha256_hex, verify_package

        data = _bytes(package, "evidence.missing", "the package")
        public = VerifyingKey.from_pem(_bytes(key, "key.missing", "the key").decode("ascii", errors="replace"))
        manifest, files = verify_package(data, [public])
        sys.stdout.write(_words(manifest, len(files), sha256_hex(data), public.key_id))


def _bytes(path: Path, code: str, what: str) -> bytes:
    if not path.is_file():
        raise EvidenceError(f"there is no file {path}", hint=f"check the path of {what}", code=code)
    return path.read_bytes()


def _words(manifest: EvidenceManifest, files: int, digest: str, key_id: str) -> str:
    read = manifest.plate_read
    lines = [
        f"The package is whole: {files} files are exactly those that were sealed.",
        f"  package SHA-256   {digest}",
        f"  signed by         device {manifest.device_id}, key {key_id}",
        f"  sealed at         {isoformat_utc(manifest.sealed_at)}",
        f"  rule              {manifest.rule}, at {isoformat_utc(manifest.occurred_at)}",
        f"  place             site {manifest.site_id}, version {manifest.site_version}, camera {manifest.camera_id}",
        f"  plate             {read.plate} ({read.plate_region}, type {read.plate_type})",
        f"  plate read from   picture {read.frame_sequence}, taken at {isoformat_utc(read.captured_at)}",
    ]
    if (measured := manifest.measurement) is not None:
        doubt = f"{measured.expanded_uncertainty:g} {measured.unit} (k = {measured.coverage_factor:g})"
        lines.append(f"  measured          {measured.value:g} {measured.unit}, expanded uncertainty {doubt}")
    if manifest.limit_kmh is not None:
        lines.append(f"  limit             {manifest.limit_kmh:g} km/h")
    lines.append("  files")
    lines.extend(_item(item) for item in manifest.items)
    return "\n".join(lines) + "\n"


def _item(item: EvidenceItem) -> str:
    when = f", {isoformat_utc(item.captured_at)}" if item.captured_at is not None else ""
    return f"    {item.path:<28} {item.role.value:<12} {item.size_bytes} bytes{when}"
