"""Which lamps of a signal head shine in one frame; ``unknown`` is an answer.

A lamp is lit where its box gives light of its own colour: more than the unlit lenses of the head, not much less than
the strongest lamp gives, and not as the mere edge of a neighbour's glow or of something wider than a lamp (a bus of
that colour).  Lamps that never shine together and yet seem to are sun phantom: no lamp of the head is told then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recognition.contracts import BoxPx, Lamp, LampBox, RecognitionError, SignalHead
from recognition.signals.areas import (
    Picture,
    Pixels,
    around,
    grown,
    inner,
    is_inside,
    middle_of,
    pixels,
    pixels_outside,
    sides,
)
from recognition.signals.colour import blown, emitted, own_colour, strength
from recognition.signals.timeline import Aspect

_LIT_FROM = 0.14
_DARK_TO = 0.10
_BESIDE_STRONGEST = 0.6  # a lit lamp has at least this share of the strongest one's colour
_BESIDE_LIT = 0.25  # an unlit one at most this
_BLOWN_SHARE = 0.125
_SPILL = 0.9
_WIDE = 0.6
_WIDE_BLOWN = 0.9
_WIDE_SIDES = 2
_COLOUR_CHANNELS = 3
_RING = 0.5
_DARK_HOUSING_PERCENT = 20


class LampState(StrEnum):
    """What is known of one lamp; ``unknown`` is an answer."""

    LIT = "lit"
    DARK = "dark"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LampReading:
    """One lamp in one frame; ``score`` is the strength of its own colour, 0..1."""

    lamp: Lamp
    state: LampState
    score: float


@dataclass(frozen=True, slots=True)
class HeadReading:
    """The lamps of one head in one frame, in the order of the survey."""

    head_id: str
    lamps: tuple[LampReading, ...]

    @property
    def states(self) -> dict[Lamp, LampState]:
        """The state of each surveyed lamp."""
        return {reading.lamp: reading.state for reading in self.lamps}

    @property
    def aspect(self) -> Aspect:
        """What this one frame shows; ``dark`` may be the dark moment of a flickering lamp."""
        return aspect_of(self.states)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a lamp's box gives: strength of own colour, and why that may not be a lamp."""

    lamp: Lamp
    strength: float
    is_blown: bool
    is_wide: bool


def aspect_of(states: Mapping[Lamp, LampState]) -> Aspect:
    """Return what lamps show together; a lamp that is not surveyed counts as dark.

    Any unknown lamp, and any pair that never shines together, makes the whole unknown.  ``dark`` says that no surveyed
    lamp shines.
    """
    if LampState.UNKNOWN in states.values():
        return Aspect.UNKNOWN
    lit = frozenset(lamp for lamp, state in states.items() if state is LampState.LIT)
    return _ASPECTS.get(lit, Aspect.UNKNOWN)


_ASPECTS = {
    frozenset[Lamp](): Aspect.DARK,
    frozenset({Lamp.RED}): Aspect.RED,
    frozenset({Lamp.RED, Lamp.AMBER}): Aspect.RED_AMBER,
    frozenset({Lamp.AMBER}): Aspect.AMBER,
    frozenset({Lamp.GREEN}): Aspect.GREEN,
}


def read_lamps(bgr: Picture, head: SignalHead) -> HeadReading:
    """Read the lamps of a head from one frame (H, W, 3) uint8, blue first.

    An unlit head and one hidden by something dull look alike in a single frame: both read dark here, and
    ``HeadReader`` tells them apart.

    Raises:
        RecognitionError: ``signals.frame`` (no colour picture), ``signals.no_lamps`` (the head has no lamp box), or
            ``signals.outside`` (a lamp box leaves the picture).
    """
    _check(bgr, head)
    boxes = tuple(lamp.box_px for lamp in head.lamps)
    unlit = _unlit_level(bgr, boxes)
    looks = [_look(bgr, lamp, boxes, unlit) for lamp in head.lamps]
    strongest = max(range(len(looks)), key=lambda i: looks[i].strength)
    states = []
    for look, box in zip(looks, boxes, strict=True):
        # Only a core that is white passes through the colours of other lamps as it fades.
        is_spill = looks[strongest].is_blown and look is not looks[strongest]
        is_spill = is_spill and _is_spill(bgr, box, boxes[strongest], unlit)
        states.append(_state(look, looks[strongest].strength, is_spill=is_spill))
    if _is_phantom(dict(zip((look.lamp for look in looks), states, strict=True))):
        states = [LampState.UNKNOWN] * len(states)
    readings = zip(looks, states, strict=True)
    return HeadReading(head.head_id, tuple(LampReading(look.lamp, state, look.strength) for look, state in readings))


def _check(bgr: Picture, head: SignalHead) -> None:
    if bgr.ndim != _COLOUR_CHANNELS or bgr.shape[2] != _COLOUR_CHANNELS or bgr.dtype != np.uint8:
        raise RecognitionError(
            f"lamps are read from (H, W, 3) uint8, not from {bgr.shape} {bgr.dtype}",
            code="signals.frame",
            hint="give the frame in colour, blue first, as the reader decodes it",
        )
    if not head.lamps:
        raise RecognitionError(
            f"signal head {head.head_id!r} has no lamp box",
            code="signals.no_lamps",
            hint="survey its lamps, or take it from its feed",
        )
    for lamp in head.lamps:
        if not is_inside(bgr, lamp.box_px):
            raise RecognitionError(
                f"the {lamp.lamp} lamp of {head.head_id!r} at {lamp.box_px} is not within {bgr.shape[1::-1]}",
                code="signals.outside",
                hint="read frames of the size the site was surveyed in",
            )


def _unlit_level(bgr: Picture, boxes: tuple[BoxPx, ...]) -> Pixels:
    """Return (3,) what the darkest lens, or the dark part of the housing, shows.

    One colour as a whole, never the least of each channel: beside a strong red lamp compression takes green away.
    """
    levels = [np.median(pixels(bgr, box), axis=0) for box in boxes]
    housing = pixels_outside(bgr, grown(around(boxes), _RING), boxes)
    if len(housing):
        brightness = housing.max(axis=1)
        levels.append(np.median(housing[brightness <= np.percentile(brightness, _DARK_HOUSING_PERCENT)], axis=0))
    return np.asarray(min(levels, key=lambda level: float(level.max())), dtype=np.float32)


def _look(bgr: Picture, lamp: LampBox, boxes: tuple[BoxPx, ...], unlit: Pixels) -> _Look:
    seen = pixels(bgr, lamp.box_px)
    found = strength(own_colour(emitted(seen, unlit), lamp.lamp))
    is_blown = float(blown(seen, lamp.lamp).mean()) >= _BLOWN_SHARE
    if is_blown:
        # The core is white: its colour is told by the rim, inside the box or around it.
        rim = np.concatenate([seen, pixels_outside(bgr, grown(lamp.box_px, _RING), boxes)])
        rim = rim[~blown(rim, lamp.lamp)]
        found = max(found, strength(own_colour(emitted(rim, unlit), lamp.lamp)))
    limit = found * (_WIDE_BLOWN if is_blown else _WIDE)
    wide = sum(
        strength(own_colour(emitted(pixels(bgr, side), unlit), lamp.lamp)) >= limit for side in sides(lamp.box_px)
    )
    return _Look(lamp.lamp, found, is_blown, found > _DARK_TO and wide >= _WIDE_SIDES)


def _is_spill(bgr: Picture, box: BoxPx, stronger: BoxPx, unlit: Pixels) -> bool:
    """Tell whether light falls off from a stronger lamp to this one, without a rise of its own."""
    here = float(emitted(pixels(bgr, inner(box)), unlit).mean())
    between = float(emitted(pixels(bgr, middle_of(stronger, box)), unlit).mean())
    return here < _SPILL * between


def _state(look: _Look, strongest: float, *, is_spill: bool) -> LampState:
    if look.is_wide or (look.is_blown and look.strength < _LIT_FROM):
        return LampState.UNKNOWN
    if look.strength <= _DARK_TO or (strongest >= _LIT_FROM and look.strength <= _BESIDE_LIT * strongest):
        return LampState.DARK
    if is_spill:
        return LampState.DARK if look.strength < _BESIDE_STRONGEST * strongest else LampState.UNKNOWN
    if look.strength >= _LIT_FROM and look.strength >= _BESIDE_STRONGEST * strongest:
        return LampState.LIT
    return LampState.UNKNOWN


def _is_phantom(states: Mapping[Lamp, LampState]) -> bool:
    lit = [lamp for lamp, state in states.items() if state is LampState.LIT]
    return Lamp.GREEN in lit and len(lit) > 1
