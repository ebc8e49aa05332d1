"""Scenes of a second author, who wrote them from the law and from what went wrong elsewhere, without reading the rules.

They are told in the language of ``models.synthesis.tracks`` and judged as its own scenes are.
"""

from models.synthesis.holdout import (
    boxes,
    bus_lane,
    cabin,
    centre,
    crossing,
    entry,
    halts,
    kerb,
    lines,
    moves,
    one_way,
    rails,
    red,
    register,
    section,
    spot,
    verge,
)
from models.synthesis.tracks import SceneBook

_MODULES = (
    spot,
    section,
    red,
    halts,
    centre,
    one_way,
    lines,
    verge,
    bus_lane,
    rails,
    kerb,
    boxes,
    moves,
    entry,
    crossing,
    cabin,
    register,
)
HOLDOUT = SceneBook({group.rule: group for module in _MODULES for group in module.GROUPS}, author="holdout")

__all__ = ["HOLDOUT"]
