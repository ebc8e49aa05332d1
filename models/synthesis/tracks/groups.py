"""All scenes that are told, by rule and name, and how one is told again from its name and seed."""

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, eq=False, slots=True)
class SceneBook:
    """The scenes of one author, by rule; ``author`` keeps the draws of two books apart where names are the same."""

    groups: Mapping[str, Group]
    author: str = ""

    def names_of(self, rule: str, kind: Kind) -> tuple[str, ...]:
        """Return the full names of a rule's scenes: ``rule.name``."""
        group = self.groups[rule]
        return tuple(f"{rule}.{name}" for name in (group.violating if kind == "violating" else group.innocent))

    def scene_of(self, name: str, seed: int) -> Scene:
        """Tell a scene by its full name and seed.

        Raises:
            KeyError: no scene has that name.
        """
        rule, _, short = name.partition(".")
        if rule not in self.groups:
            raise KeyError(f"no scenes are told for a rule {rule!r}")
        builders = {**self.groups[rule].violating, **self.groups[rule].innocent}
        if short not in builders:
            raise KeyError(f"{rule} knows no scene {short!r}; it knows: {', '.join(builders)}")
        return builders[short](Draw.of(f"{self.author}.{name}" if self.author else name, seed))


BOOK = SceneBook({group.rule: group for module in _MODULES for group in module.GROUPS})
"""The scenes written beside the rules."""
