"""Light of the scenes: sun, sky, lamps, reflection on clear coat and glass, and the camera's tone curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Daylight:
    """A clear day: direction towards the sun (road frame) and the strengths of sun and sky.

    By night the sun's place is taken by the street lamps.  ``horizon_bgr`` and ``ground_bgr`` are what clear coat
    mirrors of the country around, ``glint`` the strength of the sun's spot on it; ``casts`` says whether shadows
    have edges, ``shadow_soft`` how many times softer those are than the sun's; ``lamps`` is the brightness of a
    vehicle's lamps in the dark (0: by day), ``retro`` how brightly a plate returns the camera's own flash.
    """

    to_sun: tuple[float, float, float] = (-0.42, -0.52, 0.74)
    sun_bgr: tuple[float, float, float] = (2.15, 2.45, 2.60)
    sky_bgr: tuple[float, float, float] = (1.05, 0.90, 0.80)
    horizon_bgr: tuple[float, float, float] = (1.0, 1.0, 0.98)
    ground_bgr: tuple[float, float, float] = (0.26, 0.27, 0.27)
    glint: float = 1.0
    casts: bool = True
    shadow_soft: float = 1.0
    lamps: float = 0.0
    retro: float = 0.0

    def sun_direction(self) -> Floats:
        """Unit vector towards the sun, (3,)."""
        vector = np.array(self.to_sun, dtype=np.float32)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def ground_shade(self) -> Floats:
        """Share of light left on the road in full shadow, (3,) BGR."""
        sun = np.array(self.sun_bgr, dtype=np.float32) * self.sun_direction()[2]
        sky = np.array(self.sky_bgr, dtype=np.float32)
        return np.asarray(sky * 0.85 / (sun + sky), dtype=np.float32)

    def irradiance(self, normal: Floats) -> Floats:
        """Light falling on surfaces with ``normal`` (N, 3), (N, 3) BGR."""
        direct = np.maximum(normal @ self.sun_direction(), 0.0)[:, None] * np.array(self.sun_bgr, dtype=np.float32)
        up = (0.5 + 0.5 * normal[:, 2])[:, None]
        sky = np.array(self.sky_bgr, dtype=np.float32)
        return np.asarray(direct + sky * (0.28 + 0.72 * up), dtype=np.float32)

    def reflection(self, ray: Floats, normal: Floats, gloss: Floats) -> Floats:
        """What a clear coat adds: Fresnel reflection of sky, horizon and road, and the sun's spot; (N, 3) BGR."""
        cosine = np.sum(ray * normal, axis=1)
        mirrored = ray - 2 * cosine[:, None] * normal
        height = mirrored[:, 2]
        sky = np.array(self.sky_bgr, dtype=np.float32)
        zenith, horizon = sky * 0.75, np.array(self.horizon_bgr, dtype=np.float32) * 1.15
        blend = np.clip(height, 0.0, 1.0)[:, None] ** 0.5
        above = horizon + (zenith - horizon) * blend
        ground = np.array(self.ground_bgr, dtype=np.float32)
        world = np.where(height[:, None] > 0.02, above, ground)
        fresnel = 0.04 + 0.96 * np.clip(1 + cosine, 0.0, 1.0) ** 5
        spot = np.clip(mirrored @ self.sun_direction(), 0.0, 1.0) ** 260 * (9.0 * self.glint)
        return np.asarray((world * fresnel[:, None] + spot[:, None] * 0.35) * gloss[:, None], dtype=np.float32)

    def emission(self, albedo: Floats, glow: Floats) -> Floats:
        """Light of the lamps themselves: ``albedo`` (N, 3) gives their colour, ``glow`` (N,) 0..1; (N, 3) BGR."""
        if self.lamps == 0:
            return np.broadcast_to(glow[:, None] * np.float32(1.6), albedo.shape)
        brightest = np.maximum(albedo.max(axis=1, keepdims=True), 1e-6)
        white = albedo.min(axis=1, keepdims=True) / brightest
        return np.asarray(glow[:, None] * self.lamps * (albedo / brightest) * (0.30 + 0.70 * white), dtype=np.float32)

    def returned(self, albedo: Floats, on_plate: NDArray[np.bool_]) -> Floats:
        """What plates return of the camera's flash: ``albedo`` (N, 3) where ``on_plate`` (N,); (N, 3) BGR."""
        return np.asarray(albedo * (on_plate * self.retro)[:, None], dtype=np.float32)


def develop(linear_bgr: Floats) -> NDArray[np.uint8]:
    """Turn linear light (H, W, 3) into an 8-bit picture by the camera's tone curve."""
    light = np.maximum(linear_bgr, 0.0)
    toned = light * (1 + light / 6.25) / (1 + light)
    return np.asarray(np.clip(np.power(toned, 1 / 2.2) * 255.0 + 0.5, 0, 255), dtype=np.uint8)
