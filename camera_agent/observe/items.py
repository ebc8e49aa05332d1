"""The files of a package while it is being filled, each with its line in the manifest."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from recognition.contracts import BoxPx, EvidenceItem, EvidenceRole, Frame
from recognition.evidence import sha256_hex
from recognition.geometry import TrackSample

_PICTURE_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}


@dataclass
class PackageItems:
    """Files by path, and their manifest lines in the order they were added."""

    files: dict[str, bytes] = field(default_factory=dict)
    _lines: list[EvidenceItem] = field(default_factory=list)

    @property
    def lines(self) -> tuple[EvidenceItem, ...]:
        """The manifest lines."""
        return tuple(self._lines)

    def add_file(self, path: str, data: bytes, role: EvidenceRole, media_type: str) -> None:
        """Add a file that belongs to no single frame."""
        self._add(
            EvidenceItem(path=path, role=role, sha256=sha256_hex(data), size_bytes=len(data), media_type=media_type),
            data,
        )

    def add_picture(self, path: str, data: bytes, role: EvidenceRole, frame: Frame, box_px: BoxPx | None) -> None:
        """Add a picture made from a frame."""
        self._add(
            EvidenceItem(
                path=path,
                role=role,
                sha256=sha256_hex(data),
                size_bytes=len(data),
                media_type=_PICTURE_TYPES[PurePosixPath(path).suffix],
                frame_sequence=frame.sequence,
                captured_at=frame.captured_at,
                box_px=box_px,
            ),
            data,
        )

    def add_frame(self, path: str, data: bytes, sample: TrackSample) -> None:
        """Add a whole frame in which the vehicle was followed."""
        self._add(
            EvidenceItem(
                path=path,
                role=EvidenceRole.FRAME,
                sha256=sha256_hex(data),
                size_bytes=len(data),
                media_type=_PICTURE_TYPES[PurePosixPath(path).suffix],
                frame_sequence=sample.frame_sequence,
                captured_at=sample.captured_at,
                box_px=sample.box_px,
            ),
            data,
        )

    def _add(self, line: EvidenceItem, data: bytes) -> None:
        self._lines.append(line)
        self.files[line.path] = data
