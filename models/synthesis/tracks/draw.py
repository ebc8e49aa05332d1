"""What generators draw from: a seeded source of vehicles, papers and looks, and the names under which scenes go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from models.synthesis.tracks.body import Shadow, Size, draw_size
from models.synthesis.tracks.motion import Go, Pace
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import Looks, Papers, Scene, Vehicle
from recognition.contracts import VehicleClass
from recognition.violations.case import RegisterFacts, Seen

Value = TypeVar("Value")
IN_ORDER_UNTIL = date(2027, 2, 1)
AWAY, TOWARDS = 0.0, 180.0
_LETTERS = "ABEKMHOPCTYX"


@dataclass(frozen=True, eq=False, slots=True)
class Draw:
    """A seeded source; ``name`` and ``seed`` are those of the scene it is for."""

    name: str
    seed: int
    rng: np.random.Generator

    @classmethod
    def of(cls, name: str, seed: int) -> "Draw":
        """Return the source of one scene: the same name and seed draw the same."""
        return cls(name, seed, np.random.default_rng([seed, crc32(name.encode())]))

    def between(self, low: float, high: float) -> float:
        """Return an even draw."""
        return float(self.rng.uniform(low, high))

    def near(self, middle: float, sigma: float) -> float:
        """Return a normal draw within twice its deviation."""
        return middle + float(np.clip(self.rng.normal(0, sigma), -2 * sigma, 2 * sigma))

    def one_of(self, values: Sequence[Value]) -> Value:
        """Return one of the values."""
        return values[int(self.rng.integers(len(values)))]

    def chance(self, share: float) -> bool:
        """Return true in such a share of draws."""
        return bool(self.rng.random() < share)

    def size(self, kind: VehicleClass = VehicleClass.CAR) -> Size:
        """Return the measures of a vehicle of a kind."""
        return draw_size(self.rng, kind)

    def kind(self) -> VehicleClass:
        """Return a kind as traffic has them: mostly cars."""
        return self.one_of((VehicleClass.CAR,) * 8 + (VehicleClass.TRUCK, VehicleClass.BUS))

    def papers(self, kind: VehicleClass = VehicleClass.CAR, **register: Any) -> Papers:
        """Return a plate and what the register says; it knows one plate in five not, if nothing is set."""
        letters = [self.one_of(_LETTERS) for _ in range(3)]
        plate = f"{letters[0]}{int(self.rng.integers(1, 1000)):03d}{letters[1]}{letters[2]}77"
        is_silent = not register and self.chance(0.2)
        return Papers(plate=plate, register=None if is_silent else replace(_in_order(kind), **register))

    def vehicle(
        self, vehicle_id: str, start_m: tuple[float, float], heading_deg: float, pace: Pace | float, **more: Any
    ) -> Vehicle:
        """Return a car unless ``size`` says otherwise; ``pace`` may be a plain speed, km/h."""
        size = more.pop("size", None) or self.size()
        assert isinstance(size, Size)
        given = {"papers": self.papers(size.kind), "looks": self.looks(), **more}
        legs = pace if isinstance(pace, tuple) else (Go(float(pace)),)
        return Vehicle(vehicle_id, size, start_m, heading_deg, legs, **given)

    def looks(self) -> Looks:
        """Return the looks of a driver who does nothing wrong, sometimes not to be seen."""
        belt = Seen.NOT_VISIBLE if self.chance(0.2) else Seen.YES
        return Looks(belt=belt, count=int(self.rng.integers(5, 9)), confidence=self.between(0.85, 0.97))

    def shadow(self, *, aside: float | None = None, share: float = 1.0) -> Shadow:
        """Return a low sun's shadow, by default to either side."""
        across = aside if aside is not None else self.one_of((-1, 1)) * self.between(0.6, 1.8)
        return Shadow((across, self.between(-0.6, 0.6)), share)

    def scene(self, place: Place, duration_s: float, *vehicles: Vehicle, **more: Any) -> Scene:
        """Return the scene of this name and seed."""
        return Scene(self.name, self.seed, place, duration_s, vehicles, **more)


Builder = Callable[[Draw], Scene]


def _in_order(kind: VehicleClass) -> RegisterFacts:
    """Return the register's answer for a vehicle that nothing is wrong with."""
    return RegisterFacts(
        vehicle_class=kind,
        eco_class=5,
        insured_until=IN_ORDER_UNTIL,
        inspected_until=IN_ORDER_UNTIL,
        laden_mass_kg={VehicleClass.TRUCK: 12_000, VehicleClass.BUS: 17_000}.get(kind, 1_900),
        is_emergency=False,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """The scenes told for one rule, by name: such as break it, and such as break nothing."""

    rule: str
    violating: Mapping[str, Builder]
    innocent: Mapping[str, Builder]


def named(*builders: Builder, **others: Builder) -> dict[str, Builder]:
    """Return builders by the names of their functions, and others by the names given."""
    return {builder.__name__: builder for builder in builders} | others
