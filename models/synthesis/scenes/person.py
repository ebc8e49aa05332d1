"""Draw one person into the picture: the faces of a walking figure, far ones first, shaded per pixel.

A person is seen at fifty to two hundred pixels, so the window is drawn at four times the resolution and
averaged down; clothes scatter light and shine nowhere.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.body import Mesh, Part
from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.figure import walking_mesh
from models.synthesis.scenes.light import Daylight

_OVERSAMPLE = 4
_NEAREST_M = 1.0
_UNDER_M = 0.06
"""How much farther the trousers are taken to be than they are, so that the coat's hem covers them."""
Bgr = tuple[float, float, float]
Floats = NDArray[np.float32]
Array = NDArray[np.float64]

COATS: dict[str, Bgr] = {
    "blue": (0.20, 0.06, 0.03),
    "navy": (0.07, 0.03, 0.02),
    "maroon": (0.03, 0.02, 0.14),
    "red": (0.03, 0.03, 0.35),
    "black": (0.012, 0.012, 0.012),
}
"""Albedo of coats that stand out from asphalt even at fifty pixels, linear blue, green, red."""


@dataclass(frozen=True, slots=True)
class ScenePerson:
    """A person at one moment: ``feet_m`` below the hips, ``heading`` the unit vector in which the face looks.

    ``stride`` is the phase of the step cycle (0..1, two steps), ``pace`` how far the limbs swing (0 stands);
    colours are albedo, linear blue, green, red.
    """

    feet_m: tuple[float, float]
    heading: tuple[float, float] = (0.0, -1.0)
    base_m: float = 0.0
    tall_m: float = 1.72
    stride: float = 0.0
    pace: float = 1.0
    coat: Bgr = COATS["blue"]
    trousers: Bgr = (0.045, 0.030, 0.026)
    skin: Bgr = (0.22, 0.32, 0.50)
    hair: Bgr = (0.016, 0.022, 0.035)
    shoes: Bgr = (0.02, 0.02, 0.022)

    def mesh(self) -> Mesh:
        """Faces of the figure in its own coordinates (backwards, left, up)."""
        return walking_mesh(self.tall_m, round(self.stride % 1.0, 4), self.pace)

    def axes(self) -> Array:
        """Rows: backward, left and up direction of the figure in the road frame, (3, 3)."""
        ahead_x, ahead_y = self.heading
        return np.array([[-ahead_x, -ahead_y, 0.0], [-ahead_y, ahead_x, 0.0], [0.0, 0.0, 1.0]])

    def in_road(self, points_m: Array) -> Array:
        """Figure coordinates (N, 3) as road coordinates (N, 3)."""
        return np.asarray(points_m @ self.axes() + [*self.feet_m, self.base_m])

    def cast(self, linear_bgr: Floats, camera: SceneCamera, light: Daylight) -> None:
        """Darken the road where the person keeps the light off."""
        cast_person_shadow(linear_bgr, camera, self, light)

    def draw(self, linear_bgr: Floats, camera: SceneCamera, light: Daylight) -> None:
        """Draw the person over the picture (H, W, 3)."""
        draw_person(linear_bgr, camera, self, light)


def person_box_px(camera: SceneCamera, person: ScenePerson) -> tuple[float, float, float, float] | None:
    """The box of the person, cut to the picture; None when nothing of it is in the picture."""
    road = person.in_road(person.mesh().vertices_m)
    if camera.depth_m(road).min() < _NEAREST_M:
        return None
    pixels = camera.project(road)
    low = np.maximum(pixels.min(axis=0), 0.0)
    high = np.minimum(pixels.max(axis=0), [camera.width_px - 1.0, camera.height_px - 1.0])
    if (high - low < 2).any():
        return None
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def draw_person(linear_bgr: Floats, camera: SceneCamera, person: ScenePerson, light: Daylight) -> None:
    """Draw ``person`` over ``linear_bgr`` (H, W, 3), which holds everything farther away."""
    mesh = person.mesh()
    road = person.in_road(mesh.vertices_m)
    if camera.depth_m(road).min() < _NEAREST_M:
        return
    height, width = linear_bgr.shape[:2]
    pixels = camera.project(road)
    low = np.clip(np.floor(pixels.min(axis=0)) - 1, 0, [width, height]).astype(int)
    high = np.clip(np.ceil(pixels.max(axis=0)) + 2, 0, [width, height]).astype(int)
    if (high - low < 2).any():
        return
    to_camera = camera.position_m - road[mesh.faces].mean(axis=1)
    towards = np.sum((mesh.normals @ person.axes()) * to_camera, axis=1)
    window_px = (pixels + 0.5 - low) * _OVERSAMPLE - 0.5
    numbers = _face_numbers(mesh, towards, np.linalg.norm(to_camera, axis=1), window_px, high - low)
    inside = numbers > 0
    face = numbers[inside] - 1
    normal = _softened(mesh.smooth[face] @ person.axes(), inside)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    place = mesh.vertices_m[mesh.faces].mean(axis=1)
    albedo = _softened((_clothes(person, mesh, place) * _hidden(person, mesh, place)[:, None])[face], inside)
    shaded = albedo * light.irradiance(normal)
    window = np.zeros((*inside.shape, 4), dtype=np.float32)
    window[inside, :3] = shaded
    window[inside, 3] = 1.0
    small = cv2.resize(window, (int(high[0] - low[0]), int(high[1] - low[1])), interpolation=cv2.INTER_AREA)
    under = linear_bgr[low[1] : high[1], low[0] : high[0]]
    under *= 1 - small[:, :, 3:]
    under += small[:, :, :3]


def _face_numbers(
    mesh: Mesh, towards: Array, away_m: Array, window_px: Array, size: NDArray[np.int64]
) -> NDArray[np.int32]:
    """One plus the number of the face seen at each pixel of the oversampled window, 0 where none is.

    ``towards`` (F,) is positive for faces turned to the camera, ``away_m`` (F,) their distance from it.
    """
    shown = np.flatnonzero(towards > 0)
    away = away_m + np.where(mesh.parts == Part.TROUSERS, _UNDER_M, 0.0)
    order = shown[np.argsort(-away[shown], kind="stable")]
    numbers = np.zeros((int(size[1]) * _OVERSAMPLE, int(size[0]) * _OVERSAMPLE), dtype=np.int32)
    corners = np.clip(np.round(window_px * 16), -(2**20), 2**20).astype(np.int32)[mesh.faces]
    for face in order:
        cv2.fillConvexPoly(numbers, corners[face], int(face) + 1, cv2.LINE_8, 4)
    return numbers


def _softened(values: NDArray[Any], inside: NDArray[np.bool_]) -> Floats:
    """Values (N, 3) of the pixels ``inside``, blurred a little within the figure so that faces do not show."""
    canvas = np.zeros((*inside.shape, 4), dtype=np.float32)
    canvas[inside, :3] = values
    canvas[inside, 3] = 1.0
    blurred = cv2.blur(canvas, (5, 5))[inside]
    return np.asarray(blurred[:, :3] / blurred[:, 3:], dtype=np.float32)


def _clothes(person: ScenePerson, mesh: Mesh, place: Array) -> Floats:
    """Albedo (F, 3) of the faces: skin, hair, coat with its zip, trousers, shoes."""
    albedo = np.empty((len(mesh.faces), 3), dtype=np.float32)
    for part, colour in (
        (Part.SKIN, person.skin),
        (Part.HAIR, person.hair),
        (Part.COAT, person.coat),
        (Part.TROUSERS, person.trousers),
        (Part.SHOE, person.shoes),
    ):
        albedo[mesh.parts == part] = colour
    share = place[:, 2] / person.tall_m
    front = (mesh.parts == Part.COAT) & (mesh.normals[:, 0] < -0.7) & (np.abs(place[:, 1]) < 0.03)
    albedo[front] *= 0.8
    albedo[(mesh.parts == Part.SHOE) & (mesh.normals[:, 2] < -0.3)] *= 0.6
    eyes = (mesh.parts == Part.SKIN) & (np.abs(share - 0.930) < 0.008) & (mesh.normals[:, 0] < -0.3)
    albedo[eyes & (np.abs(place[:, 1]) > 0.012)] *= 0.7
    return albedo


def _hidden(person: ScenePerson, mesh: Mesh, place: Array) -> Floats:
    """Share of the light that reaches each face (F,): less near the ground, between the legs and under the arms."""
    share = place[:, 2] / person.tall_m
    inward = np.clip(-np.sign(place[:, 1]) * mesh.normals[:, 1], 0.0, 1.0)
    reach = np.clip(0.60 + 2.0 * share, 0.0, 1.0)
    limbs = mesh.parts != Part.SKIN
    reach -= np.where(limbs & (share < 0.5), 0.50 * inward, 0.0)
    reach -= np.where((mesh.parts == Part.COAT) & (np.abs(place[:, 1]) > 0.15), 0.40 * inward, 0.0)
    reach -= np.where(mesh.parts == Part.TROUSERS, 0.35 * np.clip((share - 0.36) / 0.08, 0.0, 1.0), 0.0)
    return np.asarray(np.clip(reach, 0.2, 1.0), dtype=np.float32)


def cast_person_shadow(linear_bgr: Floats, camera: SceneCamera, person: ScenePerson, light: Daylight) -> None:
    """Darken the road where the person keeps the sun off, and below the feet."""
    if person.base_m != 0:
        return
    mesh = person.mesh()
    road = person.in_road(mesh.vertices_m)
    if camera.depth_m(road).min() < _NEAREST_M:
        return
    sun = light.sun_direction().astype(np.float64)
    ground = road[:, :2] - road[:, 2:] * (sun[:2] / sun[2])
    scale = camera.focal_px / max(float(np.linalg.norm(road.mean(axis=0) - camera.position_m)), 3.0)
    _shade(linear_bgr, camera.project_road(ground), mesh.faces, light.ground_shade(), 0.02 * scale * light.shadow_soft)
    low = mesh.faces[(road[mesh.faces][:, :, 2] < 0.25 * person.tall_m).all(axis=1)]
    _shade(linear_bgr, camera.project_road(road[:, :2]), low, np.full(3, 0.5, dtype=np.float32), 0.07 * scale)


def _shade(linear_bgr: Floats, points_px: Array, faces: NDArray[np.int64], left: Floats, blur_px: float) -> None:
    """Multiply the picture by ``left`` (3,) where the flattened ``faces`` (F, 4) lie, with a soft edge."""
    height, width = linear_bgr.shape[:2]
    margin = math.ceil(3 * blur_px) + 2
    low = np.clip(np.floor(points_px.min(axis=0)) - margin, 0, [width, height]).astype(int)
    high = np.clip(np.ceil(points_px.max(axis=0)) + margin, 0, [width, height]).astype(int)
    if (high - low < 2).any():
        return
    mask = np.zeros(((high[1] - low[1]) * 2, (high[0] - low[0]) * 2), dtype=np.float32)
    corners = np.round(np.clip((points_px + 0.5 - low) * 2 - 0.5, -1e4, 1e4) * 16).astype(np.int32)
    for face in faces:
        cv2.fillConvexPoly(mask, cv2.convexHull(corners[face]), 1.0, cv2.LINE_8, 4)
    soft = cv2.GaussianBlur(mask, (0, 0), max(2 * blur_px, 1.0))
    soft = cv2.resize(soft, (int(high[0] - low[0]), int(high[1] - low[1])), interpolation=cv2.INTER_AREA)
    linear_bgr[low[1] : high[1], low[0] : high[0]] *= 1 - soft[:, :, None] * (1 - left)
