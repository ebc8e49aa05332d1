"""The one door to ultralytics: makes torchvision importable where its compiled operators are missing.

A torchvision from the package index and a torch for processors only do not fit each other: torchvision then refuses to
be imported because operators it wants to describe do not exist.  Training needs none of them but the suppression of
overlapping boxes, which ultralytics has in plain torch, so that one is given and the others are declared only.
"""

import re
import sys
from typing import Any

import torch

_MISSING = re.compile(r"operator torchvision::(\w+) does not exist")
_SUPPRESSION = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def declare_missing_operators() -> None:
    """Import torchvision, declaring whatever operator it misses; nothing happens where it is whole."""
    library: Any = None
    while True:
        try:
            import torchvision  # noqa: PLC0415 - may fail, and fails again until all is declared
        except RuntimeError as error:
            missing = _MISSING.search(str(error))
            if missing is None:
                raise
            library = library or torch.library.Library("torchvision", "DEF")
            _declare(library, missing[1])
            for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
                del sys.modules[name]
        else:
            break
    if library is not None:
        torchvision.extension._has_ops = lambda: True  # noqa: SLF001 - it looked before we declared
        _KEPT_ALIVE.append(library)


def _declare(library: Any, name: str) -> None:
    if name != "nms":
        library.define(f"{name}() -> ()")
        return
    library.define(f"nms{_SUPPRESSION}")
    library.impl("nms", _suppress, "CPU")


def _suppress(boxes: Any, scores: Any, max_overlap: float) -> Any:
    return TorchNMS.nms(boxes, scores, max_overlap)


_KEPT_ALIVE: list[Any] = []
"""Torch forgets the operators when their library object is collected."""

declare_missing_operators()

from ultralytics.nn.modules import Conv  # noqa: E402 - needs the operators above
from ultralytics.nn.tasks import PoseModel  # noqa: E402
from ultralytics.utils.loss import v8PoseLoss  # noqa: E402
from ultralytics.utils.nms import TorchNMS  # noqa: E402
from ultralytics.utils.torch_utils import ModelEMA  # noqa: E402

__all__ = ["Conv", "ModelEMA", "PoseModel", "TorchNMS", "declare_missing_operators", "v8PoseLoss"]
