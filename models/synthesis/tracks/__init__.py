"""Thousands of road scenes without pixels: what the product would be given of each vehicle, with the truth beside it.

Numpy only.  A scene is a place, a signal plan, persons, and vehicles with a plan of motion (``scene``); its boxes are
projected from bodies with a length, a width and mirrors, hidden by what stands before, and noisy (``seen``, ``noise``);
``cases_of`` gives the input of the rules.  ``groups`` holds the scenes told for every rule.
"""

from models.synthesis.tracks.cases import TrackCase, cases_of
from models.synthesis.tracks.groups import BOOK, Kind, SceneBook
from models.synthesis.tracks.noise import DetectorNoise
from models.synthesis.tracks.scene import Scene, Vehicle

__all__ = ["BOOK", "DetectorNoise", "Kind", "Scene", "SceneBook", "TrackCase", "Vehicle", "cases_of"]
