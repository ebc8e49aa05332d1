from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fines_api.kit.errors import ConfigurationError
from fines_api.privacy.policy import PassageClass
from fines_api.privacy.retention import load_retention

_WHOLE = """
schema = "rubezh.retention/1"
[default]
forget_key_after_days = 14
[default.other]
pseudonymise_after_h = 72
drop_after_days = 30
legal_basis = "some law of the land"
[default.hit]
drop_after_days = 365
legal_basis = "some law of the land"
[default.case]
legal_basis = "some law of the land"
[default.legal_hold]
legal_basis = "some law of the land"
[regions.77.other]
drop_after_days = 10
legal_basis = "a law of that city"
"""


def _file(folder: Path, *changes: tuple[str, str]) -> Path:
    text = _WHOLE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path = folder / "terms.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_comes_with_the_platform_is_whole_and_strict() -> None:
    terms = load_retention(None, "77")
    assert terms.pseudonymise_after == timedelta(hours=72)
    assert (terms.drop_after, terms.drop_hits_after) == (timedelta(days=30), timedelta(days=365))
    assert set(terms.legal_basis) == set(PassageClass)


def test_a_region_replaces_single_keys(tmp_path: Path) -> None:
    path = _file(tmp_path)
    own, others = load_retention(path, "77"), load_retention(path, "78")
    assert (own.drop_after, others.drop_after) == (timedelta(days=10), timedelta(days=30))
    assert own.legal_basis[PassageClass.OTHER] == "a law of that city"
    assert own.pseudonymise_after == others.pseudonymise_after


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("pseudonymise_after_h = 72", "pseudonymise_after_h = 71", "default.other.pseudonymise_after_h"),
        ("drop_after_days = 365", "drop_after_days = 0", "default.hit.drop_after_days"),
        ("drop_after_days = 365", "drop_after_days = 29", "hit.drop_after_days ends before"),
        ("forget_key_after_days = 14", "forget_key_after_days = 2", "forget_key_after_days ends before"),
        ("drop_after_days = 10", "drop_after_days = 2", "regions.77: Value error, other.drop_after_days ends before"),
        ("drop_after_days = 10", "drop_after = 10", "regions.77.other.drop_after"),
        ("[default.case]", "[default.case]\ndrop_after_days = 3", "default.case.drop_after_days"),
        ("[default.legal_hold]\nlegal_basis", "[default.legal_hold]\nlegal", "default.legal_hold.legal_basis"),
        ("retention/1", "retention/2", "schema"),
        ("[default]", "[default", "terms.toml"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, before: str, after: str, named: str) -> None:
    path = _file(tmp_path, (before, after))
    with pytest.raises(ConfigurationError) as caught:
        load_retention(path, "78")
    assert caught.value.code == "retention.invalid"
    assert named in caught.value.message
    assert str(path) in caught.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"retention\.missing.*none\.toml"):
        load_retention(tmp_path / "none.toml", "77")


def test_a_day_is_due_when_its_last_moment_is() -> None:
    terms, day = load_retention(None, "77"), date(2026, 3, 1)
    due = datetime(2026, 3, 5, 1, tzinfo=UTC)
    assert terms.is_to_pseudonymise(day, due)
    assert not terms.is_to_pseudonymise(day, due - timedelta(microseconds=1))
    assert terms.is_to_drop(day, datetime(2026, 4, 1, tzinfo=UTC))
    assert not terms.is_to_drop(day, datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    assert terms.is_key_to_forget(day, datetime(2026, 3, 16, tzinfo=UTC))
