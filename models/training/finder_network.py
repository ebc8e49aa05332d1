"""The network of the plate finder: YOLO11n with four corners for each plate, looking at strides 8 and 16 only.

Plates are small: the coarse third scale of YOLO11 would cost a quarter of the time and find nothing.  Its deepest
layers stay, because they see the vehicle around the plate.
"""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from models.datasets import DataError
from models.training.finder_settings import Gains
from models.training.torchvision_operators import Conv, PoseModel, v8PoseLoss

CORNERS = ("top left", "top right", "bottom right", "bottom left")
SHOWN, OUTSIDE, UNKNOWN = 2.0, 1.0, 0.0
"""Visibility of a corner: on the picture, beyond its border, or known to nobody."""

_CORNER_KNEE = 0.02
"""Error in shares of the plate's size below which the corner loss bends from straight to round."""

_LAYERS: dict[str, Any] = {
    "nc": 1,
    "kpt_shape": [len(CORNERS), 3],
    "scale": "n",
    "scales": {"n": [0.50, 0.25, 1024]},
    "backbone": [
        [-1, 1, "Conv", [64, 3, 2]],
        [-1, 1, "Conv", [128, 3, 2]],
        [-1, 2, "C3k2", [256, False, 0.25]],
        [-1, 1, "Conv", [256, 3, 2]],
        [-1, 2, "C3k2", [512, False, 0.25]],
        [-1, 1, "Conv", [512, 3, 2]],
        [-1, 2, "C3k2", [512, True]],
        [-1, 1, "Conv", [1024, 3, 2]],
        [-1, 2, "C3k2", [1024, True]],
        [-1, 1, "SPPF", [1024, 5]],
        [-1, 2, "C2PSA", [1024]],
    ],
    "head": [
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 6], 1, "Concat", [1]],
        [-1, 2, "C3k2", [512, False]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 4], 1, "Concat", [1]],
        [-1, 2, "C3k2", [256, False]],
        [-1, 1, "Conv", [256, 3, 2]],
        [[-1, 13], 1, "Concat", [1]],
        [-1, 2, "C3k2", [512, False]],
        [[16, 19], 1, "Pose", ["nc", "kpt_shape"]],
    ],
}


class CornerLoss(v8PoseLoss):
    """The pose loss of ultralytics with a corner term that pulls from afar and ignores plates without known corners.

    The usual term saturates a few pixels from the truth, which is right for joints of people and useless here.
    """

    def calculate_keypoints_loss(  # noqa: PLR0917 - the parent's
        self, masks: Any, target_gt_idx: Any, keypoints: Any, stride_tensor: Any, target_bboxes: Any, pred_kpts: Any
    ) -> tuple[Any, Any]:
        """Return the loss of the places of the corners and that of their visibility; names are the parent's."""
        strides = stride_tensor.view(1, -1).expand(masks.shape)[masks][:, None, None]
        truth = keypoints[masks.nonzero(as_tuple=True)[0], target_gt_idx[masks]]
        guess = pred_kpts[masks]
        boxes = target_bboxes[masks]
        sizes = (boxes[:, 2:] - boxes[:, :2]).clamp(min=1).prod(1).sqrt()[:, None, None]
        known = truth[..., 2] > UNKNOWN
        off = (guess[..., :2] * strides - truth[..., :2]) / sizes
        places = torch.nn.functional.smooth_l1_loss(
            off[known], torch.zeros_like(off[known]), beta=_CORNER_KNEE, reduction="sum"
        )
        seen = torch.nn.functional.binary_cross_entropy_with_logits(
            guess[..., 2][known], (truth[..., 2][known] == SHOWN).float(), reduction="sum"
        )
        count = known.sum().clamp(min=1)
        return places / count, seen / count


class FinderNetwork(PoseModel):
    """The network and its loss."""

    def __init__(self, gains: Gains) -> None:
        super().__init__({**_LAYERS}, ch=3, verbose=False)
        self.args = SimpleNamespace(box=gains.box, cls=gains.cls, dfl=gains.dfl, pose=gains.pose, kobj=gains.kobj)

    def init_criterion(self) -> CornerLoss:
        """Return the loss; ultralytics calls it by this name."""
        return CornerLoss(self)


def take_over(network: FinderNetwork, path: Path, pictures: Any) -> int:
    """Start from the COCO detector: copy its layers, and give them back the normalisation its export has folded away.

    Args:
        network: the new network.
        path: ONNX file of YOLO11n.
        pictures: ``(N, 3, H, W)`` 0..1, real ones, from which the normalisation takes its mean and spread.

    Returns:
        How many convolutions were taken over.

    Raises:
        DataError: the file holds nothing that fits.
    """
    folded = _folded(path)
    convolutions = {name: part for name, part in network.named_modules() if isinstance(part, Conv)}
    taken = {
        name: part for name, part in convolutions.items() if _fits(folded, name, part) and not _is_head(network, name)
    }
    if not taken:
        raise DataError(f"{path.name} is no YOLO11n", hint="paths.coco of the settings")
    with torch.no_grad():
        for name, part in taken.items():
            part.conv.weight.copy_(torch.from_numpy(folded[f"{name}.conv.weight"]))
            _set_normalisation(part.bn, torch.zeros(1), torch.ones(1), torch.from_numpy(folded[f"{name}.conv.bias"]))
        for name, (mean, spread) in _spreads(network, taken, pictures).items():
            bias = torch.from_numpy(folded[f"{name}.conv.bias"])
            _set_normalisation(taken[name].bn, mean, spread, bias)
    return len(taken)


def settle(network: Any, batches: Sequence[Any]) -> None:
    """Take the mean and spread of every normalisation anew from some batches, and leave the network in evaluation mode.

    What training gathers on the way lags behind the weights: far enough, at first, to hide every plate.
    """
    norms = [part for part in network.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    paces = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch's word for the plain mean of all batches
    network.train()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for batch in batches:
            network(batch)
    network.eval()
    for norm, pace in zip(norms, paces, strict=True):
        norm.momentum = pace


def _set_normalisation(norm: Any, mean: Any, variance: Any, bias: Any) -> None:
    norm.running_mean.copy_(mean.expand_as(norm.running_mean))
    norm.running_var.copy_(variance.expand_as(norm.running_var))
    norm.weight.copy_((norm.running_var + norm.eps).sqrt())
    norm.bias.copy_(bias + norm.running_mean)


def _spreads(network: FinderNetwork, parts: dict[str, Any], pictures: Any) -> dict[str, tuple[Any, Any]]:
    """Mean and variance of what each convolution puts out, while its normalisation only adds the folded bias."""
    spreads: dict[str, tuple[Any, Any]] = {}

    def watch(name: str) -> Any:
        def note(_part: Any, _given: Any, output: Any) -> None:
            spreads[name] = (output.mean((0, 2, 3)), output.var((0, 2, 3)))

        return note

    hooks = [part.conv.register_forward_hook(watch(name)) for name, part in parts.items()]
    network.eval()
    network(pictures)
    for hook in hooks:
        hook.remove()
    network.train()
    return spreads


def _folded(path: Path) -> dict[str, NDArray[np.float32]]:
    graph = onnx.load(path).graph
    return {
        tensor.name: np.array(numpy_helper.to_array(tensor))
        for tensor in graph.initializer
        if tensor.name.endswith((".conv.weight", ".conv.bias"))
    }


def _fits(folded: dict[str, NDArray[np.float32]], name: str, part: Any) -> bool:
    weight = folded.get(f"{name}.conv.weight")
    return weight is not None and weight.shape == tuple(part.conv.weight.shape) and f"{name}.conv.bias" in folded


def _is_head(network: FinderNetwork, name: str) -> bool:
    return int(name.split(".")[1]) == len(network.model) - 1
