"""The trained finder as an ONNX file, and as one of half its size whose weights are widened when it is loaded."""

import copy
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper

from models.training.finder_network import CORNERS
from models.training.onnx_file import halved, slimmed
from recognition.vision.runtime import OnnxNetwork

TIMED_SIZES = ((320, 416), (384, 640), (96, 192))
"""Heights and widths: a vehicle, a whole frame, a plate's surroundings."""

_OPSET = 17
_ROUNDS = 15


def export(network: Any, folder: Path) -> tuple[Path, Path]:
    """Write ``finder.onnx`` and ``finder_half.onnx``; the network itself is left as it is."""
    whole, half = folder / "finder.onnx", folder / "finder_half.onnx"
    fused = copy.deepcopy(network).float().eval().fuse(verbose=False).to(memory_format=torch.contiguous_format)
    head = fused.model[-1]
    head.export, head.dynamic, head.format, head.shape = True, True, "onnx", None
    axes = {"images": {0: "batch", 2: "height", 3: "width"}, "output0": {0: "batch", 2: "anchors"}}
    with torch.no_grad():
        torch.onnx.export(
            fused,
            (torch.zeros(1, 3, 320, 416),),
            str(whole),
            input_names=["images"],
            output_names=["output0"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
    model = slimmed(onnx.load(whole))
    helper.set_model_props(
        model, {"task": "plate", "names": "{0: 'plate'}", "corners": ", ".join(CORNERS), "stride": "32"}
    )
    del model.graph.value_info[:]  # shapes of what lies between: a tenth of the file, and read by nobody
    onnx.save(model, whole)
    onnx.save(halved(model), half)
    return whole, half


def timings_ms(path: Path) -> dict[str, float]:
    """Return the shortest of several runs on one core for each size, in milliseconds."""
    network = OnnxNetwork(path)
    best: dict[str, float] = {}
    for height, width in TIMED_SIZES:
        batch = np.random.default_rng(0).random((1, 3, height, width), dtype=np.float32)
        took: list[float] = []
        for _ in range(_ROUNDS):
            start = time.perf_counter()
            network.run(batch)
            took.append(time.perf_counter() - start)
        best[f"{height}x{width}"] = round(min(took) * 1000, 2)
    return best


def difference(network: Any, path: Path) -> float:
    """Return the largest difference between what torch and the exported file say of one picture."""
    batch = np.random.default_rng(1).random((2, 3, 256, 320), dtype=np.float32)
    with torch.no_grad():
        expected = copy.deepcopy(network).float().eval()(torch.from_numpy(batch))[0].numpy()
    return float(np.abs(expected - OnnxNetwork(path).run(batch)).max())
