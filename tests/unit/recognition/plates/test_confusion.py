from recognition.plates import confusion_cost


def test_a_glyph_is_itself_for_nothing() -> None:
    assert confusion_cost("A", "A") == 0.0


def test_swaps_cost_the_same_both_ways() -> None:
    for one, other in (("0", "O"), ("8", "B"), ("7", "T"), ("1", "I")):
        assert confusion_cost(one, other) == confusion_cost(other, one) != 0.0


def test_what_nobody_mistakes_is_no_swap() -> None:
    assert confusion_cost("X", "0") is None
