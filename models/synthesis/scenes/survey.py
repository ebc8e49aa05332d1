"""The site file of a scene: what a surveyor would write down, computed from the known camera."""

from dataclasses import dataclass

import numpy as np

from models.synthesis.scenes.scenario import Scenario
from recognition.contracts import LineKind

_SURVEY_ROWS = 4


@dataclass(frozen=True, slots=True)
class SiteText:
    """What the scene does not know about its own site."""

    site_id: str
    camera_id: str
    region: str
    jurisdiction: str
    timezone: str
    address: str
    latitude: float
    longitude: float
    zone_m: tuple[float, float] = (12.0, 45.0)


def survey_points(
    scenario: Scenario, zone_m: tuple[float, float]
) -> list[tuple[str, tuple[float, float], tuple[float, float]]]:
    """(name, pixel, road) of points on the lines of the measuring zone; the first four span the road."""
    camera = scenario.camera
    x_m = sorted({line.x_m for line in scenario.road.lines})
    y_m = [round(float(y), 2) for y in np.linspace(*zone_m, _SURVEY_ROWS)]
    far_first = [(x, y) for y in (y_m[0], y_m[-1]) for x in (x_m[0], x_m[-1])]
    rest = [(x, y) for y in y_m for x in x_m if (x, y) not in far_first]
    points = []
    for x, y in [*far_first, *rest]:
        pixel = camera.project_road(np.array([[x, y]]))[0]
        if 0 <= pixel[0] <= camera.width_px - 1 and 0 <= pixel[1] <= camera.height_px - 1:
            points.append((f"line {x:+.2f} at {y:g} m", (float(pixel[0]), float(pixel[1])), (x, y)))
    return points


def site_toml(scenario: Scenario, text: SiteText) -> str:
    """The whole site file, TOML."""
    camera = scenario.camera
    blocks = [
        f"""# Survey of the rendered scene {scenario.name!r}: every number follows from its camera and road.
# Road coordinates in metres: X to the right, Y away from the camera along the road.
schema = "rubezh.site/1"
site_id = "{text.site_id}"
version = 1
valid_from = 2026-05-20T00:00:00Z
region = "{text.region}"
jurisdiction = "{text.jurisdiction}"
timezone = "{text.timezone}"

[place]
address = "{text.address}"
latitude = {text.latitude}
longitude = {text.longitude}

[camera]
camera_id = "{text.camera_id}"
width_px = {camera.width_px}
height_px = {camera.height_px}

[certificate]
device_model = "Rubezh reference camera"
type_approval = "DEMO-TA-2026-0001"
verification = "DEMO-V-2026-0001"
verified_at = 2026-05-20T09:00:00Z
valid_until = 2027-12-31T23:59:59Z

[rules.point_speed]
mode = "fine"

[rules.solid_line]
mode = "fine"
""",
        *_speed_block(scenario, text),
        """[survey]
surveyed_at = 2026-05-20T08:00:00Z
surveyor = "models.synthesis.scenes"
method = "computed from the camera of the scene"
sigma_px = 0.3
sigma_m = 0.01
""",
        *(
            f'[[survey.points]]\nname = "{name}"\n'
            f"pixel_px = [{pixel[0]:.3f}, {pixel[1]:.3f}]\nroad_m = [{road[0]}, {road[1]}]\n"
            for name, pixel, road in survey_points(scenario, text.zone_m)
        ),
        *_lane_blocks(scenario),
        *_line_blocks(scenario),
    ]
    return "\n".join(blocks)


def _speed_block(scenario: Scenario, text: SiteText) -> list[str]:
    """The speed zone, where the scene has a limit."""
    if scenario.limit_kmh is None:
        return []
    return [f"[speed]\nlimit_kmh = {scenario.limit_kmh}\nfrom_m = {text.zone_m[0]}\nto_m = {text.zone_m[1]}\n"]


def _lane_blocks(scenario: Scenario) -> list[str]:
    """One polygon a lane, from below the picture to 60 m."""
    blocks = []
    for lane in scenario.road.lanes:
        corners = [(lane.left_m, 6.0), (lane.right_m, 6.0), (lane.right_m, 60.0), (lane.left_m, 60.0)]
        polygon = ", ".join(f"[{x}, {y}]" for x, y in corners)
        blocks.append(
            f'[[lanes]]\nlane_id = "{lane.lane_id}"\ndirection = "{lane.direction}"\npolygon_m = [{polygon}]\n'
        )
    return blocks


def _line_blocks(scenario: Scenario) -> list[str]:
    """Painted lines as far as the survey holds (60 m)."""
    blocks = []
    for line in scenario.road.lines:
        far_m = min(line.to_m, 60.0)
        if line.kind not in (LineKind.SOLID, LineKind.DASHED, LineKind.EDGE) or far_m <= line.from_m:
            continue
        points = f"[[{line.x_m}, {line.from_m}], [{line.x_m}, {far_m}]]"
        blocks.append(f'[[lines]]\nline_id = "{line.line_id}"\nkind = "{line.kind}"\npoints_m = {points}\n')
    return blocks
