"""What a detector and a plate finder err by, drawn from a seed: errors of neighbouring frames resemble each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_FORGOTTEN = 1e-4
LOWER_RELATIVE = (0.0139, 0.0045)
"""How far too low the detector's box ends, in shares of its width: mean and deviation over nine rendered vehicles."""
PLATE_WIDER_PX = (1.4, 1.0)
"""How much too wide the finder draws a plate: mean and deviation over the same."""


@dataclass(frozen=True, slots=True)
class DetectorNoise:
    """Standard deviations of box edges (fixed, and in shares of the box's size) and plate corners, px.

    ``lower_relative`` is how far too low a vehicle's box ends, in shares of its width (mean and standard deviation over
    vehicles), ``plate_wider_px`` how much too wide its plate is drawn; both were seen on rendered vehicles, the others
    are taken twice as large as seen there.  ``correlation`` is that of one frame with the next; ``miss_rate`` the share
    of frames without a box.
    """

    edge_px: float = 0.8
    edge_relative: float = 0.006
    correlation: float = 0.6
    plate_px: float = 0.4
    lower_relative: tuple[float, float] = LOWER_RELATIVE
    plate_wider_px: tuple[float, float] = PLATE_WIDER_PX
    miss_rate: float = 0.03


NO_NOISE = DetectorNoise(
    edge_px=0.0, edge_relative=0.0, correlation=0.0, plate_px=0.0, lower_relative=(0.0, 0.0), plate_wider_px=(0.0, 0.0),
    miss_rate=0.0,
)  # fmt: skip


def drifting(rng: np.random.Generator, shape: tuple[int, ...], correlation: float) -> Array:
    """Return noise of unit variance whose rows correlate with the row before by ``correlation``."""
    noise = rng.normal(size=shape)
    if correlation <= 0:
        return noise
    first = noise[0].copy()
    noise *= np.sqrt(1 - correlation**2)
    noise[0] = first
    step = 1
    # 1/(1 - cB) = (1 + cB)(1 + c²B²)(1 + c⁴B⁴)...: a recursion in a handful of additions.
    while step < len(noise) and correlation**step > _FORGOTTEN:
        noise[step:] += correlation**step * noise[:-step].copy()
        step *= 2
    return noise


def blur_boxes(rng: np.random.Generator, boxes_px: Array, noise: DetectorNoise) -> Array:
    """Return boxes (F, 4) px with each edge off by its correlated error."""
    wide, tall = boxes_px[:, 2] - boxes_px[:, 0], boxes_px[:, 3] - boxes_px[:, 1]
    size = np.column_stack([wide, tall, wide, tall])
    sigma = np.hypot(noise.edge_px, noise.edge_relative * size)
    blurred = boxes_px + sigma * drifting(rng, boxes_px.shape, noise.correlation)
    blurred[:, 3] += rng.normal(*noise.lower_relative) * wide
    return np.asarray(blurred)


def blur_plates(rng: np.random.Generator, corners_px: Array, noise: DetectorNoise) -> Array:
    """Return plate corners (F, 4, 2) px with each off by its correlated error."""
    blurred = corners_px + noise.plate_px * drifting(rng, corners_px.shape, noise.correlation)
    blurred[:, :, 0] += rng.normal(*noise.plate_wider_px) / 2 * np.array([-1.0, 1.0, 1.0, -1.0])
    return np.asarray(blurred)
