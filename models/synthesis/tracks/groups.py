"""All scenes that are told, by rule and name, and how one is told again from its name and seed."""

from typing import Literal

from models.synthesis.tracks import (
    documents,
    drivers,
    lanes,
    lights,
    persons,
    speeding,
    standing,
    turning,
    wrong_way,
    zones,
)
from models.synthesis.tracks.draw import Draw, Group
from models.synthesis.tracks.scene import Scene

Kind = Literal["violating", "innocent"]
_MODULES = (speeding, lights, wrong_way, lanes, standing, turning, zones, persons, drivers, documents)
GROUPS: dict[str, Group] = {group.rule: group for module in _MODULES for group in module.GROUPS}


def names_of(rule: str, kind: Kind) -> tuple[str, ...]:
    """Return the full names of a rule's scenes: ``rule.name``."""
    group = GROUPS[rule]
    return tuple(f"{rule}.{name}" for name in (group.violating if kind == "violating" else group.innocent))


def scene_of(name: str, seed: int) -> Scene:
    """Tell a scene by its full name and seed.

    Raises:
        KeyError: no scene has that name.
    """
    rule, _, short = name.partition(".")
    if rule not in GROUPS:
        raise KeyError(f"no scenes are told for a rule {rule!r}")
    builders = {**GROUPS[rule].violating, **GROUPS[rule].innocent}
    if short not in builders:
        raise KeyError(f"{rule} knows no scene {short!r}; it knows: {', '.join(builders)}")
    return builders[short](Draw.of(name, seed))
