from pathlib import Path

import pytest

from models.datasets import DataError, data_folder, is_training, load_crops, load_pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plates").mkdir()
    (tmp_path / "crops").mkdir()
    (tmp_path / "plates/ru.csv").write_text(
        "image,xmin,ymin,xmax,ymax,text\nru/b.jpg,1,2,30,9,A123BC77\nru/a.jpg,5,6,40,15.5,\nru/b.jpg,50,2,80,9,K834OT22\n",
        "utf-8",
    )
    (tmp_path / "crops/us.csv").write_text("image,country,text\nus/1.png,us,YGN9427\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("dataset", "name", "is_taught"),
    [
        ("ru", "009.jpg", True),
        ("ru", "107.jpg", False),
        ("eu", "eu10.jpg", True),
        ("eu", "eu2.jpg", False),
        ("us", "car1.jpg", False),
        ("ro", "dayride_type1_001.mp4#t=10.jpg", True),
        ("ro", "a8.jpg", False),
    ],
)
def test_a_pictures_half_is_decided_by_its_name_for_ever(dataset: str, name: str, is_taught: bool) -> None:
    assert is_training(dataset, name) is is_taught


@pytest.mark.parametrize(("dataset", "share"), [("us", 0.5), ("eu", 0.5), ("ru", 0.5), ("ro", 0.9)])
def test_each_set_is_parted_in_its_share(dataset: str, share: float) -> None:
    taught = [name for name in (f"{number:04}.jpg" for number in range(2000)) if is_training(dataset, name)]
    assert len(taught) / 2000 == pytest.approx(share, abs=0.04)


def test_a_set_without_a_share_is_never_looked_at_by_training() -> None:
    assert not any(is_training("kept apart", f"{number}.jpg") for number in range(500))


def test_the_same_name_in_another_set_is_another_picture() -> None:
    names = [f"{number}.jpg" for number in range(300)]
    assert [is_training("us", name) for name in names] != [is_training("eu", name) for name in names]


def test_the_plates_of_a_picture_stand_together_in_the_order_of_names(folder: Path) -> None:
    first, second = load_pictures(folder, "ru")
    assert [first.path.name, second.path.name] == ["a.jpg", "b.jpg"]
    assert first.path == folder / "plates/ru/a.jpg"
    assert (first.plates[0].box_px, first.plates[0].text) == ((5, 6, 40, 15.5), "")
    assert [plate.text for plate in second.plates] == ["A123BC77", "K834OT22"]
    assert first.is_training is is_training("ru", "a.jpg")


def test_crops_have_their_texts(folder: Path) -> None:
    assert [(one.path, one.text) for one in load_crops(folder, "us")] == [(folder / "crops/us/1.png", "YGN9427")]


def test_a_set_that_is_not_there_and_a_box_that_is_none_are_named(folder: Path) -> None:
    with pytest.raises(DataError, match=r"zz\.csv") as caught:
        load_pictures(folder, "zz")
    assert caught.value.code == "data.missing"
    (folder / "plates/eu.csv").write_text("image,xmin,ymin,xmax,ymax,text\neu/c.jpg,left,2,30,9,AB123\n", "utf-8")
    with pytest.raises(DataError, match=r"eu/c\.jpg") as caught:
        load_pictures(folder, "eu")
    assert caught.value.code == "data.invalid"


def test_the_folder_given_is_taken_before_the_one_of_the_environment(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUBEZH_DATA", str(folder))
    assert data_folder() == folder.resolve()
    other = tmp_path / "other"
    with pytest.raises(DataError) as caught:
        data_folder(other)
    assert caught.value.code == "data.missing"
    assert str(other) in str(caught.value)
    (other / "plates").mkdir(parents=True)
    assert data_folder(other) == other.resolve()
