import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.datasets import is_training
from models.training.reader_data import NOTHING, Example, ReaderData, RealPlate, kinds, load_real
from recognition.plates import load_grammars
from recognition.vision import FoundPlate

_CONFIG: dict[str, Any] = {
    "pool": 12,
    "redraw": 0.2,
    "real_share": 0.4,
    "nothing_share": 0.2,
    "mild_share": 0.25,
    "mild_start": 100,
    "margin": 0.05,
    "jitter": 0.022,
    "shear_share": 0.0,
    "shear": 0.0,
}
_SIZE = (160, 40)


def _real(group: str, text: str, shade: int = 200) -> RealPlate:
    picture = np.full((40, 120, 3), 60, np.uint8)
    picture[10:30, 20:100] = shade
    corners = np.array([[20, 10], [100, 10], [100, 30], [20, 30]], np.float32)
    return RealPlate(picture, corners, text, group)


def _examples(count: int, real: tuple[RealPlate, ...] = (), seed: int = 1, **config: float) -> list[Example]:
    return list(islice(iter(ReaderData({**_CONFIG, **config}, _SIZE, real, seed)), count))


def _allowed(example: Example) -> set[str]:
    return {kind for kind, is_allowed in zip(kinds(), example.allowed, strict=True) if is_allowed}


def test_the_kinds_are_all_types_of_all_countries_in_order_and_nothing_last() -> None:
    names = kinds()
    assert len(names) == len(set(names))
    assert names[-1] == NOTHING
    assert list(names[:-1]) == sorted(names[:-1])
    assert {one.plate_region for one in load_grammars()} == {name.split("/")[0] for name in names[:-1]}


def test_every_example_has_the_size_and_the_form_of_the_networks_input() -> None:
    for example in _examples(60, (_real("ru", "A123BC77"), _real("us", "YGN9427"))):
        assert example.picture.shape == (40, 160, 3)
        assert example.picture.dtype == np.uint8
        assert example.allowed.shape == (len(kinds()),)
        assert example.allowed.any()


def test_a_drawn_plate_is_of_one_kind_and_its_text_fits_it() -> None:
    grammars = {one.plate_region: one for one in load_grammars()}
    for example in _examples(30, nothing_share=0.0):
        (kind,) = _allowed(example)
        country, plate_type = kind.split("/")
        fitting = [one for one in grammars[country].layouts if one.plate_type == plate_type]
        assert any(layout.fits(example.text) for layout in fitting)


def test_what_is_no_plate_has_no_text_and_only_that_kind() -> None:
    for example in _examples(20, (_real("ru", "A123BC77"),), nothing_share=1.0):
        assert (example.text, _allowed(example)) == ("", {NOTHING})


@pytest.mark.parametrize(
    ("group", "countries"),
    [("ru", {"ru"}), ("us", {"us"}), ("ro", {"ro"})],
)
def test_a_real_plate_may_be_any_type_of_its_country(group: str, countries: set[str]) -> None:
    for example in _examples(6, (_real(group, "AB123"),), nothing_share=0.0, real_share=1.0):
        assert example.text == "AB123"
        assert {kind.split("/")[0] for kind in _allowed(example)} == countries
        assert len(_allowed(example)) == sum(kind.startswith(f"{group}/") for kind in kinds())


def test_a_plate_from_somewhere_in_europe_may_be_of_any_country_there_but_is_a_plate() -> None:
    (example,) = _examples(1, (_real("europe", "AB123CD"),), nothing_share=0.0, real_share=1.0)
    countries = {kind.split("/")[0] for kind in _allowed(example)}
    assert {"de", "fr", "eu", "sk", "ro"} <= countries
    assert not countries & {"us", "br", "ru", "kz", "none"}


def test_few_plates_of_a_group_are_shown_as_often_as_its_weight_says() -> None:
    many = tuple(_real("us", f"US{number}") for number in range(40))
    seen = [one.text for one in _examples(400, (*many, _real("ru", "A123BC77")), nothing_share=0.0, real_share=1.0)]
    assert seen.count("A123BC77") / 400 == pytest.approx(0.28 / 0.68, abs=0.08)
    assert len(set(seen)) > 30


def test_shares_of_real_plates_and_of_nothing_are_kept() -> None:
    texts = [one.text for one in _examples(300, (_real("ru", "REAL"),))]
    assert texts.count("REAL") / 300 == pytest.approx(0.4, abs=0.1)
    assert texts.count("") / 300 == pytest.approx(0.2, abs=0.08)


def test_without_real_plates_all_is_drawn() -> None:
    assert sum(one.text == "" for one in _examples(100)) < 40


def test_a_real_plate_fills_the_input_though_it_is_shaken() -> None:
    examples = _examples(20, (_real("ru", "A123BC77", shade=250),), nothing_share=0.0, real_share=1.0)
    greys = [example.picture.mean(axis=2) for example in examples]
    # Now and then light and noise leave no contrast at all.
    assert sum(grey[12:28, 30:130].mean() > 1.15 * grey[0].mean() for grey in greys) >= 15


def test_the_same_seed_gives_the_same_examples_and_another_one_others() -> None:
    real = (_real("ru", "A123BC77"),)
    first, second, other = (_examples(15, real, seed=seed) for seed in (4, 4, 5))
    assert all(np.array_equal(one.picture, same.picture) for one, same in zip(first, second, strict=True))
    assert [one.text for one in first] == [one.text for one in second] != [one.text for one in other]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with two pictures for training and two that are kept for judging."""
    for name in ("plates/us", "plates/eu", "plates/ru", "crops/us"):
        (tmp_path / name).mkdir(parents=True)
    names = [f"{number}.png" for number in range(60)]
    taught, kept = ([one for one in names if is_training("ru", one) is wanted][:2] for wanted in (True, False))
    picture = np.full((80, 200, 3), 90, np.uint8)
    header = "image,xmin,ymin,xmax,ymax,text\n"
    rows = ""
    for name in (*taught, *kept):
        assert cv2.imwrite(str(tmp_path / "plates/ru" / name), picture)
        rows += f"ru/{name},50,30,130,50,о 567 ам 76\nru/{name},2,2,40,12,\n"
    (tmp_path / "plates/ru.csv").write_text(header + rows, "utf-8")
    for name in ("us", "eu"):
        (tmp_path / f"plates/{name}.csv").write_text(header, "utf-8")
    assert cv2.imwrite(str(tmp_path / "crops/us/1.png"), picture)
    (tmp_path / "crops/us.csv").write_text("image,text\nus/1.png,ygn-9427\n", "utf-8")
    return tmp_path


def test_only_readable_plates_of_the_training_half_are_loaded_with_ground_around(folder: Path) -> None:
    loaded = load_real(folder)
    assert [(one.group, one.text) for one in loaded] == [("ru", "O567AM76")] * 2 + [("us", "YGN9427")]
    plate = loaded[0]
    assert plate.corners_px.tolist() == [[28, 7], [108, 7], [108, 27], [28, 27]]
    assert plate.picture.shape[0] >= 34
    assert plate.picture.shape[1] >= 136
    assert loaded[2].corners_px.tolist() == [[0, 0], [200, 0], [200, 80], [0, 80]]


def test_the_finders_corners_are_taken_where_it_sees_the_labelled_plate(folder: Path) -> None:
    class _Finder:
        def find(self, bgr: NDArray[np.uint8], *, side_px: int) -> list[FoundPlate]:
            assert bgr.shape[1] < side_px
            turned = np.array([[52.0, 30], [130, 34], [128, 50], [50, 46]])
            return [FoundPlate(turned, 0.9), FoundPlate(turned + np.array([100.0, 20.0]), 0.95)]

    plate = load_real(folder, finder=_Finder())[0]
    assert plate.corners_px.tolist() == [[30, 7], [108, 11], [106, 27], [28, 23]]


def test_making_examples_needs_no_torch() -> None:
    code = "import sys, models.training.reader_data; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0
