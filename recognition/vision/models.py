"""The networks of one installation, checked and loaded once per process."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from recognition.plates import Calibration, load_calibration
from recognition.vision.detect import VehicleDetector, YoloDetector
from recognition.vision.find_plate import CornerFinder, PlateFinder
from recognition.vision.read_plate import PlateNetwork, PlateReader
from recognition.vision.registry import ModelRegistry


@dataclass(frozen=True, eq=False)
class VisionModels:
    """A detector, a plate finder and a plate reader behind their ports.

    ``digests`` is model name and version → SHA-256: what a passage says it was recognised with; ``calibration`` says
    what the reader's belief is worth.
    """

    detector: VehicleDetector
    finder: PlateFinder
    reader: PlateReader
    digests: dict[str, str]
    calibration: Calibration = field(default_factory=Calibration)

    @classmethod
    def load(cls, registry_path: Path | None = None) -> Self:
        """Find, verify and load the networks that the registry names.

        Raises:
            ModelError: a file is missing, altered, or cannot be run; the hint says what to do.
        """
        registry = ModelRegistry.load(registry_path)
        roles = ("vehicle_detector", "plate_finder", "plate_reader")
        artefacts = {role: registry.artefact(role) for role in roles}
        paths = {role: registry.locate(artefact) for role, artefact in artefacts.items()}
        return cls(
            detector=YoloDetector(paths["vehicle_detector"]),
            finder=CornerFinder(paths["plate_finder"]),
            reader=PlateNetwork(paths["plate_reader"]),
            digests={f"{one.name}.{one.version}": one.sha256 for one in artefacts.values()},
            calibration=load_calibration(),
        )
