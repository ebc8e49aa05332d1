"""Scenes of numbers taken with a camera: what ``tracks`` tells, drawn by ``scenes``, with the same truth.

A vehicle keeps its plan of motion and gets a body of the garage; heads get lamps, persons a shape, zones their paint.
What no picture can show (papers, clocks, classifiers' answers) stays the scene's.
"""

from models.synthesis.filmed.film import Film, Shot, is_filmable

__all__ = ["Film", "Shot", "is_filmable"]
