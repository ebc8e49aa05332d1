"""What spoils a plate: dirt and bolts on the metal, then light, weather, lens, sensor and codec on the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_GRAIN = np.random.default_rng(1).standard_normal((512, 1024, 3), np.float32)
"""Noise is cut out of one sheet: drawing it anew costs more than all the rest of a picture."""


def soil(rng: np.random.Generator, flat: Picture) -> Picture:
    """Age a flat plate ``(H, W, 3)``: faded ink, bolts, dirt, snow, a shadow across it."""
    plate = flat.astype(np.float32)
    height, width = flat.shape[:2]
    if rng.random() < 0.5:  # faded towards the ground colour, or scraped
        ground = np.median(plate[::3, ::3].reshape(-1, 3), axis=0)
        plate += (ground - plate) * rng.uniform(0.0, 0.4)
    if rng.random() < 0.5:
        _bolts(rng, plate)
    if rng.random() < 0.25:
        small = rng.random((max(2, height // 24), max(4, width // 24))).astype(np.float32)
        cloud = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
        colour = rng.uniform(40, 130, 3) if rng.random() < 0.7 else rng.uniform(215, 250, 3)
        plate += np.clip(cloud * rng.uniform(0.5, 1.6) - rng.uniform(0.5, 0.9), 0, 0.6) * (colour - plate)
    if rng.random() < 0.08:  # snow or a bumper hides the lower or upper edge
        share = rng.uniform(0.03, 0.14)
        rows = slice(0, round(share * height)) if rng.random() < 0.5 else slice(round((1 - share) * height), None)
        plate[rows] = rng.uniform(10, 250)
    if rng.random() < 0.35:
        _shadow(rng, plate)
    return np.clip(plate, 0, 255).astype(np.uint8)


def frame(rng: np.random.Generator, flat: Picture) -> tuple[Picture, NDArray[np.float32]]:
    """Set a plate into its holder; return the picture and the plate's corners ``(4, 2)`` in it."""
    height, width = flat.shape[:2]
    sides = rng.uniform(0.0, 0.10, 4) * height * (rng.random() < 0.65)
    top, bottom, left, right = (round(float(side)) for side in sides)
    lettering = rng.random() < 0.35
    bottom += round(rng.uniform(0.08, 0.2) * height) if lettering else 0
    colour = [float(value) for value in (rng.uniform(5, 60) + rng.uniform(-5, 5, 3))]
    if rng.random() < 0.25:
        colour = [float(value) for value in (rng.uniform(120, 240) + rng.uniform(-8, 8, 3))]
    held = cv2.copyMakeBorder(flat, top, bottom, left, right, cv2.BORDER_CONSTANT, value=colour)
    if lettering and bottom > 6:
        words = "".join(chr(65 + int(rng.integers(26))) if rng.random() < 0.85 else " " for _ in range(20))
        ink = (230, 230, 230) if sum(colour) < 380 else (40, 40, 40)
        size = bottom / 36
        shown = words[: int(rng.integers(5, 20))]
        place = (left + round(rng.uniform(0.05, 0.4) * width), held.shape[0] - round(0.2 * bottom))
        cv2.putText(held, shown, place, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)
    low = np.array([left, top], np.float32)
    return np.asarray(held, np.uint8), np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) + low


def expose(rng: np.random.Generator, picture: Picture, height_px: float) -> Picture:
    """Take the picture as a roadside camera does; ``height_px`` is the plate's height in it."""
    image = picture.astype(np.float32)
    image = _weather(rng, image, height_px)
    image = _light(rng, image)
    image = _blur(rng, image, height_px)
    noise = rng.uniform(0.0, 4.0) if rng.random() < 0.75 else rng.uniform(4.0, 14.0)
    image += np.float32(noise) * grain(rng, image.shape)
    image = np.clip(image, 0, 255)
    if rng.random() < 0.12:  # interlace: the second field is caught a moment later
        image[1::2] = np.roll(image[1::2], round(rng.uniform(0.5, max(1.0, 0.08 * height_px))), axis=1)
    if rng.random() < 0.25:
        soft = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 1.6))
        image = np.clip(image + rng.uniform(0.3, 1.4) * (image - soft), 0, 255)
    done = image.astype(np.uint8)
    if rng.random() < 0.8:
        quality = int(rng.uniform(35, 95)) if rng.random() < 0.75 else int(rng.uniform(10, 35))
        coded = cv2.imencode(".jpg", done, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        done = np.asarray(cv2.imdecode(coded, 1), np.uint8)
    return done


def expose_mildly(rng: np.random.Generator, picture: Picture, height_px: float) -> Picture:
    """Take the picture in good light with a good camera: a little blur, noise and another brightness."""
    image = picture.astype(np.float32) * np.float32(rng.uniform(0.6, 1.1))
    image = image * rng.uniform(0.93, 1.07, 3).astype(np.float32)
    if rng.random() < 0.5:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.2, rng.uniform(0.0, 0.02) * height_px)), np.float32)
    image = image + np.float32(rng.uniform(-5, 15)) + np.float32(rng.uniform(0, 3)) * grain(rng, image.shape)
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def grain(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return sensor noise of unit variance, ``(H, W, 3)``."""
    height, width = shape[:2]
    if height > _GRAIN.shape[0] or width > _GRAIN.shape[1]:
        return rng.standard_normal((height, width, 3), np.float32)
    top, left = (int(rng.integers(most - side + 1)) for most, side in zip(_GRAIN.shape, (height, width), strict=False))
    return _GRAIN[top : top + height, left : left + width]


def _bolts(rng: np.random.Generator, plate: NDArray[np.float32]) -> None:
    height, width = plate.shape[:2]
    x, y = rng.uniform(0.03, 0.2) * width, rng.choice([0.08, 0.12, 0.5]) * height
    colour = [float(value) for value in (rng.uniform(20, 220) + rng.uniform(-20, 20, 3))]
    if rng.random() < 0.15:
        colour = [30.0, 30.0, 180.0]
    radius = max(2, round(rng.uniform(0.02, 0.05) * height))
    places = [(x, y), (width - x, y)]
    if rng.random() < 0.3:
        places += [(x, height - y), (width - x, height - y)]
    for place in places:
        cv2.circle(plate, (round(place[0]), round(place[1])), radius, colour, -1, cv2.LINE_AA)


def _shadow(rng: np.random.Generator, plate: NDArray[np.float32]) -> None:
    height, width = plate.shape[:2]
    mask = np.zeros((height, width), np.float32)
    edge = rng.uniform(0, width, 2)
    points = np.array([[0, 0], [edge[0], 0], [edge[1], height], [0, height]], np.int32)
    if rng.random() < 0.5:
        fall = rng.uniform(0, height, 2)
        points = np.array([[0, 0], [width, 0], [width, fall[0]], [0, fall[1]]], np.int32)
    cv2.fillPoly(mask, [points], 1.0)
    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.5, 6)), np.float32)
    plate *= 1 - soft[..., None] * np.float32(rng.uniform(0.2, 0.65))


def _weather(rng: np.random.Generator, image: NDArray[np.float32], height_px: float) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    if rng.random() < 0.06:  # rain and snow are streaks as long as the exposure
        for _ in range(int(rng.integers(4, 25))):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            long = rng.uniform(0.05, 0.6) * height_px
            shade = float(rng.uniform(140, 255))
            cv2.line(image, (round(x), round(y)), (round(x + rng.uniform(-0.2, 0.2) * long), round(y + long)),
                     (shade, shade, shade), 1, cv2.LINE_AA)  # fmt: skip
    if rng.random() < 0.10:  # glare of a headlamp or the sun
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        distance = ((columns - rng.uniform(0, width)) ** 2 + (rows - rng.uniform(0, height)) ** 2) ** 0.5
        strength, reach = np.float32(rng.uniform(60, 230)), np.float32(rng.uniform(0.3, 1.5) * height_px)
        image = image + strength * np.exp(-distance / reach)[..., None]
    if rng.random() < 0.08:
        image = image + (np.float32(rng.uniform(120, 220)) - image) * np.float32(rng.uniform(0.1, 0.5))
    return image


def _light(rng: np.random.Generator, image: NDArray[np.float32]) -> NDArray[np.float32]:
    gain = np.float32(rng.uniform(0.55, 1.25))
    if rng.random() < 0.15:
        gain = np.float32(rng.uniform(0.18, 0.55))
    elif rng.random() < 0.08:
        gain = np.float32(rng.uniform(1.25, 1.55))
    tint = rng.uniform(0.88, 1.12, 3).astype(np.float32)
    image = image * gain * tint + np.float32(rng.uniform(-12, 22))
    if rng.random() < 0.3:
        grey = image.mean(axis=2, keepdims=True)
        image = grey + (image - grey) * np.float32(rng.uniform(0, 0.4) if rng.random() < 0.6 else 0.0)
    return np.asarray(255 * (np.clip(image, 0, 255) / 255) ** np.float32(rng.uniform(0.7, 1.45)), np.float32)


def _blur(rng: np.random.Generator, image: NDArray[np.float32], height_px: float) -> NDArray[np.float32]:
    if rng.random() < 0.3:
        length = rng.uniform(0.03, 0.17) * height_px
        if length >= 1.2:
            image = _motion(image, length, rng.uniform(0, np.pi) if rng.random() < 0.5 else rng.normal(0, 0.15))
    if rng.random() < 0.6:
        sigma = rng.uniform(0.0, 0.05) * height_px + rng.uniform(0.0, 0.4)
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.2)), np.float32)
    return image


def _motion(image: NDArray[np.float32], length: float, angle: float) -> NDArray[np.float32]:
    half = int(np.ceil(length / 2)) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    across, down = length / 2 * np.cos(angle), length / 2 * np.sin(angle)
    start = (round((half - across) * 16), round((half - down) * 16))
    end = (round((half + across) * 16), round((half + down) * 16))
    cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(
        cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6), borderType=cv2.BORDER_REPLICATE), np.float32
    )
