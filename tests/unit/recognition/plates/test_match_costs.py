from pathlib import Path

import pytest

from recognition.contracts import PlateKey
from recognition.plates.list_entry import ListEntry, MatchPolicy
from recognition.plates.list_index import ListIndex
from recognition.plates.match_costs import ConfusionError, growing_code_at, load_confusions, places_of

_SMALL = """
provenance = "a test"
[limits]
most_cost = 1.0
cheap_most = 0.5
[weights]
letter = 1.0
digit = 2.0
either = 3.0
code = 4.0
open = 5.0
edge = 0.5
[code]
lost_leading = 0.8
lost_doubled = 0.6
lost_other = 1.6
extra_leading = 0.9
extra_doubled = 0.7
extra_other = 1.8
[either_way]
8B = 0.3
[one_way]
MH = 0.2
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "measured.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_file_says_where_it_is_from_and_holds_pairs_no_grammar_tells_apart() -> None:
    costs = load_confusions()
    assert costs.provenance.startswith("measured")
    assert all(pair in costs.pairs for pair in (("8", "3"), ("0", "8"), ("5", "6"), ("1", "7"), ("M", "H"), ("B", "8")))
    assert costs.pairs["8", "6"] < costs.pairs["6", "8"] < costs.pairs["3", "8"]


def test_a_file_of_ones_own_takes_its_place(tmp_path: Path) -> None:
    costs = load_confusions(written(tmp_path, _SMALL))
    assert costs.pairs == {("8", "B"): 0.3, ("B", "8"): 0.3, ("M", "H"): 0.2}
    index = ListIndex.of([ListEntry(1, "M123MM77", "ru", "1", MatchPolicy.CONFUSABLE)], costs)
    seen = [PlateKey(plate=text, plate_region="ru", plate_type="1") for text in ("H123MM77", "M123MH77", "M128MM77")]
    assert [(match.seen, match.cost) for match in index.match(seen)] == [(0, 0.1), (1, 0.2)]
    assert index.with_changes([ListEntry(2, "M123MM78", "ru", "3")]).neighbours.confusions is costs


def test_the_weight_of_a_place_is_what_may_stand_there(tmp_path: Path) -> None:
    weights = load_confusions(written(tmp_path, _SMALL)).weights
    assert [place.weight for place in places_of("ru", "1", 8, weights)] == [0.5, 2, 2, 2, 1, 1, 4, 2]
    assert [place.weight for place in places_of("us", "standard", 4, weights)] == [1.5, 3, 3, 1.5]
    assert {(place.allowed, place.weight) for place in places_of("zz", "odd", 4, weights)} == {(None, 5), (None, 2.5)}


def test_only_codes_of_two_lengths_lose_a_digit() -> None:
    assert growing_code_at("ru", "1", 8) == 6
    assert growing_code_at("ru", "1b", 7) == 5
    assert growing_code_at("ru", "1", 9) is None
    assert growing_code_at("kz", "standard", 8) is None
    assert growing_code_at("sk", "standard", 7) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[code]", "[code"),
        ('provenance = "a test"', ""),
        ("8B = 0.3", "8B = 0"),
        ("8B = 0.3", "8BB = 0.3"),
        ("8B = 0.3", "88 = 0.3"),
        ("8B = 0.3", "8b = 0.3"),
        ("edge = 0.5", "edge = 0.5\ncorner = 1"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ConfusionError) as caught:
        load_confusions(written(tmp_path, _SMALL.replace(old, new)))
    assert "measured.toml" in str(caught.value)
    assert caught.value.code == "confusions.invalid"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfusionError, match="nowhere"):
        load_confusions(tmp_path / "nowhere.toml")
