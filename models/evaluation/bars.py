"""The bars a reader must clear, as data, and the plain line that says whether one is cleared."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from recognition.contracts import Contract

EVERY_SET = "*"
POOLED = "pooled"
MACHINE = "machine"
Part = Literal["all", "seen", "held-out", "rendered"]
Figures = Mapping[tuple[str, Part], Mapping[str, float | None]]
"""Set and part of it → metric → figure (``None``: not measurable)."""


class Bar(Contract):
    """One bar: a metric of a set that must be at least or at most something."""

    set: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    part: Part = "held-out"

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(f"{self.set} {self.metric}: say at_least or at_most")
        return self

    def is_cleared_by(self, figure: float | None) -> bool:
        """Tell whether the figure is good enough; what could not be measured is not."""
        if figure is None:
            return False
        return figure >= self.at_least if self.at_least is not None else figure <= (self.at_most or 0.0)


class _BarsFile(Contract):
    bars: tuple[Bar, ...]


class BarLine(Contract):
    """One judged bar; ``figure`` is ``None`` where it could not be measured."""

    name: str
    figure: float | None
    bar: str
    is_ok: bool

    def __str__(self) -> str:
        figure = "not measured" if self.figure is None else f"{self.figure:.4g}"
        return f"{self.name}, {figure}, {self.bar}, {'ok' if self.is_ok else 'short'}"


def load_bars(name: str = "bars.toml") -> tuple[Bar, ...]:
    """Return the bars of a file of this installation, by default those of reading plates."""
    text = Path(str(resources.files("models.evaluation") / name)).read_text("utf-8")
    return _BarsFile.model_validate(tomllib.loads(text)).bars


def check(bars: tuple[Bar, ...], figures: Figures) -> tuple[BarLine, ...]:
    """Return one line per bar of every set that ran; a set that did not run is not judged."""
    return tuple(line for bar in bars for line in _lines(bar, figures))


def _lines(bar: Bar, figures: Figures) -> Iterator[BarLine]:
    ran = sorted({name for name, _ in figures} - {POOLED, MACHINE})
    for name in ran if bar.set == EVERY_SET else [bar.set]:
        if not any(ran_set == name for ran_set, _ in figures):
            continue
        figure = figures.get((name, bar.part), {}).get(bar.metric)
        limit = f">= {bar.at_least:g}" if bar.at_least is not None else f"<= {bar.at_most:g}"
        title = f"{name} {bar.metric}" + ("" if bar.part == "all" else f" ({bar.part})")
        yield BarLine(name=title, figure=figure, bar=limit, is_ok=bar.is_cleared_by(figure))
