"""A site file that cannot be surveyed is refused with the key or point named, and the fix."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from recognition.contracts import SiteError
from recognition.geometry import check_certificate, load_site, parse_site, require_certificate, unsurveyed_site

SITE = """
schema = "rubezh.site/1"
site_id = "here"
version = 3
valid_from = 2026-05-01T00:00:00Z
region = "77"
jurisdiction = "ru"
timezone = "Europe/Moscow"

[place]
address = "Road 1"
latitude = 55.0
longitude = 37.0

[camera]
camera_id = "cam"
width_px = 1280
height_px = 720

[survey]
surveyed_at = 2026-05-01T00:00:00Z
surveyor = "A. Surveyor"
method = "tape"
sigma_px = 0.5
sigma_m = 0.02
points = [
    { name = "a", pixel_px = [243.4, 642.0], road_m = [-4.0, 12.0] },
    { name = "b", pixel_px = [1036.6, 642.0], road_m = [4.0, 12.0] },
    { name = "c", pixel_px = [510.8, 228.1], road_m = [-4.0, 40.0] },
    { name = "d", pixel_px = [769.2, 228.1], road_m = [4.0, 40.0] },
]

[[lanes]]
lane_id = "left"
direction = "receding"
polygon_m = [[-4.0, 10.0], [0.0, 10.0], [0.0, 45.0], [-4.0, 45.0]]

[[lanes]]
lane_id = "right"
direction = "receding"
polygon_m = [[0.0, 10.0], [4.0, 10.0], [4.0, 45.0], [0.0, 45.0]]

[[lines]]
line_id = "middle"
kind = "solid"
points_m = [[0.0, 10.0], [0.0, 45.0]]

[speed]
limit_kmh = 60
from_m = 15.0
to_m = 35.0

[certificate]
device_model = "R1"
type_approval = "TA"
verification = "V"
verified_at = 2026-05-01T00:00:00Z
valid_until = 2027-05-01T00:00:00Z

[rules.point_speed]
mode = "fine"
"""


def refusal(text: str) -> SiteError:
    with pytest.raises(SiteError) as caught:
        parse_site(text, name="here.toml")
    assert caught.value.hint
    return caught.value


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(SITE, encoding="utf-8")
    site = load_site(path)
    assert (site.site_id, site.version, len(site.lanes), site.speed.limit_kmh) == ("here", 3, 2, 60)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as caught:
        load_site(tmp_path / "nowhere.toml")
    assert caught.value.code == "site.missing"
    assert "nowhere.toml" in str(caught.value)


def test_a_binary_file_is_malformed(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SiteError) as caught:
        load_site(path)
    assert caught.value.code == "site.malformed"


def test_bad_toml_names_the_line() -> None:
    error = refusal(SITE.replace("version = 3", "version = "))
    assert error.code == "site.malformed"
    assert "line 4" in error.message


@pytest.mark.parametrize(
    ("old", "new", "names", "hint"),
    [
        ("limit_kmh = 60", "limit_mph = 40", "speed.limit_mph", "limit_kmh"),
        ("from_m = 15.0", "from_ft = 50.0", "speed.from_ft", "from_m"),
        ("sigma_m = 0.02", "sigma_cm = 2", "survey.sigma_cm", "sigma_m"),
        ("[survey]", '[survey]\nunit = "ft"', "survey.unit", "_kmh"),
        ("road_m = [-4.0, 12.0]", "road_ft = [-13.0, 39.0]", "survey.points[0].road_ft", "road_m"),
        ("limit_kmh = 60", 'limit_kmh = "40 mph"', "speed.limit_kmh", "kmh"),
    ],
)
def test_another_unit_is_refused_by_name(old: str, new: str, names: str, hint: str) -> None:
    assert old in SITE
    error = refusal(SITE.replace(old, new))
    assert error.code == "site.unit"
    assert names in error.message
    assert hint in error.hint


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("road_m = [4.0, 40.0]", "road_m = [-4.0, 60.0]", "'a', 'c', 'd' lie on one line of the road"),
        ("pixel_px = [769.2, 228.1]", "pixel_px = [618.1, 62.0]", "'a', 'c', 'd' lie on one line of the picture"),
        (
            "pixel_px = [769.2, 228.1]",
            "pixel_px = [769.2, 900.0]",
            "'d' at pixel (769.2, 900) lies outside of the 1280x720",
        ),
        ('{ name = "b"', '{ name = "a"', "survey point 'a' is given 2 times"),
        ('lane_id = "right"', 'lane_id = "left"', "lane_id 'left' is given 2 times"),
        (
            "[[0.0, 10.0], [4.0, 10.0], [4.0, 45.0]",
            "[[0.0, 10.0], [4.0, 45.0], [4.0, 10.0]",
            "lane 'right' crosses itself",
        ),
        ("from_m = 15.0\nto_m = 35.0", "from_m = 35.0\nto_m = 15.0", "from_m=35.0 to_m=15.0"),
        ("from_m = 15.0\nto_m = 35.0", "from_m = 60.0\nto_m = 90.0", "speed zone 60-90 m lies outside"),
        ("valid_until = 2027-05-01", "valid_until = 2026-04-01", "certificate.valid_until 2026-04-01 is not after"),
        ('timezone = "Europe/Moscow"', 'timezone = "Moscow"', "timezone 'Moscow'"),
        ("version = 3", "version = 3\ncolour = 1", "colour"),
        ("latitude = 55.0\n", "", "place.latitude"),
        ("latitude = 55.0", "latitude = 155.0", "place.latitude"),
        ("valid_from = 2026-05-01T00:00:00Z", "valid_from = 2026-05-01T00:00:00", "valid_from"),
        ('    { name = "d", pixel_px = [769.2, 228.1], road_m = [4.0, 40.0] },\n', "", "survey.points"),
        (
            "pixel_px = [243.4, 642.0], road_m = [-4.0, 12.0]",
            "pixel_px = [243.4, 642.0], road_m = [4.5, 12.0]",
            "survey",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(old: str, new: str, named: str) -> None:
    assert old in SITE
    error = refusal(SITE.replace(old, new))
    assert error.code == "site.invalid"
    assert named in error.message
    assert error.message.startswith("here.toml")


def test_one_misplaced_point_among_many_is_named() -> None:
    more = """
    { name = "e", pixel_px = [429.8, 353.5], road_m = [-4.0, 24.0] },
    { name = "f", pixel_px = [850.2, 353.5], road_m = [4.0, 27.0] },
    { name = "g", pixel_px = [640.0, 353.5], road_m = [0.0, 24.0] },
]
"""
    survey = re.sub(r"\n\]\n", "\n" + more.lstrip("\n"), SITE, count=1)
    error = refusal(survey)
    assert error.code == "site.invalid"
    assert "'f'" in error.message
    parse_site(survey.replace("road_m = [4.0, 27.0]", "road_m = [4.0, 24.0]"))


def test_no_certificate_and_no_survey_is_a_site_of_passages_only() -> None:
    site = unsurveyed_site("cam-7", 640, 480, "77")
    assert site.survey is None
    assert site.rules == {}
    assert (site.camera.camera_id, site.camera.width_px, site.region) == ("cam-7", 640, "77")


def test_certificate_holds_only_between_its_dates() -> None:
    site = parse_site(SITE)
    verified_at, valid_until = site.certificate.verified_at, site.certificate.valid_until
    second = timedelta(seconds=1)
    assert check_certificate(site, verified_at) is None
    assert check_certificate(site, valid_until - second) is None
    assert check_certificate(site, verified_at - second) == "certificate_not_yet_valid"
    assert check_certificate(site, valid_until) == "certificate_expired"
    assert check_certificate(unsurveyed_site("c", 640, 480, "77"), verified_at) == "no_certificate"


def test_a_stale_certificate_is_refused_with_its_dates() -> None:
    site = parse_site(SITE)
    require_certificate(site, site.certificate.verified_at)
    with pytest.raises(SiteError) as caught:
        require_certificate(site, site.certificate.valid_until)
    assert caught.value.code == "site.certificate"
    assert "2027-05-01" in caught.value.message
