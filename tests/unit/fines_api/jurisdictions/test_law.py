import shutil
from pathlib import Path

import pytest

from fines_api.jurisdictions import LawStatus, load_law, read_law
from fines_api.jurisdictions.law import FOLDER
from fines_api.kit.errors import ConfigurationError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(FOLDER / "ru", tmp_path / "ru")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_russia_is_complete_for_the_two_rules_and_says_where_each_number_stands() -> None:
    law = load_law("ru")
    assert {(a.article, a.part) for a in law.articles} == {
        ("12.9", "2"),
        ("12.9", "3"),
        ("12.9", "4"),
        ("12.9", "5"),
        ("12.16", "1"),
    }
    assert all(row.source and row.act for row in (*law.articles, *law.discounts, *law.clocks))
    assert {row.status for row in law.articles} == {LawStatus.VERIFIED}


def test_every_law_file_that_ships_is_readable() -> None:
    folders = [folder for folder in FOLDER.iterdir() if (folder / "jurisdiction.toml").exists()]
    assert [read_law(folder).code for folder in folders] == [folder.name for folder in folders]


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        ("articles.toml", "valid_to = 2024-12-31", "valid_to = 2025-01-01", "both are law on 2025-01-01"),
        ("articles.toml", "valid_to = 2024-12-31", "valid_to = 2023-12-31", "is before valid_from"),
        ("articles.toml", 'source = "КоАП РФ, ст. 12.9 ч. 2"\n', "", "articles.0.source"),
        ("articles.toml", "amount_minor = 50000", "amount_rub = 500", "articles.0"),
        ("articles.toml", "amount_minor = 50000", "amount_minor = -1", "articles.0.amount_minor"),
        ("articles.toml", 'status = "verified"', 'status = "probably"', "articles.0.status"),
        ("articles.toml", "[[articles]]", "[[articles]", "articles.toml"),
        ("clocks.toml", "valid_to = 2024-12-31", "", "discounts.0 and discounts.1"),
        ("clocks.toml", 'name = "appeal"', 'name = "limitation"', "both are law"),
        ("clocks.toml", "days = 60", "weeks = 9", "clocks.0"),
        ("jurisdiction.toml", 'country = "ru"', 'country = "Russia"', "country"),
        ("jurisdiction.toml", "plausible_speed_kmh", "plausible_speed_mph", "limits"),
    ],
)
def test_garbage_in_a_law_file_is_refused_with_file_and_key(
    copy: Path, file: str, old: str, new: str, names: str
) -> None:
    _replace(copy / file, old, new)
    with pytest.raises(ConfigurationError) as caught:
        read_law(copy)
    assert caught.value.code == "law.invalid"
    assert file in caught.value.message
    assert names in caught.value.message


def test_a_term_that_is_not_named_is_refused(copy: Path) -> None:
    path = copy / "clocks.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("[[clocks]]")], encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no row named 'payment'"):
        read_law(copy)


def test_a_jurisdiction_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_law(tmp_path / "zz")
    assert caught.value.code == "law.missing"
