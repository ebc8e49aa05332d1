"""How much of its own colour a lamp gives, above what the unlit parts of its head give in the same frame.

What an unlit lens of the head shows is taken away first: haze, veiling glare and the cast of the camera lie on lit and
unlit lenses alike.  Only the ratio of what remains is asked, in bands as wide as cameras differ: light-emitting diodes
of 500 nm come out anywhere from green to turquoise, amber from orange to yellow, red from orange-red to pink.
"""

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Lamp
from recognition.signals.areas import Pixels

_FULL = 255.0
_DEEPEST_AMBER = 1.4  # red over green where amber still counts whole
_BLUER_THAN_GREEN = 1.1
_GREENER_THAN_AMBER = 1.1
_TOP_SHARE = 3  # the brightest third: an arrow fills about that much of its lens
_CAST = 0.12  # of the brightness: so much colour a camera may give to grey
_BLOWN_OWN = 245.0
_BLOWN_ALL = 170.0


def emitted(seen: Pixels, unlit: Pixels) -> Pixels:
    """Return what pixels (N, 3) give above the unlit level (3,), (N, 3), nowhere below 0."""
    return np.asarray(np.maximum(seen - unlit, 0.0), dtype=np.float32)


def own_colour(light: Pixels, lamp: Lamp) -> NDArray[np.float32]:
    """Return (N,) how much of the lamp's colour each pixel of emitted light (N, 3) holds, 0..1; grey holds none."""
    blue, green, red = light[:, 0], light[:, 1], light[:, 2]
    if lamp is Lamp.RED:
        own = red - np.maximum(green, blue)
    elif lamp is Lamp.AMBER:
        own = np.minimum(red, _DEEPEST_AMBER * green) - blue - np.maximum(green - _GREENER_THAN_AMBER * red, 0.0)
    else:
        own = green - red - np.maximum(blue - _BLUER_THAN_GREEN * green, 0.0)
    return np.asarray(np.maximum(own - _CAST * light.max(axis=1), 0.0) / _FULL, dtype=np.float32)


def strength(own: NDArray[np.float32]) -> float:
    """Return the mean of the strongest third of the pixels, 0..1; 0 where there is none."""
    if not len(own):
        return 0.0
    count = max(2, len(own) // _TOP_SHARE)
    return float(np.sort(own)[-count:].mean())


def blown(seen: Pixels, lamp: Lamp) -> NDArray[np.bool_]:
    """Return (N,): which pixels are so bright that the sensor lost their colour and shows white."""
    own = {Lamp.RED: seen[:, 2], Lamp.AMBER: np.minimum(seen[:, 2], seen[:, 1]), Lamp.GREEN: seen[:, 1]}[lamp]
    return np.asarray((own >= _BLOWN_OWN) & (seen.min(axis=1) >= _BLOWN_ALL))
