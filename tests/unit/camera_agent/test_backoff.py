import random

from camera_agent.backoff import Backoff


def test_waits_double_within_their_bound_and_never_alike() -> None:
    backoff = Backoff(1.0, 30.0, random.Random(7))
    waits = [backoff.next_s() for _ in range(12)]
    for number, wait_s in enumerate(waits):
        bound_s = min(30.0, 2.0**number)
        assert bound_s / 2 <= wait_s <= bound_s
    assert len(set(waits)) == len(waits)


def test_a_success_starts_again_and_a_wish_is_heard() -> None:
    backoff = Backoff(1.0, 30.0, random.Random(7))
    for _ in range(5):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 1.0
    assert backoff.next_s(at_least_s=17.0) == 17.0
