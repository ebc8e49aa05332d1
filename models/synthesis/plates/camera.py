"""A flat plate seen by a camera: turned in space, set into surroundings, exposed; its four corners stay known."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.plates.damage import Picture, expose, expose_mildly, frame, soil

_OVERSAMPLE = 1.6
_LONG_ASPECT = 520 / 112


@dataclass(frozen=True, slots=True)
class View:
    """How a plate is seen: its height in the picture and its turns (yaw about the vertical, pitch, roll)."""

    height_px: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float

    @classmethod
    def choose(cls, rng: np.random.Generator, aspect: float, low_px: float = 44.0, high_px: float = 260.0) -> "View":
        """Choose a view as roadside cameras and passers-by have it.

        Args:
            rng: where chance comes from.
            aspect: width of the plate over its height.
            low_px: smallest width; widths are spread evenly over their logarithm.
            high_px: largest width.
        """
        return cls(
            height_px=float(np.exp(rng.uniform(np.log(low_px), np.log(high_px)))) / aspect,
            yaw_deg=float(np.clip(rng.normal(0, 25), -60, 60)),
            pitch_deg=float(np.clip(rng.normal(8, 12), -25, 42)),
            roll_deg=float(np.clip(rng.normal(0, 7), -26, 26)),
        )

    def corners_px(self, aspect: float) -> NDArray[np.float32]:
        """Return the corners ``(4, 2)`` of a plate around (0, 0); a view from about eight plate widths away."""
        across, down = aspect / 2, 0.5
        flat = np.array([[-across, -down, 0], [across, -down, 0], [across, down, 0], [-across, down, 0]])
        yaw, pitch, roll = np.radians([self.yaw_deg, self.pitch_deg, self.roll_deg])
        about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
        about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
        about_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        turned = flat @ about_y.T @ about_x.T @ about_z.T
        distance = 8 * aspect
        seen = turned[:, :2] * (distance / (distance + turned[:, 2:]))
        return np.asarray(seen * self.height_px, np.float32)


@dataclass(frozen=True, eq=False, slots=True)
class Photo:
    """A picture ``(H, W, 3)`` uint8 BGR with one plate: corners ``(4, 2)``, top left first, clockwise."""

    picture: Picture
    corners_px: NDArray[np.float32]


def photograph(
    rng: np.random.Generator, flat: Picture, view: View, around: Picture | None = None, *, is_mild: bool = False
) -> Photo:
    """Photograph a flat plate.

    Args:
        rng: where chance comes from.
        flat: the plate ``(H, W, 3)``.
        view: from where.
        around: surroundings, any size; default a plain body colour.
        is_mild: a clean plate in good light, as most passages give it.
    """
    scale = view.height_px * _OVERSAMPLE / flat.shape[0]
    small = flat
    if scale < 1:
        size = (max(4, round(flat.shape[1] * scale)), max(4, round(flat.shape[0] * scale)))
        small = np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8)
    held, inner = frame(rng, small if is_mild else soil(rng, small))
    seen = view.corners_px(flat.shape[1] / flat.shape[0])
    margin = rng.uniform(0.25, 0.6) * view.height_px + 3
    low = seen.min(axis=0) - margin
    width, height = (int(value) for value in np.ceil(seen.max(axis=0) + margin - low))
    corners = (seen - low).astype(np.float32)
    picture = _surroundings(rng, around, width, height)
    matrix = np.asarray(cv2.getPerspectiveTransform(inner, corners), np.float64)
    paste(picture, held, matrix)
    # Blur and codec belong to the camera: a plate of two rows is spoiled as a long one of the same width is.
    detail_px = min(view.height_px, view.height_px * flat.shape[1] / flat.shape[0] / _LONG_ASPECT)
    return Photo((expose_mildly if is_mild else expose)(rng, picture, detail_px), corners)


def paste(picture: Picture, flat: Picture, matrix: NDArray[np.float64]) -> None:
    """Lay a flat picture into another by a homography, with soft edges."""
    size = (picture.shape[1], picture.shape[0])
    warped = cv2.warpPerspective(flat, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpPerspective(np.full(flat.shape[:2], 255, np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
    alpha = cover[..., None].astype(np.float32) / 255
    picture[:] = picture + alpha * (warped.astype(np.float32) - picture)


def _surroundings(rng: np.random.Generator, around: Picture | None, width: int, height: int) -> Picture:
    if around is not None:
        return np.asarray(cv2.resize(around, (width, height), interpolation=cv2.INTER_AREA), np.uint8).copy()
    colours = rng.uniform(5, 240) + rng.uniform(-25, 25, (3, 2, 3))
    coarse = np.clip(colours, 0, 255).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
