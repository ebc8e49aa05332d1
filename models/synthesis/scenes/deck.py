"""The paint of a recovery truck behind its cab."""

import numpy as np

from models.synthesis.scenes.body import Body, Part
from models.synthesis.scenes.coat import DARK, GLASS, LAMP, RED, Coat, Spots


def paint_deck(body: Body, spots: Spots, coat: Coat) -> None:
    """A recovery truck behind its cab: steel deck with two tracks, yellow rails, warning stripes, amber beacons."""
    a, b, z = spots.place_m.T
    n_a, n_b, n_z = spots.normal.T
    wide = np.abs(b)
    box = spots.part == Part.BOX
    coat.lay(box, (0.03, 0.36, 0.62), 0.3)
    deck = box & (n_z > 0.5) & (a > 2.15)
    coat.lay(deck & (wide < 1.12), (0.085, 0.083, 0.082), 0.2)
    coat.lay(deck & (np.abs(wide - 0.74) < 0.24), (0.16, 0.158, 0.155), 0.2)
    coat.lay(deck & (np.abs(wide - 0.74) < 0.22) & (np.mod(a, 0.24) < 0.05), (0.05, 0.05, 0.05), 0.1)
    board = box & (a < 2.2) & (z > 1.02) & (wide < 1.05) & (np.mod(b + 0.07, 0.32) > 0.14) & (z < 1.60)
    coat.lay(board, DARK, 0.1)
    side = box & (np.abs(n_b) > 0.6) & (a > 2.2)
    coat.lay(side & (np.mod(a - z, 0.9) < 0.30), (0.03, 0.03, 0.45), 0.3)
    strip = box & (n_a > 0.6) & (a > body.length_m - 0.2)
    coat.lay(strip, (0.70, 0.70, 0.70), 0.2)
    coat.lay(strip & (np.mod(b + z, 0.4) < 0.2), (0.03, 0.03, 0.5), 0.2)
    coat.lay(strip & (np.abs(wide - 1.02) < 0.12), RED, 0.6, 0.5)
    wall = (spots.part == Part.BODY) & (n_a > 0.6)
    coat.lay(wall & (z > 1.80) & (z < 2.42) & (wide < 0.85), GLASS, 1.0)
    coat.lay(wall & (z > 2.50) & (z < 2.62) & (np.abs(wide - 0.70) < 0.12), LAMP, 0.8, 0.2)
    beacon = (spots.part == Part.BODY) & (n_z > 0.4) & (z > 2.80) & (np.abs(a - 0.95) < 0.16) & (wide < 0.75)
    coat.lay(beacon, (0.25, 0.25, 0.25), 0.5)
    coat.lay(beacon & (wide > 0.25), (0.02, 0.25, 0.75), 0.8, 0.25)
    coat.lay(spots.part == Part.TRIM, DARK, 0.2)
