"""Number plates drawn from the grammar files, and what a roadside camera does to them; truth is exact."""

from models.synthesis.plates.camera import Photo, View, paste, photograph
from models.synthesis.plates.draw import SyntheticPlate, draw_plate
from models.synthesis.plates.glyphs import GlyphBook
from models.synthesis.plates.texts import PlateText, choose_text

__all__ = [
    "GlyphBook",
    "Photo",
    "PlateText",
    "SyntheticPlate",
    "View",
    "choose_text",
    "draw_plate",
    "paste",
    "photograph",
]
