"""A scene of numbers as a film: who stands where in every frame, its picture, and the true boxes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from models.synthesis.filmed.ground import setting_of, signals_of, with_lamps
from models.synthesis.filmed.panel import Panel
from models.synthesis.scenes import Vehicle as Model
from models.synthesis.scenes.body import Part
from models.synthesis.scenes.draw import Placed
from models.synthesis.scenes.garage import BODIES
from models.synthesis.scenes.motion import Pose
from models.synthesis.scenes.person import ScenePerson
from models.synthesis.scenes.render import Stage, Standing
from models.synthesis.scenes.scenario import Setting
from models.synthesis.scenes.truth import vehicle_box_px
from models.synthesis.scenes.weather import CLEAR, Weather
from models.synthesis.tracks.clock import frames_of
from models.synthesis.tracks.place import surveyed
from models.synthesis.tracks.scene import Scene, Vehicle
from models.synthesis.tracks.seen import courses, walked_to
from recognition.contracts import BoxPx, Site, VehicleClass
from recognition.geometry import RoadPlane

_MODELS = {
    VehicleClass.CAR: ("sedan", "hatchback", "suv"),
    VehicleClass.TRUCK: ("truck",),
    VehicleClass.BUS: ("bus",),
}
_COLOURS = ("white", "silver", "grey", "black", "red", "blue", "green", "beige")
_DRAWABLE = re.compile(r"[ABEKMHOPCTYX]\d{3}[ABEKMHOPCTYX]{2}\d{2,3}")
_SLOW_FPS, _LONG_S = 5.0, 25.0
_FARTHEST_M = 130.0
_STRIDE_M = 1.4
"""Way of a cycle of two steps."""
_STEP_S = 0.05
_COATS = ((0.20, 0.06, 0.03), (0.05, 0.05, 0.30), (0.04, 0.04, 0.05), (0.30, 0.34, 0.36), (0.05, 0.16, 0.06))
_CAB = frozenset({Part.BODY, Part.PLATE_FRONT})


def is_filmable(scene: Scene) -> bool:
    """Tell whether a picture can show the scene: no break of time, nobody riding, no body the garage lacks."""
    kinds = {one.size.kind for one in scene.vehicles}
    return not scene.faults and not any(one.rides for one in scene.people) and kinds <= set(_MODELS)


@dataclass(frozen=True, eq=False, slots=True)
class Shot:
    """One frame: its number and true time in the scene, its picture (H, W, 3) BGR, and the true box of each vehicle."""

    sequence: int
    at_s: float
    bgr: NDArray[np.uint8]
    boxes_px: dict[str, BoxPx]


class Film:
    """A scene cast with bodies of the garage; ``scene`` holds their true sizes, ``site`` and ``plane`` the survey."""

    def __init__(self, scene: Scene, *, weather: Weather = CLEAR, survey_seed: int = 0) -> None:
        fps = _SLOW_FPS if scene.duration_s > _LONG_S else scene.fps
        self.scene = replace(scene, fps=fps, vehicles=tuple(_with_body(one, scene) for one in scene.vehicles))
        self._signals = signals_of(scene.place, scene.signals)
        known = surveyed(scene.place, survey_seed, is_certified=scene.circumstances.is_certified)
        self.site: Site = with_lamps(known.site, self._signals)
        self.plane: RoadPlane = known.plane
        self._models = {one.vehicle_id: _model_of(one, scene) for one in scene.vehicles}
        self._weather = _weather_of(scene, weather)
        self._frames = frames_of(self.scene)
        self._courses = courses(self.scene, self._frames.at_s)

    def __len__(self) -> int:
        return len(self._frames.at_s)

    def shots(self) -> Iterator[Shot]:
        """Take the pictures in order."""
        stage = _stage(setting_of(self.scene.place), self._weather)
        for sequence, at_s in enumerate(self._frames.at_s.tolist()):
            placed = self._placed(sequence, at_s)
            things = self._things(placed, at_s)
            picture = stage.picture(things, self._signals, at_s, sequence)
            camera = self.scene.place.camera
            boxes = {name: vehicle_box_px(camera, one) for name, one in placed.items()}
            yield Shot(sequence, at_s, picture, {name: box for name, box in boxes.items() if box is not None})

    def shows_front(self, vehicle_id: str, sequence: int) -> bool:
        """Tell whether a vehicle turns its front to the camera in a frame."""
        course = self._courses[vehicle_id]
        towards = self.scene.place.camera.position_m[:2] - course.middle_m[sequence]
        return float(np.dot(towards, course.ahead[sequence])) >= 0

    def _placed(self, sequence: int, at_s: float) -> dict[str, Placed]:
        """Return every vehicle that is there, far ones first."""
        there = [one for one in self.scene.vehicles if one.from_s <= at_s <= one.to_s]
        all_placed = {one.vehicle_id: self._place(one, sequence) for one in there}
        near = {
            name: placed
            for name, placed in all_placed.items()
            if -BODIES[placed.vehicle.model].length_m < placed.pose.near_m[1] < _FARTHEST_M
        }
        return dict(sorted(near.items(), key=lambda item: -item[1].pose.near_m[1]))

    def _place(self, vehicle: Vehicle, sequence: int) -> Placed:
        course, model = self._courses[vehicle.vehicle_id], self._models[vehicle.vehicle_id]
        middle, ahead = course.middle_m[sequence], course.ahead[sequence]
        shows_front = self.shows_front(vehicle.vehicle_id, sequence)
        near = middle + (0.5 if shows_front else -0.5) * vehicle.size.length_m * ahead
        pose = Pose((float(near[0]), float(near[1])), (float(ahead[0]), float(ahead[1])), 0.0, course.deck_m)
        return Placed(model, pose, shows_front)

    def _things(self, placed: dict[str, Placed], at_s: float) -> list[Standing]:
        """Return what is drawn, far things first; a load stands on its carrier and behind the cab."""
        loads = {one.carried.carrier: one.vehicle_id for one in self.scene.vehicles if one.carried is not None}
        things: list[tuple[float, Standing]] = []
        for name, one in placed.items():
            if self.scene.vehicle(name).carried is not None:
                continue
            at_m = one.pose.near_m[1]
            things.append((at_m, one))
            load = placed.get(loads.get(name, ""))
            if load is not None:
                things.append((at_m - 1e-3, load))
                if one.approaching:
                    things.append((at_m - 2e-3, replace(one, parts=_CAB)))
            if any(begins <= at_s <= ends for begins, ends in self.scene.vehicle(name).hidden_s):
                things.append((at_m - 3e-3, Panel(vehicle_box_px(self.scene.place.camera, one))))
        things += self._people(at_s)
        return [thing for _, thing in sorted(things, key=lambda item: -item[0])]

    def _people(self, at_s: float) -> Iterator[tuple[float, Standing]]:
        """Return every person with the Y of the feet."""
        for one in self.scene.people:
            feet_m = walked_to(one, np.array([at_s]))[0]
            since_m = feet_m - walked_to(one, np.array([at_s - _STEP_S]))[0]
            pace_m = float(np.hypot(*since_m))
            heading = one.velocity_ms if any(one.velocity_ms) else (0.0, -1.0)
            norm = float(np.hypot(*heading))
            along_m = float(np.hypot(*(feet_m - np.array(one.start_m))))
            yield (
                float(feet_m[1]),
                ScenePerson(
                    feet_m=(float(feet_m[0]), float(feet_m[1])),
                    heading=(heading[0] / norm, heading[1] / norm),
                    tall_m=one.tall_m,
                    stride=along_m / _STRIDE_M % 1.0,
                    pace=1.0 if pace_m > 1e-6 else 0.0,
                    coat=_COATS[crc32(one.person_id.encode()) % len(_COATS)],
                ),
            )


@lru_cache(maxsize=6)
def _stage(setting: Setting, weather: Weather) -> Stage:
    """Return the stage of a setting: its backdrop takes seconds."""
    return Stage(setting, weather)


def _weather_of(scene: Scene, weather: Weather) -> Weather:
    """Return the weather, with the sun that throws the shadow where the scene tells of one: then the day is clear."""
    shadow = next((one.shadow for one in scene.vehicles if one.shadow is not None), None)
    if shadow is None:
        return weather
    across, along = shadow.per_metre
    return replace(CLEAR, light=replace(CLEAR.light, to_sun=(-round(across, 2), -round(along, 2), 1.0)))


def _model_of(vehicle: Vehicle, scene: Scene) -> Model:
    """Return the body, colour and plate of a vehicle; the same for the same scene."""
    number = crc32(f"{scene.name}/{scene.seed}/{vehicle.vehicle_id}".encode())
    is_carrier = any(one.carried is not None and one.carried.carrier == vehicle.vehicle_id for one in scene.vehicles)
    models = ("tow_truck",) if is_carrier else _MODELS[vehicle.size.kind]
    plate = vehicle.papers.plate or ""
    return Model(
        vehicle_id=vehicle.vehicle_id,
        model=models[number % len(models)],
        colour=_COLOURS[number // 7 % len(_COLOURS)],
        plate=plate if _DRAWABLE.fullmatch(plate) else "",
        lane="",
        passes_s=0.0,
        speed_kmh=0.0,
    )


def _with_body(vehicle: Vehicle, scene: Scene) -> Vehicle:
    """Return the vehicle as long, wide and tall as its body."""
    body = BODIES[_model_of(vehicle, scene).model]
    width_m = 2 * max(half for loft in body.lofts for _, half in loft.side)
    tall_m = max(z for loft in body.lofts for _, z in loft.top)
    return replace(vehicle, size=replace(vehicle.size, length_m=body.length_m, width_m=width_m, tall_m=tall_m))
