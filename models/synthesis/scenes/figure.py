"""The figure of a walking person: tubes along the limbs, joints turned by the angles of human gait.

Figure coordinates are those of the vehicles: ``a`` backwards, ``b`` to the left hand, ``z`` up from the
ground, metres, with the origin below the hips.  A stride has phase 0 where the left heel strikes and 0.5
where the right one does.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.body import Mesh, MeshBuilder, Part

Array = NDArray[np.float64]
_MADE_FOR_M = 1.78
_AROUND = 20
_HIP = (30, 27, 18, 8, -2, -9, -5, 12, 25, 31)
_KNEE = (6, 16, 18, 12, 7, 12, 38, 60, 48, 18)
_ANKLE = (0, -5, 4, 8, 10, 4, -14, -8, 2, 2)
"""Flexion in degrees at each tenth of the stride, walking on level ground."""
_THIGH_M, _SHANK_M, _UPPER_ARM_M, _FOREARM_M = 0.43, 0.42, 0.29, 0.25
_SHOULDER_M = 0.452
_UP = np.array([0.0, 0.0, 1.0])

Rings = list[tuple[tuple[float, float, float], float, float]]
"""Cross-sections of a tube: the middle (a, b, z), half width and half depth, m."""


def add_tube(builder: MeshBuilder, rings: Rings, part: Part, *, side: Array | None = None, folds: float = 0.0) -> None:
    """Skin of a tube through ``rings``; ``side`` (3,) is the direction of its width, ``folds`` the share of creases."""
    middles = np.array([ring[0] for ring in rings], dtype=np.float64)
    wide, deep = (np.array([ring[i] for ring in rings], dtype=np.float64)[:, None, None] for i in (1, 2))
    along = np.gradient(middles, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = np.broadcast_to(np.array([0.0, 1.0, 0.0]) if side is None else side, along.shape)
    front = np.cross(across, along)
    front /= np.maximum(np.linalg.norm(front, axis=1, keepdims=True), 1e-9)
    turn = np.linspace(0, 2 * math.pi, _AROUND, endpoint=False)
    step = np.arange(len(rings))[:, None]
    crease = 1 + folds * (np.sin(3 * turn + 1.9 * step) + 0.7 * np.sin(5 * turn - 2.6 * step + 1.0))[:, :, None]
    swell = wide * np.cos(turn)[None, :, None] * across[:, None] + deep * np.sin(turn)[None, :, None] * front[:, None]
    vertices = middles[:, None] + swell * crease
    index = np.arange(len(rings) * _AROUND).reshape(len(rings), _AROUND)
    following = np.roll(index, -1, axis=1)
    faces = np.stack([index[:-1], following[:-1], following[1:], index[1:]], axis=-1).reshape(-1, 4)
    flat = vertices.reshape(-1, 3)
    outward = flat[faces].mean(axis=1) - np.repeat((middles[:-1] + middles[1:]) / 2, _AROUND, axis=0)
    builder.add(flat, faces, outward, part)
    tips = np.concatenate([vertices[0], vertices[-1]])
    i = np.arange(_AROUND // 2 - 1)
    cap = np.stack([i, i + 1, _AROUND - 2 - i, _AROUND - 1 - i], axis=1)
    facing = np.repeat(np.stack([-along[0], along[-1]]), len(cap), axis=0)
    builder.add(tips, np.concatenate([cap, cap + _AROUND]), facing, part)


def add_limb(
    builder: MeshBuilder, low: Array, high: Array, radii_m: tuple[float, ...], part: Part, *, folds: float = 0.0
) -> None:
    """A straight limb from ``low`` to ``high`` (3,) whose radius goes through ``radii_m``, rounded at both ends."""
    length = float(np.linalg.norm(high - low))
    first, last = radii_m[0] / length, radii_m[-1] / length
    shares = np.concatenate([[-0.8 * first, -0.5 * first], np.linspace(0, 1, 9), [1 + 0.5 * last, 1 + 0.8 * last]])
    radii = np.interp(shares, np.linspace(0, 1, len(radii_m)), radii_m)
    radii[[0, -1]] *= 0.5
    radii[[1, -2]] *= 0.86
    direction = (high - low) / length
    side = np.cross(direction, [0.0, 1.0, 0.0])
    side = np.cross(side / np.maximum(np.linalg.norm(side), 1e-9), direction)
    places = low + shares[:, None] * (high - low)
    add_tube(
        builder,
        [((p[0], p[1], p[2]), r, r) for p, r in zip(places.tolist(), radii.tolist(), strict=True)],
        part,
        side=side,
        folds=folds,
    )


def add_ball(
    builder: MeshBuilder, middle: tuple[float, float, float], half_m: tuple[float, float, float], part: Part
) -> None:
    """An ellipsoid with half axes ``half_m`` (a, b, z)."""
    rings: Rings = []
    for angle in np.linspace(-0.48 * math.pi, 0.48 * math.pi, 10):
        level, share = math.sin(angle), math.cos(angle)
        rings.append(((middle[0], middle[1], middle[2] + half_m[2] * level), half_m[1] * share, half_m[0] * share))
    add_tube(builder, rings, part)


def _gait(table: tuple[int, ...], phase: float) -> float:
    """The angle at ``phase`` of the stride, radians."""
    place = phase % 1.0 * 10
    before = int(place) % 10
    share = place - int(place)
    return math.radians(table[before] * (1 - share) + table[(before + 1) % 10] * share)


def _hanging(angle: float) -> Array:
    """Unit vector that hangs down and swings forward by ``angle``, (3,)."""
    return np.array([-math.sin(angle), 0.0, -math.cos(angle)])


def _leg(builder: MeshBuilder, sign: float, phase: float, pace: float) -> None:
    """A leg in trousers and its shoe, hung from the hips at the origin."""
    hip, knee, ankle = (pace * _gait(table, phase) for table in (_HIP, _KNEE, _ANKLE))
    root = np.array([0.0, sign * 0.088, 0.0])
    bend = root + _THIGH_M * _hanging(hip)
    foot = bend + _SHANK_M * _hanging(hip - knee)
    foot[1] = bend[1] = sign * 0.082
    add_limb(builder, root + 0.05 * _UP, bend, (0.088, 0.090, 0.078, 0.068), Part.TROUSERS, folds=0.03)
    add_limb(builder, bend, foot + 0.02 * _UP, (0.066, 0.068, 0.060, 0.056), Part.TROUSERS, folds=0.04)
    pitch = hip - knee + ankle
    ahead = np.array([-math.cos(pitch), sign * 0.10, math.sin(pitch)])
    down = np.array([-math.sin(pitch), 0.0, -math.cos(pitch)])
    rings: Rings = []
    shape = (
        (-0.075, 0.020, 0.028), (-0.065, 0.034, 0.045), (-0.02, 0.040, 0.052), (0.05, 0.043, 0.046),
        (0.12, 0.048, 0.034), (0.17, 0.045, 0.028), (0.20, 0.032, 0.020), (0.212, 0.016, 0.012),
    )  # fmt: skip
    for reach, wide, tall in shape:
        place = foot + reach * ahead + (0.085 - tall) * down
        rings.append(((place[0], place[1], place[2]), wide, tall))
    add_tube(builder, rings, Part.SHOE)


def _arm(builder: MeshBuilder, sign: float, phase: float, pace: float) -> None:
    """An arm in its sleeve and the hand, swinging against the leg of its side."""
    swing = pace * math.radians(3 - 24 * math.cos(2 * math.pi * phase))
    bend = math.radians(12) + pace * math.radians(14 - 10 * math.cos(2 * math.pi * phase))
    root = np.array([0.0, sign * 0.176, _SHOULDER_M])
    elbow = root + _UPPER_ARM_M * _hanging(swing) + [0.0, sign * 0.055, 0.0]
    wrist = elbow + _FOREARM_M * _hanging(swing + bend) + [0.0, -sign * 0.005, 0.0]
    add_limb(builder, root, elbow, (0.060, 0.062, 0.055, 0.051), Part.COAT, folds=0.04)
    add_limb(builder, elbow, wrist, (0.052, 0.050, 0.044, 0.042), Part.COAT, folds=0.04)
    tip = wrist + 0.11 * _hanging(swing + bend + 0.15)
    add_limb(builder, wrist, tip, (0.030, 0.042, 0.036, 0.022), Part.SKIN)


def add_torso(builder: MeshBuilder, origin: Array, lean: float) -> None:
    """Coat, neck and head above the hips at ``origin`` (3,), leaning forward by ``lean`` radians."""
    upright = np.array([-math.sin(lean), 0.0, math.cos(lean)])
    shape = (
        (-0.135, 0.170, 0.135), (-0.125, 0.190, 0.154), (-0.06, 0.188, 0.150), (0.03, 0.180, 0.136),
        (0.11, 0.170, 0.122), (0.19, 0.172, 0.122), (0.27, 0.184, 0.128), (0.35, 0.194, 0.132), (0.41, 0.198, 0.126),
        (0.455, 0.188, 0.114), (0.49, 0.160, 0.100), (0.52, 0.118, 0.088), (0.55, 0.086, 0.078), (0.575, 0.068, 0.070),
    )  # fmt: skip
    rings: Rings = []
    for height, wide, deep in shape:
        place = origin + height * upright
        rings.append(((place[0], place[1], place[2]), wide, deep))
    add_tube(builder, rings, Part.COAT, folds=0.02)
    neck, chin = origin + 0.54 * upright, origin + 0.64 * upright
    add_limb(builder, neck, chin, (0.056, 0.052), Part.SKIN)


def add_head(builder: MeshBuilder, middle: Array) -> None:
    """A head with its face forward: chin, skull, nose, ears, hair; ``middle`` (3,) between the ears."""
    a, b, z = middle.tolist()
    add_ball(builder, (a, b, z + 0.015), (0.094, 0.074, 0.105), Part.SKIN)
    add_ball(builder, (a - 0.022, b, z - 0.06), (0.062, 0.056, 0.055), Part.SKIN)
    add_ball(builder, (a - 0.098, b, z - 0.018), (0.016, 0.012, 0.022), Part.SKIN)
    for sign in (-1.0, 1.0):
        add_ball(builder, (a + 0.006, b + sign * 0.076, z - 0.01), (0.020, 0.010, 0.030), Part.SKIN)
    add_ball(builder, (a + 0.026, b, z + 0.048), (0.088, 0.083, 0.090), Part.HAIR)
    add_ball(builder, (a + 0.044, b, z - 0.002), (0.062, 0.072, 0.078), Part.HAIR)


@lru_cache(maxsize=64)
def walking_mesh(tall_m: float, stride: float, pace: float = 1.0) -> Mesh:
    """Faces of a person of ``tall_m`` at phase ``stride`` (0..1) of a step cycle, the lower foot on the ground.

    ``pace`` scales how far the limbs swing: 0 stands still.
    """
    builder = MeshBuilder()
    for sign, phase in ((1.0, stride), (-1.0, stride + 0.5)):
        _leg(builder, sign, phase, pace)
        _arm(builder, sign, phase, pace)
    lean = 0.05 * pace
    add_torso(builder, np.zeros(3), lean)
    add_head(builder, np.array([-math.sin(lean) * 0.70 - 0.012, 0.0, 0.708]))
    mesh = builder.mesh()
    scale = tall_m / _MADE_FOR_M
    vertices = mesh.vertices_m - [0.0, 0.0, float(mesh.vertices_m[:, 2].min())]
    return Mesh(vertices * scale, mesh.faces, mesh.normals, mesh.smooth, mesh.parts)
