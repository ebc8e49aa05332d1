"""What every spot of a vehicle looks like: paint, glass, lamps, grille, tyres, asked per pixel.

All functions take the vehicle coordinates of many pixels at once and fill a ``Coat``.
"""

import cv2
import numpy as np

from models.synthesis.scenes.body import Body, Part
from models.synthesis.scenes.coat import CHROME, DARK, GLASS, LAMP, PLASTIC, RED, RUBBER, Coat, Mask, Spots
from models.synthesis.scenes.deck import paint_deck
from models.synthesis.scenes.glyphs import draw_glyph

__all__ = ["Coat", "Spots", "paint_vehicle"]


def paint_vehicle(body: Body, colour: tuple[float, float, float], spots: Spots) -> Coat:
    """The coat of a vehicle in ``colour``; plates are laid on elsewhere."""
    count = len(spots.part)
    coat = Coat(np.empty((count, 3), np.float32), np.empty(count, np.float32), np.zeros(count, np.float32))
    everything = np.ones(count, dtype=np.bool_)
    coat.lay(everything, colour, 0.9)
    {"car": _paint_car, "truck": _paint_truck, "bus": _paint_bus}[body.style](body, spots, coat)
    coat.lay(spots.part == Part.TYRE, RUBBER, 0.05)
    return coat


def _side_wheels(body: Body, spots: Spots, coat: Coat, side: Mask) -> None:
    """Wheel arches, tyres and rims as seen from the side."""
    a, z = spots.place_m[:, 0], spots.place_m[:, 2]
    for wheel in body.wheels_m:
        distance = np.hypot(a - wheel, z - body.wheel_radius_m)
        radius = body.wheel_radius_m
        coat.lay(side & (distance < radius * 1.14), DARK, 0.0)
        coat.lay(side & (distance < radius), RUBBER, 0.05)
        coat.lay(side & (distance < radius * 0.68), CHROME, 0.3)
        coat.lay(side & (distance < radius * 0.2), DARK, 0.1)


def _paint_car(body: Body, spots: Spots, coat: Coat) -> None:
    """Car, hatchback or off-roader."""
    a, b, z = spots.place_m.T
    n_a, n_b, n_z = spots.normal.T
    wide = np.abs(b)
    low, high = body.windscreen_m
    tall = body.mirror_m[2] - 0.96  # how much higher than the sedan everything sits
    _glasshouse(body, spots, coat)
    front = (n_a < -0.12) & (a < 0.75)
    nose = body.plate_front_m + 0.14
    # plates of light cars sit in a dark panel, as the unpainted bumpers of many makes; their edge stays visible
    panel = np.abs(z - body.plate_front_m) < 0.085
    coat.lay(front & (a < 0.32) & panel & (wide < 0.35), PLASTIC, 0.15)
    coat.lay(front & (a < 0.32) & (wide < 0.58) & (z > nose - 0.30) & (z < nose - 0.21), DARK, 0.1)
    coat.lay(front & (wide < 0.46) & (z > nose - 0.02) & (z < nose + 0.11 + 0.3 * tall), DARK, 0.2)
    bars = front & (wide < 0.46) & (z > nose - 0.02) & (z < nose + 0.11 + 0.3 * tall)
    coat.lay(bars & (np.mod(z, 0.034) < 0.010), CHROME, 0.6)
    coat.lay(front & (np.hypot(b, (z - nose - 0.05) * 1.1) < 0.055), CHROME, 0.8)
    _head_lamps(spots, coat, front, nose + 0.05 + 0.4 * tall)
    coat.lay(front & (np.hypot(wide - 0.66, z - nose + 0.24) < 0.055), LAMP, 0.5)
    if body.name == "suv":
        coat.lay(front & (z < nose - 0.33) & (wide < 0.62), CHROME, 0.3)
        coat.lay((n_z > 0.2) & (np.abs(wide - 0.60) < 0.022) & (a > high) & (z > 1.5), CHROME, 0.6)
        frame = (np.abs(wide - 0.47) < 0.014) | (np.abs(z - nose - 0.115 - 0.3 * tall) < 0.012)
        coat.lay(front & frame & (wide < 0.485) & (z > nose - 0.03) & (z < nose + 0.13 + 0.3 * tall), CHROME, 0.8)
    seam = (a > 0.3) & (a < low) & (n_z > 0.5)
    coat.lay(seam & (np.abs(wide - (0.66 + 0.06 * (a - 0.3))) < 0.007), DARK, 0.0)
    coat.lay((np.abs(a - low + 0.03) < 0.035) & (n_z > 0.3) & (wide < 0.72), DARK, 0.1)
    rear = (n_a > 0.15) & (a > body.length_m - 0.55)
    level = body.plate_rear_m
    coat.lay(rear & (wide > 0.46) & (wide < 0.86) & (z > level - 0.02) & (z < level + 0.15), RED, 0.8)
    coat.lay(rear & (wide < 0.36) & (np.abs(z - level) < 0.10), PLASTIC, 0.15)
    coat.lay(rear & (z < level - 0.32), DARK, 0.2)
    coat.lay(rear & (np.abs(z - level - 0.20) < 0.006) & (wide < 0.7), DARK, 0.0)
    side = np.abs(n_b) > 0.55
    for gap in (high - 0.35, high + 0.75, body.rear_window_m[0] - 0.15):
        coat.lay(side & (np.abs(a - gap) < 0.006) & (z > 0.32) & (z < 0.94 + tall), DARK, 0.0)
    coat.lay(side & (z < 0.30 + 0.3 * tall), DARK, 0.1)
    _side_wheels(body, spots, coat, side)
    coat.lay((spots.part == Part.TRIM) & (n_a > 0.6), GLASS, 1.0)


def _glasshouse(body: Body, spots: Spots, coat: Coat) -> None:
    """Windscreen, side windows and rear window with their pillars."""
    a, b, z = spots.place_m.T
    n_a, n_b, n_z = spots.normal.T
    wide = np.abs(b)
    low, high = body.windscreen_m
    share = np.clip((a - low) / (high - low), 0.0, 1.0)
    belt = body.mirror_m[2]
    edge = 0.75 - 0.17 * share if body.name != "suv" else 0.82 - 0.17 * share
    screen = (a > low + 0.03) & (a < high) & (n_a < -0.2) & (wide < edge) & (z > belt)
    coat.lay(screen, GLASS, 1.0)
    coat.lay(screen & (np.abs(wide - 0.37) < 0.13) & (share > 0.50) & (share < 0.82), (0.010, 0.010, 0.011), 1.0)
    coat.lay(screen & (np.hypot(b - 0.37, (share - 0.60) * 0.9) < 0.105), (0.030, 0.036, 0.046), 1.0)
    coat.lay(screen & (share < 0.16), (0.034, 0.033, 0.032), 1.0)
    wiper = screen & (np.abs(share - 0.06 - 0.10 * np.abs(np.mod(b + 0.05, 0.62) - 0.1)) < 0.018) & (wide < 0.6)
    coat.lay(wiper, (0.006, 0.006, 0.006), 0.0)
    rear_low, rear_high = body.rear_window_m
    coat.lay((a > rear_low) & (a < rear_high - 0.05) & (n_a > 0.2) & (wide < 0.56) & (z > belt + 0.06), GLASS, 1.0)
    roof_z = belt + (0.40 if body.name != "suv" else 0.44)
    side = (np.abs(n_b) > 0.45) & (n_z < 0.8) & (z > belt + 0.06) & (z < roof_z - 0.02)
    start = low + 0.36 + (z - belt) * 0.9
    window = side & (a > start) & (a < rear_low + 0.25 - (z - belt) * 0.5)
    window &= np.abs(a - (high + 0.78)) > 0.05
    coat.lay(window, GLASS, 1.0)


def _head_lamps(spots: Spots, coat: Coat, front: Mask, level_m: float) -> None:
    """Head lamps with a dark surround, a bright reflector and a strip of daytime light."""
    b, z = spots.place_m[:, 1], spots.place_m[:, 2]
    wide = np.abs(b)
    rise = level_m + 0.10 * (wide - 0.62)
    case = front & (wide > 0.47) & (wide < 0.86) & (np.abs(z - rise) < 0.075)
    coat.lay(case, (0.20, 0.20, 0.20), 0.9)
    bulb = np.hypot((wide - 0.62) / 1.2, z - rise)
    coat.lay(case & (bulb < 0.052), LAMP, 0.9, 0.55)
    coat.lay(case & (np.hypot((wide - 0.75) / 1.2, z - rise) < 0.04), LAMP, 0.9, 0.15)
    coat.lay(case & (z < rise - 0.052), LAMP, 0.5, 0.9)


def _paint_truck(body: Body, spots: Spots, coat: Coat) -> None:
    """A lorry: boxy cab, big screen, dark grille, a light box with lettering."""
    a, b, z = spots.place_m.T
    n_a, n_b, _ = spots.normal.T
    wide = np.abs(b)
    cab, box = spots.part == Part.BODY, spots.part == Part.BOX
    front = cab & (n_a < -0.12) & (a < 0.7)
    coat.lay(front & (z > 1.52) & (z < 2.42) & (wide < 1.02), GLASS, 1.0)
    wiper = np.abs(z - 1.60 - 0.25 * np.mod(b + 1.0, 0.7)) < 0.02
    coat.lay(front & wiper & (z > 1.52) & (wide < 0.95), (0.006, 0.006, 0.006))
    grille = front & (wide < 0.78) & (z > 0.95) & (z < 1.38)
    coat.lay(grille, DARK, 0.2)
    coat.lay(grille & (np.mod(z, 0.11) < 0.03), (0.25, 0.25, 0.25), 0.4)
    coat.lay(front & (np.hypot(b, z - 1.17) < 0.10), CHROME, 0.8)
    coat.lay(front & (z < 0.90), (0.06, 0.06, 0.06), 0.2)
    coat.lay(front & (wide > 0.70) & (wide < 1.06) & (z > 0.66) & (z < 0.86), LAMP, 0.9, 0.4)
    coat.lay(front & (z > 2.52) & (z < 2.60) & (np.mod(b + 0.06, 0.45) < 0.12), (0.03, 0.4, 0.8), 0.2, 0.3)
    side = cab & (np.abs(n_b) > 0.6)
    coat.lay(side & (z > 1.60) & (z < 2.35) & (a > 0.35) & (a < 1.35), GLASS, 1.0)
    _side_wheels(body, spots, coat, side)
    if body.name == "tow_truck":
        paint_deck(body, spots, coat)
        return
    coat.lay(box, (0.66, 0.68, 0.68), 0.15)
    box_side = box & (np.abs(n_b) > 0.6)
    coat.lay(box_side & (np.abs(z - 1.5) < 0.22) & (a > 2.5) & (a < 7.2), (0.30, 0.10, 0.03), 0.15)
    coat.lay(box & (np.abs(n_a) > 0.6) & (z > 3.05), (0.30, 0.10, 0.03), 0.15)
    coat.lay((spots.part == Part.TRIM), DARK, 0.3)
    _paint_doors(body, spots, coat)


def _paint_doors(body: Body, spots: Spots, coat: Coat) -> None:
    """The rear of a lorry: two doors in a frame with their rods and hinges, contour tape, underrun bar with lamps."""
    _, b, z = spots.place_m.T
    wide = np.abs(b)
    rear = (spots.part == Part.BOX) & (spots.normal[:, 0] > 0.6)
    side_m, top_m = body.lofts[1].side[0][1], body.lofts[1].top[0][1]
    coat.lay(rear & ((wide > side_m - 0.09) | (z > top_m - 0.12) | (z < 1.08)), (0.16, 0.16, 0.16), 0.2)
    coat.lay(rear & (wide < 0.015), DARK, 0.0)
    for rod in (0.22, 0.78):
        coat.lay(rear & (np.abs(wide - rod) < 0.022), CHROME, 0.5)
        coat.lay(rear & (np.abs(wide - rod) < 0.07) & (np.abs(z - 1.62) < 0.05), DARK, 0.2)
    hinge = rear & (wide > side_m - 0.24) & (np.mod(z - 1.25, 0.62) < 0.07)
    coat.lay(hinge, (0.10, 0.10, 0.10), 0.3)
    tape = rear & (wide < side_m - 0.10) & (np.abs(z - 1.16) < 0.05)
    coat.lay(tape, (0.70, 0.70, 0.70), 0.2)
    coat.lay(tape & (np.mod(b, 0.5) < 0.25), (0.03, 0.03, 0.5), 0.2)
    bar = (spots.part == Part.TRIM) & (spots.normal[:, 0] > 0.6) & (z < 1.0)
    coat.lay(bar & (np.mod(b + z, 0.3) < 0.15), (0.03, 0.03, 0.5), 0.3)
    coat.lay(bar & (wide > 0.72), DARK, 0.2)
    lamps = bar & (wide > 0.76) & (wide < 1.10) & (np.abs(z - 0.74) < 0.07)
    coat.lay(lamps, RED, 0.8, 0.4)
    coat.lay(lamps & (np.abs(wide - 0.93) < 0.06), (0.03, 0.30, 0.70), 0.8, 0.1)


def _paint_bus(body: Body, spots: Spots, coat: Coat) -> None:
    """A town bus: one big screen, route board, two-colour skirt."""
    a, b, z = spots.place_m.T
    n_a, n_b, n_z = spots.normal.T
    wide = np.abs(b)
    front = (n_a < -0.12) & (a < 0.6)
    coat.lay(front & (z > 1.15) & (z < 2.62) & (wide < 1.14), GLASS, 1.0)
    coat.lay(front & (np.abs(b) < 0.012) & (z > 1.15) & (z < 2.36), DARK, 0.1)
    coat.lay(front & (z > 2.36) & (z < 2.66) & (wide < 0.85), (0.008, 0.008, 0.008), 0.3)
    _route_board(spots, coat, front)
    wiper = np.abs(z - 1.22 - 0.42 * np.mod(b + 1.1, 1.1)) < 0.022
    coat.lay(front & wiper & (wide < 1.0) & (z < 1.75), (0.004, 0.004, 0.004))
    coat.lay(front & (z < 0.95) & (z > 0.80) & (wide < 0.62), DARK, 0.2)
    coat.lay(front & (z < 0.80) & (z > 0.52) & (wide < 0.55), PLASTIC, 0.15)
    for place in (0.80, 1.0):
        coat.lay(front & (np.hypot(wide - place, z - 0.86) < 0.095), LAMP, 0.9, 0.5)
    side = np.abs(n_b) > 0.6
    coat.lay(side & (z > 1.25) & (z < 2.45) & (a > 0.5) & (np.mod(a, 1.45) > 0.10), GLASS, 1.0)
    coat.lay((side | front) & (z < 0.52), (0.08, 0.08, 0.08), 0.2)
    rear = (n_a > 0.5) & (a > body.length_m - 0.4)
    coat.lay(rear & (z > 1.5) & (z < 2.5) & (wide < 1.0), GLASS, 1.0)
    coat.lay(rear & (wide > 0.95) & (z > 0.8) & (z < 1.3), RED, 0.6)
    hatch = (n_z > 0.8) & (np.abs(np.mod(a, 3.4) - 1.7) < 0.45) & (wide < 0.42)
    coat.lay(hatch, (0.35, 0.36, 0.36), 0.2)
    _side_wheels(body, spots, coat, side)
    coat.lay(spots.part == Part.TRIM, DARK, 0.3)


def _route_board(spots: Spots, coat: Coat, front: Mask) -> None:
    """The lit route number over the bus's screen."""
    board = np.zeros((60, 160, 3), dtype=np.uint8)
    for i, character in enumerate("40"):
        draw_glyph(board, character, box_px=(42.0 + 42 * i, 8.0, 30.0, 44.0), stroke_px=6.0, colour=(255, 255, 255))
    blurred = cv2.GaussianBlur(board[:, :, 0], (0, 0), 1.0)
    column = np.clip((spots.place_m[:, 1] + 0.5) / 1.0 * 160, 0, 159).astype(np.int64)
    row = np.clip((2.66 - spots.place_m[:, 2]) / 0.30 * 60, 0, 59).astype(np.int64)
    inside = front & (np.abs(spots.place_m[:, 1]) < 0.5) & (spots.place_m[:, 2] > 2.36) & (spots.place_m[:, 2] < 2.66)
    coat.lay(inside & (blurred[row, column] > 120), (0.05, 0.5, 0.9), 0.0, 1.0)
