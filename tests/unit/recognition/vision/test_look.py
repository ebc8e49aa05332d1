from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.plates import Calibration, Reading, load_grammars
from recognition.vision import FoundPlate, PlateLooker

_PICTURE = np.full((360, 640, 3), 90, dtype=np.uint8)
_BOX = (200.0, 100.0, 400.0, 260.0)

MakeReading = Callable[..., Reading]


def _plate(x: float, y: float, width: float, height: float, score: float = 0.9) -> FoundPlate:
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float64)
    return FoundPlate(corners, score)


@dataclass
class _Finder:
    """Finds the plates it is told, given in pixels of the part it is shown, and keeps what it was shown."""

    plates: list[FoundPlate]
    shown: list[tuple[int, int]] = field(default_factory=list)
    sides_px: list[int] = field(default_factory=list)

    def find(self, bgr: NDArray[np.uint8], *, side_px: int) -> list[FoundPlate]:
        self.shown.append((bgr.shape[1], bgr.shape[0]))
        self.sides_px.append(side_px)
        return self.plates


@dataclass
class _Reader:
    """Says one reading after the other, and keeps the corners it was given."""

    readings: list[Reading]
    corners: list[NDArray[np.float64]] = field(default_factory=list)

    def read(self, bgr: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> Reading:
        assert bgr.shape == _PICTURE.shape
        self.corners.append(corners_px)
        return self.readings[len(self.corners) - 1]


def _looker(plates: list[FoundPlate], readings: list[Reading], home: str | None = "ru") -> PlateLooker:
    return PlateLooker(_Finder(plates), _Reader(readings), load_grammars(), home=home)


def test_a_plate_in_a_box_has_its_place_in_the_whole_picture(make_reading: MakeReading) -> None:
    finder, reader = _Finder([_plate(50, 100, 90, 20)]), _Reader([make_reading("O567AM76")])
    plate = PlateLooker(finder, reader, load_grammars(), home="ru").look(_PICTURE, _BOX, vehicle="car").plates[0]
    expected = [[250, 200], [340, 200], [340, 220], [250, 220]]
    assert plate.corners_px.tolist() == expected
    assert reader.corners[0].tolist() == expected
    assert finder.shown == [(200, 160)]
    assert (plate.candidate.plate, plate.candidate.plate_type) == ("O567AM76", "1")
    assert (plate.height_px, plate.score) == (20, 0.9)


def test_what_was_read_before_the_grammar_and_what_else_it_may_be_are_kept(make_reading: MakeReading) -> None:
    reading = make_reading("O567AM76", torn={0: {"0": 0.55, "O": 0.4}})
    plate = _looker([_plate(50, 100, 90, 20)], [reading]).look(_PICTURE).plates[0]
    assert (plate.raw_text, plate.candidate.plate) == ("0567AM76", "O567AM76")
    assert "0567AM76" in {one.plate for one in plate.alternatives}


def test_two_rows_keep_their_type(make_reading: MakeReading) -> None:
    plate = _looker([_plate(60, 80, 50, 40)], [make_reading("1234AB77", "ru/4")]).look(_PICTURE, _BOX).plates[0]
    assert (plate.candidate.plate, plate.candidate.plate_type) == ("1234AB77", "4")


def test_of_several_plates_the_surest_is_first(make_reading: MakeReading) -> None:
    plates = [_plate(10, 100, 90, 20, score=0.3), _plate(150, 100, 90, 20), _plate(300, 100, 90, 20, score=0.95)]
    readings = [make_reading("K834OT22"), make_reading("O567AM76", confidence=0.4), make_reading("A123BC77")]
    looks = _looker(plates, readings).look(_PICTURE).plates
    assert [one.candidate.plate for one in looks] == ["A123BC77", "O567AM76", "K834OT22"]


def test_why_there_is_no_plate_is_counted(make_reading: MakeReading) -> None:
    good, place = make_reading("O567AM76"), _plate(50, 100, 90, 20)
    lettering = make_reading("TOYOTA", {"none/none": 0.9})
    cases: list[tuple[list[FoundPlate], list[Reading], dict[str, int]]] = [
        ([], [], {"no_plate_found": 1}),
        ([_plate(50, 100, 20, 4)], [good], {"too_small": 1}),
        ([place], [lettering], {"not_a_plate": 1}),
        ([place], [make_reading("A")] * 3, {"unreadable": 1}),
        ([place, place], [lettering, *[make_reading("")] * 3], {"not_a_plate": 1, "unreadable": 1}),
    ]
    for plates, readings, reasons in cases:
        result = _looker(plates, readings).look(_PICTURE, _BOX)
        assert (result.plates, dict(result.rejections)) == ((), reasons)


def test_what_stays_doubtful_is_cut_leaning_to_either_side(make_reading: MakeReading) -> None:
    torn, clear = make_reading("K7"), make_reading("H956XK78")
    reader = _Reader([torn, torn, clear])
    looker = PlateLooker(_Finder([_plate(50, 100, 90, 20)]), reader, load_grammars(), home="ru")
    (plate,) = looker.look(_PICTURE).plates
    assert plate.candidate.plate == "H956XK78"
    left, right = (corners[0, 0] - corners[3, 0] for corners in reader.corners[1:])
    assert left == -right == -9.0
    assert plate.corners_px.tolist() == reader.corners[0].tolist()


def test_what_is_hardly_likely_right_is_unreadable(make_reading: MakeReading) -> None:
    readings = [make_reading("O567AM76", torn={3: {"7": 0.4, "1": 0.35}})] * 6
    for least, reasons in ((0.4, ()), (0.6, (("unreadable", 1),))):
        looker = PlateLooker(
            _Finder([_plate(50, 100, 90, 20)]),
            _Reader(readings),
            load_grammars(),
            calibration=Calibration(margin=1.0, likelihood=0.0, nothing=0.0),
            min_confidence=least,
        )
        assert looker.look(_PICTURE).rejections == reasons


def test_a_plate_beside_one_that_is_none_is_given_with_the_reason_of_the_other(make_reading: MakeReading) -> None:
    plates = [_plate(10, 100, 90, 20), _plate(150, 100, 90, 20)]
    readings = [make_reading("TOYOTA", {"none/none": 0.9}), make_reading("O567AM76")]
    result = _looker(plates, readings).look(_PICTURE)
    assert [one.candidate.plate for one in result.plates] == ["O567AM76"]
    assert result.rejections == (("not_a_plate", 1),)


def test_a_vehicle_is_looked_at_with_fewer_pixels_than_a_whole_picture() -> None:
    finder = _Finder([])
    looker = PlateLooker(finder, _Reader([]), load_grammars())
    looker.find(_PICTURE)
    looker.find(_PICTURE, _BOX)
    assert finder.shown == [(640, 360), (200, 160)]
    assert finder.sides_px[1] < finder.sides_px[0]


@pytest.mark.parametrize(
    ("box", "size"),
    [((-50, -20, 100, 80), (100, 80)), ((600.4, 300, 900, 500), (40, 60)), ((10.2, 10.8, 50.5, 40), (41, 30))],
)
def test_a_box_is_cut_to_the_picture_and_to_whole_pixels(
    box: tuple[float, float, float, float], size: tuple[int, int]
) -> None:
    finder = _Finder([])
    PlateLooker(finder, _Reader([]), load_grammars()).find(_PICTURE, box)
    assert finder.shown == [size]


@pytest.mark.parametrize("box", [(700, 400, 900, 500), (100, 100, 103, 200), (200, 100, 100, 50)])
def test_a_box_that_holds_no_part_of_the_picture_is_not_looked_at(box: tuple[float, float, float, float]) -> None:
    finder = _Finder([_plate(0, 0, 50, 20)])
    result = PlateLooker(finder, _Reader([]), load_grammars()).look(_PICTURE, box)
    assert (result.plates, result.rejections) == ((), (("no_plate_found", 1),))
    assert finder.shown == []


def test_the_home_country_is_expected(make_reading: MakeReading) -> None:
    reading = make_reading("AB12CDE", {"gb/standard": 0.3, "ro/standard": 0.3})
    regions = [
        _looker([_plate(50, 100, 90, 20)], [reading] * 3, home).look(_PICTURE).plates[0].candidate.plate_region
        for home in ("gb", "ro")
    ]
    assert regions == ["gb", "ro"]
