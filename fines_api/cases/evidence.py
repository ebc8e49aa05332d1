"""Read single files out of a sealed package whose signature intake verified and whose digest pins it since."""

import io
import zipfile

from fines_api.cases.schemas import EvidenceFile
from fines_api.kit.errors import NotFoundError
from recognition.contracts import EvidenceItem

MANIFEST_FILE = "manifest.dsse.json"
PACKAGE_FILE = "package.zip"


def read_file(package: bytes, path: str, items: tuple[EvidenceItem, ...]) -> EvidenceFile:
    """Return the whole package, its signed manifest, or one file that the manifest names.

    Raises:
        NotFoundError: the manifest names no such file.
    """
    if path == PACKAGE_FILE:
        return EvidenceFile(package, "application/zip", PACKAGE_FILE)
    media_types = {item.path: item.media_type for item in items} | {MANIFEST_FILE: "application/json"}
    if path not in media_types:
        raise NotFoundError(f"the package holds no {path[:80]!r}")
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return EvidenceFile(archive.read(path), media_types[path], path.replace("/", "-"))
