"""The plate reader: a residual network, a full-height convolution that gives two rows of features, CTC over both.

A plate of two rows needs no path of its own: the upper row's steps come before the lower row's (Graves et al., ICML
2006, for CTC).  Beside the characters it says of which country and type the plate is, or that it is none.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BLANK = 0
"""Output 0 is the blank, output i the i-th character of the alphabet."""


@dataclass(frozen=True, slots=True)
class ReaderShape:
    """Sizes of the network; ``size_px`` is (width, height) of its input."""

    size_px: tuple[int, int]
    channels: tuple[int, int, int]
    head: int
    blocks: tuple[int, int]

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ReaderShape":
        """Read the ``[network]`` table."""
        return cls(tuple(config["size_px"]), tuple(config["channels"]), config["head"], tuple(config["blocks"]))


def _conv(inner: int, outer: int, kernel: int = 3, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outer), nn.SiLU(inplace=True)
    )


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))
        self.bend = nn.SiLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.bend(x + self.second(self.first(x)))


class _Along(nn.Module):
    """Mixes the steps of a row: what stands left and right helps to read."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Sequential(
            nn.Conv2d(channels, channels, (1, 7), padding=(0, 3), groups=channels // 8, bias=False),
            nn.BatchNorm2d(channels),
            nn.SiLU(inplace=True),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.silu(x + self.mix(x))


class ReaderNetwork(nn.Module):
    """Input ``(N, 3, height, width)`` RGB −1..1; output characters ``(N, T, 37)`` and kinds ``(N, K)``, both logits."""

    def __init__(self, shape: ReaderShape, kinds: int) -> None:
        super().__init__()
        low, middle, high = shape.channels
        self.body = nn.Sequential(
            _conv(3, low, stride=2),
            _conv(low, low),
            _conv(low, middle, stride=2),
            *[_Residual(middle) for _ in range(shape.blocks[0])],
            _conv(middle, high, stride=(2, 1)),
            *[_Residual(high) for _ in range(shape.blocks[1])],
        )
        rows = shape.size_px[1] // 8
        self.head = shape.head
        self.rows = nn.Sequential(
            nn.Conv2d(high, 2 * shape.head, (rows, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(2 * shape.head),
            nn.SiLU(inplace=True),
        )
        self.along = nn.Sequential(_Along(shape.head), _Along(shape.head))
        self.context = nn.Linear(high, shape.head)
        self.characters = nn.Linear(shape.head, len(ALPHABET) + 1)
        self.kinds = nn.Sequential(nn.Linear(high, 96), nn.SiLU(inplace=True), nn.Linear(96, kinds))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits of characters and of kinds."""
        features = self.body(x)
        overall = features.mean(dim=(2, 3))
        rows = self.rows(features)  # (N, 2·head, 1, steps)
        upper, lower = rows[:, : self.head], rows[:, self.head :]
        both = torch.cat([upper, lower], dim=2) + self.context(overall)[:, :, None, None]
        steps = self.along(both).flatten(2).transpose(1, 2)
        return self.characters(steps), self.kinds(overall)
