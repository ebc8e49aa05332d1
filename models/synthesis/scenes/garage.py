"""The vehicle models of the scenes: silhouettes of nobody's make, and their colours."""

from functools import cache

from models.synthesis.scenes.body import Body, Loft, Mesh, Part, build_mesh

COLOURS: dict[str, tuple[float, float, float]] = {
    "white": (0.62, 0.63, 0.64),
    "silver": (0.25, 0.25, 0.25),
    "grey": (0.10, 0.10, 0.10),
    "black": (0.018, 0.017, 0.017),
    "red": (0.035, 0.028, 0.42),
    "blue": (0.36, 0.10, 0.028),
    "green": (0.07, 0.13, 0.035),
    "beige": (0.30, 0.40, 0.47),
    "yellow": (0.03, 0.44, 0.72),
}
"""Albedo of the paint, linear blue, green, red."""

_SEDAN = Body(
    name="sedan", vehicle_class="car", length_m=4.6,
    lofts=(Loft(
        top=((0.0, 0.58), (0.04, 0.68), (0.16, 0.76), (0.4, 0.82), (1.25, 0.97), (1.95, 1.36), (2.25, 1.44),
            (2.8, 1.46),
             (3.3, 1.41), (4.0, 1.10), (4.35, 1.06), (4.52, 0.98), (4.6, 0.80)),
        belt=((0.0, 0.58), (0.04, 0.68), (0.16, 0.76), (0.4, 0.82), (1.25, 0.95), (2.5, 0.97), (3.9, 1.05),
            (4.35, 1.05),
              (4.52, 0.97), (4.6, 0.79)),
        bottom=((0.0, 0.30), (0.15, 0.22), (0.8, 0.20), (3.9, 0.22), (4.6, 0.36)),
        side=((0.0, 0.60), (0.05, 0.72), (0.15, 0.81), (0.35, 0.87), (0.8, 0.90), (2.4, 0.905), (3.9, 0.88),
            (4.35, 0.83),
              (4.52, 0.76), (4.6, 0.68)),
        roof=((1.25, 0.74), (1.95, 0.60), (2.6, 0.57), (3.3, 0.56), (4.0, 0.66)),
    ),),
    wheels_m=(0.85, 3.55), wheel_radius_m=0.32, track_m=1.55, plate_front_m=0.46, plate_rear_m=0.80,
    windscreen_m=(1.25, 2.02), rear_window_m=(3.3, 4.0), mirror_m=(1.62, 0.90, 0.96),
)  # fmt: skip
_HATCH = Body(
    name="hatchback", vehicle_class="car", length_m=4.1,
    lofts=(Loft(
        top=((0.0, 0.60), (0.04, 0.71), (0.14, 0.80), (0.35, 0.87), (1.0, 1.02), (1.7, 1.42), (2.0, 1.50), (2.6, 1.52),
             (3.5, 1.46), (3.95, 1.06), (4.05, 0.95), (4.1, 0.75)),
        belt=((0.0, 0.60), (0.04, 0.71), (0.14, 0.80), (0.35, 0.87), (1.0, 1.0), (2.5, 1.02), (3.9, 1.05), (4.05, 0.94),
              (4.1, 0.74)),
        bottom=((0.0, 0.31), (0.15, 0.23), (0.8, 0.21), (3.6, 0.23), (4.1, 0.36)),
        side=((0.0, 0.58), (0.05, 0.70), (0.15, 0.79), (0.35, 0.85), (0.8, 0.87), (3.5, 0.87), (3.9, 0.83),
            (4.1, 0.70)),
        roof=((1.0, 0.74), (1.7, 0.60), (2.4, 0.58), (3.5, 0.57), (3.95, 0.66)),
    ),),
    wheels_m=(0.78, 3.35), wheel_radius_m=0.31, track_m=1.50, plate_front_m=0.48, plate_rear_m=0.82,
    windscreen_m=(1.0, 1.78), rear_window_m=(3.5, 3.95), mirror_m=(1.4, 0.87, 1.0),
)  # fmt: skip
_SUV = Body(
    name="suv", vehicle_class="car", length_m=4.7,
    lofts=(Loft(
        top=((0.0, 0.72), (0.04, 0.86), (0.12, 0.96), (0.3, 1.03), (1.25, 1.14), (1.85, 1.56), (2.2, 1.66), (2.8, 1.69),
             (4.1, 1.63), (4.5, 1.20), (4.62, 1.05), (4.7, 0.85)),
        belt=((0.0, 0.72), (0.04, 0.86), (0.12, 0.96), (0.3, 1.03), (1.25, 1.12), (2.5, 1.14), (4.45, 1.18),
            (4.62, 1.04),
              (4.7, 0.84)),
        bottom=((0.0, 0.38), (0.15, 0.30), (0.8, 0.27), (4.1, 0.30), (4.7, 0.45)),
        side=((0.0, 0.66), (0.05, 0.78), (0.14, 0.86), (0.3, 0.92), (0.8, 0.945), (4.1, 0.94), (4.5, 0.89),
            (4.7, 0.78)),
        roof=((1.25, 0.80), (1.85, 0.67), (2.6, 0.65), (4.1, 0.64), (4.5, 0.74)),
    ),),
    wheels_m=(0.88, 3.65), wheel_radius_m=0.37, track_m=1.62, plate_front_m=0.56, plate_rear_m=0.92,
    windscreen_m=(1.25, 1.95), rear_window_m=(4.1, 4.5), mirror_m=(1.6, 0.95, 1.12),
)  # fmt: skip
_TRUCK = Body(
    name="truck", vehicle_class="truck", length_m=7.6, style="truck",
    lofts=(
        Loft(
            top=((0.0, 2.30), (0.06, 2.55), (0.25, 2.75), (0.6, 2.85), (1.9, 2.88)),
            belt=((0.0, 1.45), (0.2, 1.50), (1.9, 1.52)),
            bottom=((0.0, 0.42), (0.3, 0.38), (1.9, 0.45)),
            side=((0.0, 1.02), (0.08, 1.10), (0.3, 1.15), (1.9, 1.15)),
            roof=((0.0, 1.00), (0.3, 1.06), (1.9, 1.06)),
        ),
        Loft(
            top=((2.05, 3.30), (7.6, 3.30)), belt=((2.05, 3.26), (7.6, 3.26)), bottom=((2.05, 0.95), (7.6, 0.95)),
            side=((2.05, 1.25), (7.6, 1.25)), roof=((2.05, 1.2), (7.6, 1.2)), part=Part.BOX, station_m=0.6,
        ),
        Loft(
            top=((7.3, 0.88), (7.57, 0.88)), belt=((7.3, 0.86), (7.57, 0.86)), bottom=((7.3, 0.55), (7.57, 0.55)),
            side=((7.3, 1.18), (7.57, 1.18)), roof=((7.3, 1.18), (7.57, 1.18)), part=Part.TRIM, station_m=0.15,
        ),
    ),
    wheels_m=(1.1, 5.4, 6.4), wheel_radius_m=0.48, track_m=1.95, plate_front_m=0.62, plate_rear_m=0.80,
    windscreen_m=(-0.1, 0.55), rear_window_m=(99.0, 99.0), mirror_m=(0.25, 1.20, 1.65),
)  # fmt: skip
_TOW_TRUCK = Body(
    name="tow_truck", vehicle_class="truck", length_m=7.7, style="truck",
    lofts=(
        _TRUCK.lofts[0],
        Loft(
            top=((2.05, 1.72), (2.13, 1.72)), belt=((2.05, 1.68), (2.13, 1.68)), bottom=((2.05, 0.92), (2.13, 0.92)),
            side=((2.05, 1.16), (2.13, 1.16)), roof=((2.05, 1.1), (2.13, 1.1)), part=Part.BOX, station_m=0.04,
        ),
        Loft(
            top=((2.1, 0.965), (7.7, 0.965)), belt=((2.1, 0.95), (7.7, 0.95)), bottom=((2.1, 0.76), (7.7, 0.76)),
            side=((2.1, 1.22), (7.7, 1.22)), roof=((2.1, 1.18), (7.7, 1.18)), part=Part.BOX, station_m=0.25,
        ),
        Loft(
            top=((1.85, 0.76), (7.5, 0.76)), belt=((1.85, 0.74), (7.5, 0.74)), bottom=((1.85, 0.50), (7.5, 0.50)),
            side=((1.85, 0.45), (7.5, 0.45)), roof=((1.85, 0.45), (7.5, 0.45)), part=Part.TRIM, station_m=0.5,
        ),
    ),
    wheels_m=(1.1, 5.7), wheel_radius_m=0.40, track_m=1.95, plate_front_m=0.62, plate_rear_m=0.62,
    windscreen_m=(-0.1, 0.55), rear_window_m=(99.0, 99.0), mirror_m=(0.25, 1.20, 1.65),
)  # fmt: skip
"""A recovery truck: what it carries stands on its deck, one metre above the road, from 2.2 m behind the front on."""
_BUS = Body(
    name="bus", vehicle_class="bus", length_m=10.5, style="bus",
    lofts=(Loft(
        top=((0.0, 2.55), (0.05, 2.78), (0.2, 2.95), (0.5, 3.02), (10.2, 3.02), (10.5, 2.9)),
        belt=((0.0, 1.12), (0.4, 1.15), (10.5, 1.2)),
        bottom=((0.0, 0.40), (0.3, 0.33), (10.2, 0.35), (10.5, 0.45)),
        side=((0.0, 1.08), (0.06, 1.17), (0.2, 1.24), (0.4, 1.26), (10.3, 1.26), (10.5, 1.2)),
        roof=((0.0, 1.08), (0.2, 1.16), (0.4, 1.19), (10.5, 1.17)),
        station_m=0.16,
    ),),
    wheels_m=(2.3, 7.6), wheel_radius_m=0.48, track_m=2.1, plate_front_m=0.66, plate_rear_m=0.85,
    windscreen_m=(-0.1, 0.5), rear_window_m=(10.2, 10.6), mirror_m=(-0.05, 1.27, 1.9),
)  # fmt: skip

BODIES: dict[str, Body] = {body.name: body for body in (_SEDAN, _HATCH, _SUV, _TRUCK, _TOW_TRUCK, _BUS)}


@cache
def mesh_of(model: str) -> Mesh:
    """The faces of a model, built once.

    Raises:
        KeyError: the garage has no such model.
    """
    return build_mesh(BODIES[model])
