from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import CharacterRead
from recognition.plates import characters_of, load_grammars
from recognition.vision import FoundText, PlateLooker

_PICTURE = np.full((360, 640, 3), 90, dtype=np.uint8)
_BOX = (200.0, 100.0, 400.0, 260.0)


def _line(x: float, y: float, width: float, height: float, score: float = 0.9) -> FoundText:
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float64)
    return FoundText(corners, score)


@dataclass
class _Finder:
    """Finds the same lines in every picture, given in pixels of the whole picture of the test."""

    lines: list[FoundText]
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundText]:
        self.sizes.append((bgr.shape[1], bgr.shape[0]))
        zoom = np.array([bgr.shape[1] / (_BOX[2] - _BOX[0]), bgr.shape[0] / (_BOX[3] - _BOX[1])])
        return [FoundText((line.corners_px - np.array(_BOX[:2])) * zoom, line.score) for line in self.lines]


@dataclass
class _Reader:
    """Says what it is told, by the width-to-height ratio of the strip."""

    wide: str
    narrow: str = ""
    confidence: float = 0.98
    reads: int = 0

    def read(self, bgr: NDArray[np.uint8]) -> tuple[CharacterRead, ...]:
        self.reads += 1
        text = self.wide if bgr.shape[1] / bgr.shape[0] > 3.3 else self.narrow
        return characters_of(text, [self.confidence] * len(text))


def _look(lines: list[FoundText], reader: _Reader) -> tuple[list[str], dict[str, int]]:
    looker = PlateLooker(_Finder(lines), reader, load_grammars(), home="ru")
    result = looker.look(_PICTURE, _BOX, vehicle="car")
    return [plate.candidate.plate for plate in result.plates], dict(result.rejections)


def test_a_line_that_reads_as_a_plate_is_one_with_its_place_in_the_whole_picture() -> None:
    looker = PlateLooker(_Finder([_line(250, 200, 90, 20)]), _Reader("O567AM76"), load_grammars(), home="ru")
    plate = looker.look(_PICTURE, _BOX, vehicle="car").plates[0]
    assert plate.candidate.plate == "O567AM76"
    assert plate.raw_text == "O567AM76"
    assert np.abs(plate.corners_px - np.array([[250, 200], [340, 200], [340, 220], [250, 220]])).max() < 1.5
    assert 18 < plate.height_px < 22


def test_a_region_code_the_finder_cut_off_is_joined_again() -> None:
    plates, _ = _look([_line(250, 200, 66, 20), _line(322, 198, 24, 15)], _Reader("O567AM76", narrow="0567AM"))
    assert plates == ["O567AM76"]


def test_two_rows_are_read_from_top_to_bottom() -> None:
    @dataclass
    class _Rows:
        calls: int = 0

        def read(self, bgr: NDArray[np.uint8]) -> tuple[CharacterRead, ...]:
            del bgr
            self.calls += 1
            return characters_of("1234" if self.calls % 2 else "AB77", [0.95] * 4)

    lines = [_line(260, 180, 50, 24), _line(258, 208, 54, 24)]
    looker = PlateLooker(_Finder(lines), _Rows(), load_grammars(), home="ru")
    plates = looker.look(_PICTURE, _BOX, vehicle="motorcycle").plates
    assert [(plate.candidate.plate, plate.candidate.plate_type) for plate in plates] == [("1234AB77", "4")]


def test_why_there_is_no_plate_is_counted() -> None:
    assert _look([], _Reader("")) == ([], {"no_text": 1})
    assert _look([_line(250, 200, 20, 4)], _Reader("O567AM76")) == ([], {"too_small": 1})
    assert _look([_line(250, 150, 20, 80)], _Reader("O567AM76")) == ([], {"not_plate_shaped": 1})
    assert _look([_line(250, 200, 90, 20)], _Reader("AUDI")) == ([], {"too_few_glyphs": 1})
    assert _look([_line(250, 200, 90, 20)], _Reader("TOYOTA")) == ([], {"no_grammar": 1})
    assert _look([_line(250, 200, 90, 20)], _Reader("O567AM76", confidence=0.2)) == ([], {"low_confidence": 1})


def test_a_sure_read_ends_the_look() -> None:
    reader = _Reader("O567AM76")
    _look([_line(250, 200, 90, 20)], reader)
    assert reader.reads == 1


def test_the_finder_never_gets_a_picture_that_is_too_large() -> None:
    finder = _Finder([])
    looker = PlateLooker(finder, _Reader(""), load_grammars())
    looker.look(np.zeros((2160, 3840, 3), dtype=np.uint8), (0, 0, 3840, 2160))
    assert finder.sizes[0][0] * finder.sizes[0][1] < 340 * 340


def test_a_box_outside_of_the_picture_is_no_error() -> None:
    looker = PlateLooker(_Finder([]), _Reader(""), load_grammars())
    assert looker.look(_PICTURE, (700, 400, 900, 500)).plates == ()
