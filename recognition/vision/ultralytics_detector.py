"""Optional adapter: a detector through the ``ultralytics`` package (extra ``train``), behind the same port."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import ModelError, VehicleClass
from recognition.vision.detect import VehicleBox

_VEHICLES = frozenset(VehicleClass) - {VehicleClass.UNKNOWN}


class UltralyticsDetector:
    """A ``.pt`` or exported model run by ultralytics; needs torch, so it is never the default.

    Raises:
        ModelError: the package is not installed (``model.adapter_missing``).
    """

    def __init__(self, path: Path, *, side_px: int = 640, min_confidence: float = 0.15) -> None:
        try:
            # Imported here, because torch behind it costs gigabytes that a camera box does not have.
            from ultralytics import YOLO  # noqa: PLC0415
        except ImportError as error:
            raise ModelError(
                "the package ultralytics is not installed",
                hint="install the extra 'train', or use the ONNX detector of the registry",
                code="model.adapter_missing",
            ) from error
        self._model = YOLO(str(path))
        self._side_px = side_px
        self._min_confidence = min_confidence

    def detect(self, bgr: NDArray[np.uint8]) -> list[VehicleBox]:
        """Return every vehicle seen, most certain first."""
        result = self._model.predict(
            bgr, imgsz=self._side_px, conf=self._min_confidence, agnostic_nms=True, verbose=False
        )[0]
        found = []
        for row, index, confidence in zip(
            result.boxes.xyxy.tolist(), result.boxes.cls.tolist(), result.boxes.conf.tolist(), strict=True
        ):
            name = result.names[int(index)]
            if name in _VEHICLES:
                found.append(VehicleBox((row[0], row[1], row[2], row[3]), VehicleClass(name), float(confidence)))
        return sorted(found, key=lambda box: -box.confidence)
