import csv
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from recognition.cli import app
from recognition.contracts import Lens
from recognition.geometry import RoadPlane, load_site, load_view
from recognition.geometry.lens import to_picture

AT = "2026-05-02T12:00:00+03:00"
GRID = [(x, y) for y in (22.0, 28.0, 34.0, 40.0) for x in (-4.0, 0.0, 4.0)]

SITE = """# Written by hand; this comment must stay.
schema = "rubezh.site/1"
site_id = "here"
version = 3            # counted up
valid_from = 2026-05-01T00:00:00Z
region = "77"
jurisdiction = "ru"
timezone = "Europe/Moscow"

[place]
address = "Road 1"
latitude = 55.75
longitude = 37.6

[camera]
camera_id = "cam"
width_px = 1280
height_px = 720

[survey]
surveyed_at = 2026-04-01T00:00:00Z
surveyor = "someone else"
method = "guess"
sigma_px = 0.5
sigma_m = 0.02
# an old comment of the old survey
points = [
    { name = "old-a", pixel_px = [243.4, 642.0], road_m = [-4.0, 12.0] },
    { name = "old-b", pixel_px = [1036.6, 642.0], road_m = [4.0, 12.0] },
    { name = "old-c", pixel_px = [510.8, 228.1], road_m = [-4.0, 40.0] },
    { name = "old-d", pixel_px = [769.2, 228.1], road_m = [4.0, 40.0] },
]

# The lane that is watched.
[[lanes]]
lane_id = "right"
direction = "receding"
polygon_m = [
    [0.0, 20.0],
    [4.0, 20.0],
    [4.0, 45.0],
    [0.0, 45.0],
]

[rules.point_speed]
mode = "shadow"
"""


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["calibrate", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE, encoding="utf-8")
    return path


@pytest.fixture(name="seen")
def _seen(road: Any) -> Callable[[float, float], tuple[float, float]]:
    """Where the true camera sees a road point."""
    return lambda x, y: tuple(road.camera.project(np.array([x, y, 0.0]))[0].round(3).tolist())


def table(path: Path, header: str, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return path


@pytest.fixture(name="points")
def _points(tmp_path: Path, seen: Callable[..., tuple[float, float]]) -> Path:
    rows = [(f"p{index}", *seen(x, y), x, y) for index, (x, y) in enumerate(GRID)]
    return table(tmp_path / "points.csv", "name,x_px,y_px,x_m,y_m", rows)


def survey(site: Path, points: Path, *more: object) -> tuple[int, str, str]:
    out = site.with_name("new.toml")
    return run("survey", site, "--points", points, "--out", out, "--at", AT, "--surveyor", "A. Surveyor", *more)


def test_a_still_with_something_to_recognise_is_kept_beside_the_site(
    site: Path, points: Path, still: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1)
    height, width = cv2.imread(str(still)).shape[:2]
    rough = cv2.resize(rng.integers(0, 255, (height // 16, width // 16, 3), dtype=np.uint8), (width, height))
    cv2.imwrite(str(tmp_path / "rough.png"), rough)
    code, out, _ = survey(site, points, "--picture", tmp_path / "rough.png")
    new = site.with_name("new.toml")
    assert code == 0
    assert "by which a camera that moved is noticed" in out
    assert load_view(new, load_site(new)) is not None


def test_a_survey_becomes_the_next_version_and_nothing_else_changes(site: Path, points: Path, still: Path) -> None:
    code, out, err = survey(site, points, "--picture", still)
    assert (code, err) == (0, "")
    new = site.with_name("new.toml")
    text = new.read_text(encoding="utf-8")
    old, now = tomllib.loads(SITE), tomllib.loads(text)
    assert now["version"] == 4
    assert now["valid_from"].isoformat() == now["survey"]["surveyed_at"].isoformat() == "2026-05-02T09:00:00+00:00"
    assert {key: now[key] for key in old if key not in ("version", "valid_from", "survey")} == {
        key: old[key] for key in old if key not in ("version", "valid_from", "survey")
    }
    assert "this comment must stay" in text
    assert "# counted up" in text
    assert "# The lane that is watched.\n[[lanes]]" in text
    assert "old-a" not in text
    assert len(load_site(new).survey.points) == 12
    assert new.with_name("new.overlay.png").is_file()
    assert load_view(new, load_site(new)) is None  # a grey still has nothing to be recognised by
    assert "no still is kept" in out
    assert "leave-one-out m" in out
    assert "7.00 m high" in out
    assert "focal length 1900 px" in out
    assert "13.8° down" in out


def test_a_site_with_a_wide_lens_is_surveyed_through_it(
    site: Path, tmp_path: Path, seen: Callable[..., tuple[float, float]]
) -> None:
    lens = Lens(focal_px=(1900.0, 1900.0), centre_px=(640.0, 360.0), radial=(-0.35, 0.0, 0.0))
    head, tail = SITE.split("[survey]")
    site.write_text(
        f"{head}[lens]\nfocal_px = [1900.0, 1900.0]\ncentre_px = [640.0, 360.0]\nradial = [-0.35, 0.0, 0.0]\n"
        f"\n[survey]{tail}",
        encoding="utf-8",
    )
    rows = [
        (f"p{index}", *to_picture(np.array([seen(x, y)]), lens)[0].round(3).tolist(), x, y)
        for index, (x, y) in enumerate(GRID)
    ]
    code, out, _ = survey(site, table(tmp_path / "bent.csv", "name,x_px,y_px,x_m,y_m", rows))
    assert code == 0
    assert "root mean square 0.000 m" in out
    assert "focal length 1900 px" in out
    assert "horizontal scale: lengths across over lengths along = 1.000" in out


def test_points_are_listed_by_distance_with_their_errors(site: Path, points: Path) -> None:
    _, out, _ = survey(site, points)
    rows = [line.split() for line in out.splitlines() if line.startswith("p") and line[1].isdigit()]
    assert len(rows) == 12
    distances = [float(row[1]) for row in rows]
    assert distances == sorted(distances)
    assert all(float(row[2]) < 0.01 and float(row[3]) < 0.01 for row in rows)


def test_a_site_without_survey_gets_one(site: Path, points: Path) -> None:
    head = SITE[: SITE.index("[survey]")]
    site.write_text(head, encoding="utf-8")
    assert survey(site, points)[0] == 0
    assert site.with_name("new.toml").read_text(encoding="utf-8").startswith(head.split("version")[0])


def test_tables_of_survey_points_are_replaced_too(site: Path, points: Path) -> None:
    block = SITE[SITE.index("points = [") : SITE.index("# The lane")]
    tables = "".join(
        f'\n[[survey.points]]\nname = "{name}"\npixel_px = [{x}, {y}]\nroad_m = [{a}, {b}]\n'
        for name, x, y, a, b in (("o", 1, 2, 3, 4), ("q", 5, 6, 7, 8))
    )
    site.write_text(SITE.replace(block, tables + "\n"), encoding="utf-8")
    assert survey(site, points)[0] == 0
    assert len(load_site(site.with_name("new.toml")).survey.points) == 12


def test_points_by_satellite_give_the_same_plane(
    site: Path, tmp_path: Path, seen: Callable[..., tuple[float, float]]
) -> None:
    bearing = np.radians(200.0)
    rows = []
    for index, (x, y) in enumerate(GRID):
        east, north = x * np.cos(bearing) + y * np.sin(bearing), -x * np.sin(bearing) + y * np.cos(bearing)
        # Radii of curvature of the ellipsoid at 55.75 degrees.
        latitude = 55.75 + np.degrees(north / 6_379_120.0)
        longitude = 37.6 + np.degrees(east / (6_392_764.0 * np.cos(np.radians(55.75))))
        rows.append((f"p{index}", *seen(x, y), f"{latitude:.9f}", f"{longitude:.9f}"))
    path = table(tmp_path / "gnss.csv", "name,x_px,y_px,latitude,longitude", rows)
    code, out, err = survey(site, path)
    assert (code, err) == (0, "")
    assert "origin and axis: WGS 84 plane at 55.7" in out
    assert "Y to bearing 200.0" in out
    new = load_site(site.with_name("new.toml"))
    assert "bearing 200.0" in new.survey.method
    plane = RoadPlane.from_site(new)
    ends = plane.to_road(np.array([seen(0.0, 22.0), seen(0.0, 40.0), seen(4.0, 22.0)]))
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(18.0, abs=0.01)
    assert ends[2] - ends[0] == pytest.approx([4.0, 0.0], abs=0.02)
    assert "7.00 m high" in out


def spoilt(points: Path, changes: dict[str, tuple[float, float]]) -> Path:
    with points.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    for row in rows:
        if row[0] in changes:
            row[3:] = [str(number) for number in changes[row[0]]]
    return table(points.with_name("spoilt.csv"), ",".join(header), rows)


def test_all_slips_are_named_and_can_be_left_out(site: Path, points: Path) -> None:
    bad = spoilt(points, {"p4": (0.0, 31.0), "p9": (-2.0, 40.0)})
    code, out, err = survey(site, bad)
    assert code == 2
    assert out == ""
    assert "survey.outliers" in err
    assert "'p4' lies" in err
    assert "'p9' lies" in err
    assert "--drop-outliers" in err
    assert not site.with_name("new.toml").exists()
    code, out, err = survey(site, bad, "--drop-outliers")
    assert code == 0
    assert "left out" in out
    assert {point.name for point in load_site(site.with_name("new.toml")).survey.points} == {
        f"p{index}" for index in range(12) if index not in (4, 9)
    }


def test_a_mirrored_survey_is_refused(site: Path, points: Path) -> None:
    bad = spoilt(points, {f"p{index}": (-x, y) for index, (x, y) in enumerate(GRID)})
    code, _, err = survey(site, bad)
    assert code == 2
    assert "mirrored" in err


def test_points_on_one_line_are_named(site: Path, tmp_path: Path, seen: Callable[..., tuple[float, float]]) -> None:
    rows = [(name, *seen(0.0, y), 0.0, y) for name, y in (("a", 22.0), ("b", 28.0), ("c", 34.0), ("d", 40.0))]
    rows[3] = ("d", *seen(4.0, 40.0), 4.0, 40.0)
    code, _, err = survey(site, table(tmp_path / "line.csv", "name,x_px,y_px,x_m,y_m", rows))
    assert code == 2
    assert "site.invalid" in err
    assert "line" in err
    assert all(f"'{name}'" in err for name in "abc")


@pytest.mark.parametrize(
    ("header", "rows", "refusal"),
    [
        ("name,x_px,y_px,x_ft,y_ft", [("a", 1, 2, 3, 4)], ("table.unit", "column x_ft is in ft")),
        ("name,x,y,x_m,y_m", [("a", 1, 2, 3, 4)], ("table.header", "use name,x_px,y_px,x_m,y_m or")),
        ("name,x_px,y_px,x_m,y_m", [], ("table.cell", "no rows")),
        ("name,x_px,y_px,x_m,y_m", [("a", 1, "two", 3, 4)], ("table.cell", "line 2: y_px is 'two', no number")),
        ("name,x_px,y_px,x_m,y_m", [("a", 1, 2, 3)], ("table.cell", "line 2 has 4 cells")),
        ("name,x_px,y_px,x_m,y_m", [("", 1, 2, 3, 4)], ("table.cell", "line 2: name is empty")),
        ("name,x_px,y_px,x_m,y_m", [("a", 1, 2, "nan", 4)], ("table.cell", "x_m is nan")),
        (
            "name,x_px,y_px,latitude,longitude",
            [("a", 1, 2, 137.6, 55.7)],
            ("table.cell", "latitude is 137.6, beyond 90"),
        ),
        ("name,x_px,y_px,x_m,y_m", [("a", 1, 2, 3, 4)], ("survey.invalid", "points")),
    ],
)
def test_a_table_that_cannot_be_is_refused_by_line(
    site: Path, tmp_path: Path, header: str, rows: list[tuple[object, ...]], refusal: tuple[str, str]
) -> None:
    exit_code, _, err = survey(site, table(tmp_path / "bad.csv", header, rows))
    assert exit_code == 2
    assert f"error {refusal[0]}" in err
    assert refusal[1] in err
    assert "fix:" in err


def test_what_is_missing_is_named(site: Path, points: Path, tmp_path: Path) -> None:
    assert "table.missing" in survey(site, tmp_path / "none.csv")[2]
    assert "site.missing" in survey(tmp_path / "none.toml", points)[2]
    assert "image.missing" in survey(site, points, "--picture", tmp_path / "none.png")[2]
    site.write_text("version = ", encoding="utf-8")
    assert "site.malformed" in survey(site, points)[2]
    site.write_text("version = 1\n", encoding="utf-8")
    assert "camera" in survey(site, points)[2]


@pytest.mark.parametrize("at", ["yesterday", "2026-05-02T12:00:00"])
def test_the_moment_needs_to_be_a_moment_with_its_zone(site: Path, points: Path, at: str) -> None:
    code, _, err = run(
        "survey", site, "--points", points, "--out", site.with_name("n.toml"), "--at", at, "--surveyor", "A"
    )
    assert code == 2
    assert "--at" in err


DASHES = [(line, dash, end) for line in range(3) for dash in range(4) for end in ("near", "far")]


@pytest.fixture(name="dashes")
def _dashes(tmp_path: Path, seen: Callable[..., tuple[float, float]]) -> Path:
    """Lines of 2 m and gaps of 4 m, lanes 3.5 m wide, from 21 m."""
    rows = [
        (line, dash, end, *seen(-3.5 + 3.5 * line, 21 + 6 * dash + (2 if end == "far" else 0)))
        for line, dash, end in DASHES
    ]
    return table(tmp_path / "dashes.csv", "line,dash,end,x_px,y_px", rows)


def marking(site: Path, dashes: Path, *more: object) -> tuple[int, str, str]:
    out = site.with_name("new.toml")
    arguments = ("--points", dashes, "--out", out, "--at", AT, "--surveyor", "A", "--lane-m", "3.5")
    return run("marking", site, *arguments, *more)


def test_dashes_of_a_known_standard_are_a_survey(site: Path, dashes: Path) -> None:
    code, out, err = marking(site, dashes, "--standard", "gb-2-4")
    assert code == 0
    assert "unverified" in err
    new = load_site(site.with_name("new.toml"))
    assert new.survey.scale_relative == 0.04
    assert "2 m line and 4 m gap, lanes of 3.5 m, gb-2-4" in new.survey.method
    assert {point.name: point.road_m for point in new.survey.points}["line 2 dash 3 far"] == (7.0, 20.0)
    assert "7.00 m high" in out


def test_dashes_may_be_given_by_their_lengths(site: Path, dashes: Path) -> None:
    assert marking(site, dashes, "--dash-m", "2", "--gap-m", "4", "--scale-relative", "0.01")[0] == 0
    assert load_site(site.with_name("new.toml")).survey.scale_relative == 0.01


def test_dashes_without_lengths_or_with_an_unknown_standard_are_refused(site: Path, dashes: Path) -> None:
    code, _, err = marking(site, dashes)
    assert (code, "marking.lengths" in err) == (2, True)
    code, _, err = marking(site, dashes, "--standard", "martian")
    assert code == 2
    assert "gb-2-4" in err
    bad = dashes.with_name("bad.csv")
    bad.write_text(dashes.read_text(encoding="utf-8").replace("near", "front"), encoding="utf-8")
    assert "write near or far" in marking(site, bad, "--standard", "gb-2-4")[2]


@pytest.mark.parametrize(("arrow_m", "ending"), [(3.0, (0, "agrees with 1")), (6.0, (1, "DISAGREES with 1"))])
def test_arrows_check_the_scale_of_the_lines(
    site: Path,
    dashes: Path,
    seen: Callable[..., tuple[float, float]],
    arrow_m: float,
    ending: tuple[int, str],
) -> None:
    rows = [(f"arrow {x}", *seen(x, 30.0), *seen(x, 33.0), arrow_m) for x in (-1.75, 1.75)]
    arrows = table(dashes.with_name("arrows.csv"), "name,x0_px,y0_px,x1_px,y1_px,length_m", rows)
    done, out, _ = marking(site, dashes, "--standard", "gb-2-4", "--arrows", arrows)
    assert done == ending[0]
    assert ending[1] in out


def lengths(path: Path, seen: Callable[..., tuple[float, float]], true: float = 1.0) -> Path:
    rows = [
        ("lane width", *seen(0.0, 30.0), *seen(4.0, 30.0), 4.0),
        ("kerb stones", *seen(4.0, 24.0), *seen(4.0, 36.0), 12.0 * true),
    ]
    return table(path, "name,x0_px,y0_px,x1_px,y1_px,length_m", rows)


@pytest.fixture(name="surveyed")
def _surveyed(site: Path, points: Path) -> Path:
    assert survey(site, points)[0] == 0
    return site.with_name("new.toml")


def test_known_lengths_agree(surveyed: Path, still: Path, seen: Callable[..., tuple[float, float]]) -> None:
    known = lengths(surveyed.with_name("lengths.csv"), seen)
    code, out, err = run("check", surveyed, "--picture", still, "--lengths", known)
    assert (code, err) == (0, "")
    assert out.count(" agrees") == 3
    assert "12.000" in out


def test_a_length_beyond_its_interval_fails_the_check(surveyed: Path, seen: Callable[..., tuple[float, float]]) -> None:
    code, out, _ = run("check", surveyed, "--lengths", lengths(surveyed.with_name("lengths.csv"), seen, true=1.2))
    assert code == 1
    assert "DISAGREES" in next(line for line in out.splitlines() if line.startswith("kerb"))
    assert "DISAGREES" not in next(line for line in out.splitlines() if line.startswith("lane"))


def test_lengths_that_cannot_be_are_refused(
    surveyed: Path, tmp_path: Path, seen: Callable[..., tuple[float, float]]
) -> None:
    header = "name,x0_px,y0_px,x1_px,y1_px,length_m"
    sky = table(tmp_path / "sky.csv", header, [("sky", 640, -400, *seen(0, 30), 5)])
    code, _, err = run("check", surveyed, "--lengths", sky)
    assert (code, "above_horizon" in err) == (2, True)
    none = table(tmp_path / "none.csv", header, [("a", *seen(0, 25), *seen(0, 30), 0)])
    assert "not above zero" in run("check", surveyed, "--lengths", none)[2]
    yards = table(tmp_path / "yd.csv", "name,x0_px,y0_px,x1_px,y1_px,length_yd", [("a", 1, 2, 3, 4, 5)])
    assert "length_yd is in yd" in run("check", surveyed, "--lengths", yards)[2]


def test_the_still_must_be_of_the_surveyed_size(
    surveyed: Path, tmp_path: Path, seen: Callable[..., tuple[float, float]]
) -> None:
    assert cv2.imwrite(str(tmp_path / "small.png"), np.zeros((360, 640, 3), np.uint8))
    known = lengths(tmp_path / "lengths.csv", seen)
    assert "site.other_picture" in run("check", surveyed, "--picture", tmp_path / "small.png", "--lengths", known)[2]
    code, _, err = run("overlay", surveyed, "--picture", tmp_path / "small.png", "--out", tmp_path / "o.png")
    assert (code, "site.other_picture" in err) == (2, True)


def test_an_overlay_is_written(surveyed: Path, still: Path, tmp_path: Path) -> None:
    code, out, err = run("overlay", surveyed, "--picture", still, "--out", tmp_path / "o.png")
    assert (code, err) == (0, "")
    assert str(tmp_path / "o.png") in out
    assert cv2.imread(str(tmp_path / "o.png")).shape[0] >= 1440


def test_an_overlay_needs_a_survey(site: Path, still: Path, tmp_path: Path) -> None:
    site.write_text(SITE[: SITE.index("[survey]")], encoding="utf-8")
    code, _, err = run("overlay", site, "--picture", still, "--out", tmp_path / "o.png")
    assert (code, "site.unsurveyed" in err) == (2, True)
