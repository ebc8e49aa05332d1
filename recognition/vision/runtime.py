"""ONNX Runtime sessions that give the same bits every time: one thread, sequential, on the processor."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from recognition.contracts import ModelError

_runtime: Any = onnxruntime  # the package does not declare what it exports
_runtime.set_default_logger_severity(3)


class OnnxNetwork:
    """One network with one input."""

    def __init__(self, path: Path) -> None:
        options = _runtime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = _runtime.ExecutionMode.ORT_SEQUENTIAL
        # Inputs change their size from crop to crop: an arena would keep the largest of everything.
        options.enable_cpu_mem_arena = False
        options.enable_mem_pattern = False
        try:
            self._session: Any = _runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime raises types of its own that share no base
            raise ModelError(
                f"{path.name} cannot be run: {error}", hint="check the onnxruntime version", code="model.unusable"
            ) from error
        self._input = self._session.get_inputs()[0].name

    @property
    def notes(self) -> dict[str, str]:
        """What the makers wrote into the file (class names, alphabet)."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    @property
    def shape(self) -> tuple[int | str, ...]:
        """Shape of the input; a name stands for a side that may change."""
        return tuple(self._session.get_inputs()[0].shape)

    def run_all(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return every output for one input batch."""
        outputs: list[NDArray[np.float32]] = self._session.run(None, {self._input: batch})
        return outputs

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the first output for one input batch."""
        return self.run_all(batch)[0]
