"""Draw one vehicle into the picture: faces by distance, then every pixel asked in vehicle coordinates.

A face number is painted per pixel, far faces first; the ray of the pixel meets the face's plane, and
that gives the exact place on the vehicle, its normal and its paint.  Drawn at twice the resolution
and averaged down, so edges are smooth.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.body import Body, Mesh, Part, plate_corners_m
from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.garage import BODIES, COLOURS, mesh_of
from models.synthesis.scenes.light import Daylight
from models.synthesis.scenes.motion import Pose
from models.synthesis.scenes.paint import Coat, Spots, paint_vehicle
from models.synthesis.scenes.plate import plate_texture
from models.synthesis.scenes.scenario import Vehicle

OVERSAMPLE = 2
_NEAREST_M = 1.0
Floats = NDArray[np.float32]
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """A vehicle standing in the scene at one moment; with ``parts`` only these are drawn, and cast no shadow."""

    vehicle: Vehicle
    pose: Pose
    approaching: bool
    parts: frozenset[Part] | None = None

    @property
    def body(self) -> Body:
        """The model of the vehicle."""
        return BODIES[self.vehicle.model]

    def in_road(self, points_m: Array) -> Array:
        """Vehicle coordinates (N, 3) as road coordinates (N, 3)."""
        return self.pose.to_road(points_m, self.body.length_m, approaching=self.approaching)

    def axes(self) -> Array:
        """Rows: the vehicle's backward, left and up direction in the road frame, (3, 3)."""
        ahead_x, ahead_y = self.pose.heading
        return np.array([[-ahead_x, -ahead_y, 0.0], [-ahead_y, ahead_x, 0.0], [0.0, 0.0, 1.0]])

    def cast(self, linear_bgr: Floats, camera: SceneCamera, light: Daylight) -> None:
        """Darken the road below the vehicle and where it keeps the sun off; nothing for one that is carried."""
        if self.pose.base_m == 0 and self.parts is None:
            cast_shadow(linear_bgr, camera, self, light)

    def draw(self, linear_bgr: Floats, camera: SceneCamera, light: Daylight) -> None:
        """Draw the vehicle over everything farther away."""
        draw_vehicle(linear_bgr, camera, self, light)

    def plate_in_road(self) -> Array:
        """Corners of the plate that faces the camera, (4, 3) m, in reading order."""
        return self.in_road(plate_corners_m(self.body, front=self.approaching))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Pixels of a vehicle in its window of the oversampled picture."""

    origin_px: tuple[int, int]
    shape: tuple[int, int]
    inside: NDArray[np.bool_]
    face: NDArray[np.int64]
    rays: Floats


def draw_vehicle(linear_bgr: Floats, camera: SceneCamera, placed: Placed, light: Daylight) -> None:
    """Draw ``placed`` over ``linear_bgr`` (H, W, 3), which holds everything farther away."""
    mesh = mesh_of(placed.vehicle.model)
    seen = _rasterise(mesh, camera, placed)
    if seen is None:
        return
    spots = _spots(mesh, seen, camera, placed)
    coat = paint_vehicle(placed.body, COLOURS[placed.vehicle.colour], spots)
    _lay_plate(spots, coat, placed, camera)
    axes = placed.axes().astype(np.float32)
    normal = spots.normal @ axes
    rays = seen.rays / np.linalg.norm(seen.rays, axis=1, keepdims=True)
    under = np.clip(spots.place_m[:, 2] / 0.45, 0.25, 1.0)[:, None]
    shaded = coat.albedo * light.irradiance(normal) * under
    shaded += light.reflection(rays, normal, coat.gloss) * under + light.emission(coat.albedo, coat.glow)
    if light.retro:
        shaded += light.returned(coat.albedo, np.isin(spots.part, (Part.PLATE_FRONT, Part.PLATE_REAR)))
    _composite(linear_bgr, seen, shaded.astype(np.float32))


def _rasterise(mesh: Mesh, camera: SceneCamera, placed: Placed) -> _Seen | None:
    """Which face is seen where; None when the vehicle is out of the picture."""
    road = placed.in_road(mesh.vertices_m)
    pixels = (camera.project(road) + 0.5) * OVERSAMPLE - 0.5
    depth = camera.depth_m(road)
    width, height = camera.width_px * OVERSAMPLE, camera.height_px * OVERSAMPLE
    ahead = depth > _NEAREST_M
    if not ahead.any():
        return None
    low = np.floor(pixels[ahead].min(axis=0)).astype(int) // OVERSAMPLE * OVERSAMPLE - 2 * OVERSAMPLE
    high = np.ceil(pixels[ahead].max(axis=0)).astype(int) // OVERSAMPLE * OVERSAMPLE + 3 * OVERSAMPLE
    x0, y0 = max(int(low[0]), 0), max(int(low[1]), 0)
    x1, y1 = min(int(high[0]), width), min(int(high[1]), height)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return None
    centres = road[mesh.faces].mean(axis=1)
    normals = mesh.normals @ placed.axes()
    towards = np.sum(normals * (camera.position_m - centres), axis=1)
    is_shown = (towards > 0) & ahead[mesh.faces].all(axis=1)
    if placed.parts is not None:
        is_shown &= np.isin(mesh.parts, list(placed.parts))
    shown = np.flatnonzero(is_shown)
    order = shown[np.argsort(-np.linalg.norm(centres[shown] - camera.position_m, axis=1), kind="stable")]
    # a plate lies a few centimetres before the bumper and must win over the faces behind it
    plates = np.isin(mesh.parts[order], (Part.PLATE_FRONT, Part.PLATE_REAR))
    order = np.concatenate([order[~plates], order[plates]])
    numbers = np.zeros((y1 - y0, x1 - x0), dtype=np.int32)
    corners = np.round((pixels - [x0, y0]) * 16)
    corners = np.clip(corners, -(2**20), 2**20).astype(np.int32)
    for face in order:
        cv2.fillConvexPoly(numbers, corners[mesh.faces[face]], int(face) + 1, cv2.LINE_8, 4)
    inside = numbers > 0
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return None
    centre_px = (np.stack([columns + x0, rows + y0], axis=1) + 0.5) / OVERSAMPLE - 0.5
    rays = camera.rays(centre_px).astype(np.float32)
    return _Seen((x0, y0), (y1 - y0, x1 - x0), inside, numbers[inside].astype(np.int64) - 1, rays)


def _spots(mesh: Mesh, seen: _Seen, camera: SceneCamera, placed: Placed) -> Spots:
    """Where each ray meets its face, in vehicle coordinates."""
    axes = placed.axes()
    front = placed.in_road(np.zeros((1, 3)))[0]
    eye = (axes @ (camera.position_m - front)).astype(np.float32)
    rays = seen.rays @ axes.T.astype(np.float32)
    corners = mesh.vertices_m[mesh.faces].astype(np.float32)
    normals = mesh.normals.astype(np.float32)
    centres = corners.mean(axis=1)
    offset = np.sum(normals * (centres - eye), axis=1)
    slope = np.sum(rays * normals[seen.face], axis=1)
    reach = offset[seen.face] / np.minimum(slope, -1e-4)
    place = eye + rays * reach[:, None]
    place = np.clip(place, corners.min(axis=1)[seen.face] - 0.004, corners.max(axis=1)[seen.face] + 0.004)
    normal = _blurred_normals(mesh.smooth.astype(np.float32)[seen.face], seen)
    return Spots(place, normal, mesh.parts[seen.face])


def _blurred_normals(normal: Floats, seen: _Seen) -> Floats:
    """Blur the normals a little within the vehicle, so that faces do not show."""
    canvas = np.zeros((*seen.shape, 3), dtype=np.float32)
    canvas[seen.inside] = normal
    blurred = cv2.blur(canvas, (5, 5))[seen.inside]
    return np.asarray(blurred / np.maximum(np.linalg.norm(blurred, axis=1, keepdims=True), 1e-6))


def _lay_plate(spots: Spots, coat: Coat, placed: Placed, camera: SceneCamera) -> None:
    """Put the plate's picture onto the plate faces, filtered to the size at which it is seen; without one, dirt."""
    wanted = Part.PLATE_FRONT if placed.approaching else Part.PLATE_REAR
    coat.lay(np.isin(spots.part, (Part.PLATE_FRONT, Part.PLATE_REAR)), (0.012, 0.012, 0.012), 0.1)
    on_plate = spots.part == wanted
    if not placed.vehicle.plate or not on_plate.any():
        return
    corners = plate_corners_m(placed.body, front=placed.approaching)
    seen_px = camera.project(placed.plate_in_road())
    texture = plate_texture(placed.vehicle.plate)
    width = int(min(max(np.linalg.norm(seen_px[1] - seen_px[0]) * OVERSAMPLE, 8), texture.shape[1]))
    height = int(min(max(np.linalg.norm(seen_px[3] - seen_px[0]) * OVERSAMPLE, 4), texture.shape[0]))
    small = np.asarray(cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    place = spots.place_m[on_plate]
    across = (place[:, 1] - corners[0, 1]) / (corners[1, 1] - corners[0, 1])
    down = (place[:, 2] - corners[0, 2]) / (corners[3, 2] - corners[0, 2])
    column, row = across * width - 0.5, down * height - 0.5
    colour = _bilinear(small, column, row)
    albedo = np.power(colour / 255.0, 2.2) * 0.85
    printed = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1)
    coat.albedo[np.flatnonzero(on_plate)[printed]] = albedo[printed]


def _bilinear(texture: NDArray[np.uint8], column: Floats, row: Floats) -> Floats:
    """Values (N, 3) of ``texture`` between its pixels, held at its edges."""
    height, width = texture.shape[:2]
    x, y = np.clip(column, 0, width - 1), np.clip(row, 0, height - 1)
    x0, y0 = np.minimum(x.astype(np.int64), width - 2), np.minimum(y.astype(np.int64), height - 2)
    right, down = (x - x0)[:, None], (y - y0)[:, None]
    values = texture.astype(np.float32)
    above = values[y0, x0] * (1 - right) + values[y0, x0 + 1] * right
    below = values[y0 + 1, x0] * (1 - right) + values[y0 + 1, x0 + 1] * right
    return np.asarray(above * (1 - down) + below * down, dtype=np.float32)


def _composite(linear_bgr: Floats, seen: _Seen, shaded: Floats) -> None:
    """Average the oversampled window down and lay it over the picture."""
    window = np.zeros((*seen.shape, 4), dtype=np.float32)
    window[seen.inside, :3] = shaded
    window[seen.inside, 3] = 1.0
    height, width = seen.shape[0] // OVERSAMPLE, seen.shape[1] // OVERSAMPLE
    window = window[: height * OVERSAMPLE, : width * OVERSAMPLE]
    small = cv2.resize(window, (width, height), interpolation=cv2.INTER_AREA)
    x, y = seen.origin_px[0] // OVERSAMPLE, seen.origin_px[1] // OVERSAMPLE
    under = linear_bgr[y : y + height, x : x + width]
    under *= 1 - small[:, :, 3:]
    under += small[:, :, :3]


def cast_shadow(linear_bgr: Floats, camera: SceneCamera, placed: Placed, light: Daylight) -> None:
    """Darken the road where the vehicle keeps the sun off, and below the vehicle."""
    mesh = mesh_of(placed.vehicle.model)
    road = placed.in_road(mesh.vertices_m)
    sun = light.sun_direction().astype(np.float64)
    ground = road[:, :2] - road[:, 2:] * (sun[:2] / sun[2])
    footprint = road[:, :2]
    nearest = float(max(road[:, 1].min(), 3.0))
    if camera.depth_m(road).min() < _NEAREST_M:
        keep = camera.depth_m(np.column_stack([ground, np.zeros(len(ground))])) > _NEAREST_M
        ground, footprint = ground[keep], footprint[camera.depth_m(road) > _NEAREST_M]
        if len(ground) < 3 or len(footprint) < 3:
            return
    scale = camera.focal_px / nearest
    shade = light.ground_shade()
    _darken(linear_bgr, camera.project_road(ground), blur_px=0.05 * scale * light.shadow_soft, left=shade)
    _darken(linear_bgr, camera.project_road(footprint), blur_px=0.14 * scale, left=shade * 0 + 0.42)


def _darken(linear_bgr: Floats, points_px: Array, *, blur_px: float, left: Floats) -> None:
    """Multiply the picture by ``left`` (3,) inside the hull of ``points_px`` (N, 2), with a soft edge."""
    height, width = linear_bgr.shape[:2]
    margin = int(3 * blur_px) + 2
    low = np.clip(np.floor(points_px.min(axis=0)) - margin, 0, [width, height]).astype(int)
    high = np.clip(np.ceil(points_px.max(axis=0)) + margin, 0, [width, height]).astype(int)
    if (high - low < 2).any():
        return
    mask = np.zeros((high[1] - low[1], high[0] - low[0]), dtype=np.float32)
    hull = cv2.convexHull(np.clip(points_px - low, -1e5, 1e5).astype(np.float32))
    cv2.fillConvexPoly(mask, np.round(hull * 16).astype(np.int32), 1.0, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(mask, (0, 0), max(blur_px, 0.6), borderType=cv2.BORDER_REPLICATE)[:, :, None]
    region = linear_bgr[low[1] : high[1], low[0] : high[0]]
    region *= 1 - soft * (1 - left)
