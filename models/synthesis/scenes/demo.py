"""The scene of the demonstration: a two-lane approach, nine vehicles, one story each."""

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.scenario import LaneChange, Road, RoadLane, RoadLine, Scenario, Vehicle
from models.synthesis.scenes.survey import SiteText
from recognition.contracts import LineKind

STOLEN_IN_77 = "A372MK77"
"""Plate of the car that region 77 looks for."""
WANTED_IN_50 = "E514OP50"
"""Plate of the car that region 50 looks for."""

DEMO = Scenario(
    name="demo",
    seed=20261122,
    duration_s=28.0,
    limit_kmh=60,
    camera=SceneCamera(height_m=10.0, pitch_deg=20.0, focal_px=3100.0),
    road=Road(
        lanes=(RoadLane("lane-1", -3.5, 0.0), RoadLane("lane-2", 0.0, 3.5)),
        lines=(
            RoadLine("edge-left", LineKind.EDGE, -3.6, 0.0, 400.0),
            RoadLine("edge-right", LineKind.EDGE, 3.6, 0.0, 400.0),
            RoadLine("divider", LineKind.SOLID, 0.0, 4.0, 48.0),
            RoadLine("divider-far", LineKind.DASHED, 0.0, 54.0, 400.0, 0.12),
        ),
    ),
    vehicles=(
        Vehicle("stolen", "sedan", "white", STOLEN_IN_77, "lane-1", 3.6, 54.0, offset_m=-0.1),
        Vehicle("wanted", "hatchback", "blue", WANTED_IN_50, "lane-2", 6.4, 51.0, offset_m=0.1),
        Vehicle("lorry", "truck", "white", "H806TY190", "lane-1", 10.2, 48.0),
        Vehicle("speeder", "sedan", "black", "C945HE99", "lane-2", 12.4, 87.0),
        Vehicle("calm-suv", "suv", "grey", "M230BC750", "lane-1", 15.2, 56.0, offset_m=0.15),
        Vehicle("crosser", "sedan", "silver", "P618AH150", "lane-2", 18.0, 53.0, LaneChange("lane-1", 39.5, 22.0)),
        Vehicle("bus", "bus", "green", "T427OM50", "lane-1", 21.6, 46.0),
        Vehicle("late-suv", "suv", "blue", "K159PT197", "lane-2", 23.4, 57.0),
        Vehicle("late-hatchback", "hatchback", "beige", "B083KX62", "lane-1", 26.4, 52.0, offset_m=-0.15),
    ),
)

DEMO_SITE = SiteText(
    site_id="demo-lesnaya-14",
    camera_id="demo-camera-1",
    region="50",
    jurisdiction="ru",
    timezone="Europe/Moscow",
    address="Moscow Region, Lesnaya Doroga highway, km 14+300",
    latitude=55.9301,
    longitude=37.9842,
    zone_m=(21.0, 41.0),
)
