import pytest

from recognition.contracts import PlateKey
from recognition.plates.list_entry import ListEntry, ListError, ListMatch, MatchKind, MatchPolicy
from recognition.plates.list_index import ListIndex
from recognition.plates.match_costs import load_confusions

COSTS = load_confusions()


def key(plate: str, region: str = "ru", kind: str = "1") -> PlateKey:
    return PlateKey(plate=plate, plate_region=region, plate_type=kind)


def listed(number: int, plate: str, policy: str = "confusable", region: str = "ru", kind: str = "1") -> ListEntry:
    return ListEntry(number, plate, region, kind, MatchPolicy(policy))


def told(matches: tuple[ListMatch, ...]) -> list[tuple[int, float, int, str]]:
    return [(match.seen, match.cost, match.entry, str(match.kind)) for match in matches]


@pytest.mark.parametrize(
    ("seen", "listed_text", "seen_at", "listed_at"),
    [
        ("A123BC77", "A128BC77", (3,), (3,)),
        ("M888MM77", "H833MM77", (), ()),
        ("M123BC177", "M723BC177", (1,), (1,)),
        ("M138HC77", "H138MC77", (0, 4), (0, 4)),
        ("A123BC77", "A123BC177", (), (6,)),
        ("A123BC77", "A123BC777", (), (6,)),
        ("A123BC150", "A123BC50", (6,), ()),
        ("A123BC50", "A123BC550", (), (6,)),
        ("A123BC50", "A123BC500", (), (7,)),
    ],
)
def test_the_places_that_differ(
    seen: str, listed_text: str, seen_at: tuple[int, ...], listed_at: tuple[int, ...]
) -> None:
    found = ListIndex.of([listed(7, listed_text)]).match([key("K000KK11"), key(seen)])
    if not seen_at and not listed_at:
        assert found == ()
        return
    (match,) = found
    assert (match.seen, match.entry, match.kind, match.listed) == (1, 7, MatchKind.CONFUSABLE, listed_text)
    assert (match.seen_at, match.listed_at) == (seen_at, listed_at)
    assert 0 < match.cost <= COSTS.limits.most_cost


def test_a_region_of_the_same_subject_is_another_plate() -> None:
    index = ListIndex.of([listed(1, "A123BC777", "exact"), listed(2, "A123BC177")])
    assert told(index.match([key("A123BC77")])) == [(0, COSTS.code.lost_leading, 2, "confusable")]
    assert index.exact([key("A123BC77")]) == ()


def test_the_same_text_in_another_type_or_country_is_another_plate() -> None:
    index = ListIndex.of([listed(1, "AA000777", kind="1b"), listed(2, "AA000777", kind="2")])
    assert told(index.exact([key("AA000777", kind="2"), key("AA000777", "de", "standard")])) == [(0, 0.0, 2, "exact")]


def test_kinds_that_share_a_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recognition.plates.list_index.kind_number", lambda *_: 0)
    index = ListIndex.of([listed(1, "AA123477", kind="2"), listed(2, "AA123477", kind="6")])
    found = index.match([key("AA123477", kind="6"), key("AA123877", kind="2")], 3.0)
    assert [match.entry for match in found] == [2]
    assert [match.entry for match in index.match([key("AA128477", kind="2")])] == [1]


def test_the_grammar_says_which_glyphs_may_stand_in_a_place() -> None:
    index = ListIndex.of([listed(1, "O000OO77"), listed(2, "B888BB77")])
    assert [match.entry for match in index.match([key("O00OOO77")])] == [1]  # a digit was meant
    assert [match.entry for match in index.match([key("B88BBB77")])] == [2]
    assert index.match([key("O000O077"), key("D000OO77")]) != ()
    assert ListIndex.of([listed(3, "O00OOO77")]).match([key("O000OO77")]) == ()  # no plate has a letter there


def test_all_entries_of_a_plate_are_told_nearest_first() -> None:
    index = ListIndex.of(
        [listed(5, "A123BC77"), listed(3, "A123BC77", "exact"), listed(4, "A1?3BC77", "partial"), listed(6, "A128BC77")]
    )
    found = index.match([key("A123BC77")])
    assert [(match.entry, str(match.kind)) for match in found] == [
        (3, "exact"), (4, "partial"), (5, "exact"), (6, "confusable"),
    ]  # fmt: skip
    assert found[1].listed_at == found[1].seen_at == (2,)
    assert found[1].listed == "A1?3BC77"


def test_an_empty_list_and_an_empty_batch() -> None:
    assert ListIndex.of(()).match([key("A123BC77")]) == ()
    assert ListIndex.of([listed(1, "A123BC77")]).match([]) == ()
    assert len(ListIndex.of(()).with_changes([listed(1, "A123BC77")])) == 1


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (listed(9, "A12?BC77", "exact"), "unknown character"),
        (listed(9, "A1???C?7", "partial"), "fewer than 5"),
        (listed(9, "А123ВС77"), "neither"),
        (listed(9, "a123bc77"), "neither"),
        (listed(9, "A\x00123"), "neither"),
        (listed(9, "A123BC77\x00"), "neither"),
        (listed(9, "A"), "1 characters"),
        (listed(9, "A123BC7777777"), "13 characters"),
    ],
)
def test_an_entry_no_plate_can_match_is_named(entry: ListEntry, word: str) -> None:
    with pytest.raises(ListError, match=word) as caught:
        ListIndex.of([listed(1, "A123BC77"), entry])
    assert "entry 9" in str(caught.value)
    assert caught.value.code == "list.invalid"


def test_two_entries_of_one_number_are_refused() -> None:
    with pytest.raises(ListError) as caught:
        ListIndex.of([listed(1, "A123BC77"), listed(1, "A123BC78")])
    assert caught.value.code == "list.duplicate_number"


def test_a_number_beyond_64_bits_is_refused() -> None:
    with pytest.raises(ListError, match="64 bits"):
        ListIndex.of([listed(2**63, "A123BC77")])
