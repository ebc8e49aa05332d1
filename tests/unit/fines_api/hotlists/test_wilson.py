"""How sure a share is."""

import pytest

from fines_api.hotlists.precision.policy import wilson


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),  # values of R's prop.test(correct = FALSE)
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_the_interval_is_wilsons(right: int, judged: int, low: float, high: float) -> None:
    share = wilson(right, judged)
    assert share is not None
    assert (share.value, share.low, share.high) == pytest.approx((right / judged, low, high), abs=5e-5)


def test_nothing_judged_is_no_share() -> None:
    assert wilson(0, 0) is None
