"""Entries and hits between two regions over a real hub that is killed and wiped."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.integration
Wait = Callable[[Callable[[], bool], float], float]


def test_an_entry_of_77_is_matched_in_50_and_the_hit_comes_home(joined: tuple[Any, Any], wait_until: Wait) -> None:
    owner, reader = joined
    entry = owner.look_for("A372MK77")
    wait_until(lambda: reader.entries() == [entry], 5)

    passage = reader.see("A372MK77")
    reader.see("H806TY190")  # nobody looks for this one: nothing leaves the region

    wait_until(lambda: owner.hit_passages() == [passage], 5)
    (home,) = owner.hits()
    (local,) = reader.hits()
    assert home.hit_id == local.hit_id
    assert (home.seen_region, home.owner_region, home.place) == ("50", "77", "Gate street 1")
    wait_until(lambda: reader.peer().list_age_s is not None, 8)
    assert reader.peer().list_age_s < 6
    assert reader.peer().missing == 0


def test_both_regions_go_on_while_the_hub_is_dead_and_catch_up(
    joined: tuple[Any, Any], hub: Any, wait_until: Wait
) -> None:
    owner, reader = joined
    entries = [owner.look_for("A372MK77")]
    wait_until(lambda: reader.entries() == entries, 5)
    passages = [reader.see("A372MK77")]
    wait_until(lambda: owner.hit_passages() == passages, 5)

    hub.kill()
    passages.append(reader.see("A372MK77"))
    assert reader.hit_passages() == sorted(passages), "the reading region matches without the hub"
    assert len(owner.hits()) == 1
    entries.append(owner.look_for("E514OP50"))  # made while nobody can hear it
    late = reader.see("E514OP50")  # and the vehicle passes before the news

    hub.start()
    wait_until(lambda: reader.entries() == sorted(entries), 15)
    reader.work()
    wait_until(lambda: owner.hit_passages() == sorted([*passages, late]), 5)
    assert reader.hit_passages() == sorted([*passages, late]), "found by searching back"
    assert not owner.refusals()
    assert not reader.refusals()


def test_a_hub_that_lost_everything_is_filled_again_and_nothing_is_doubled(
    joined: tuple[Any, Any], hub: Any, wait_until: Wait
) -> None:
    owner, reader = joined
    entries = [owner.look_for("A372MK77")]
    wait_until(lambda: reader.entries() == entries, 5)
    passages = [reader.see("A372MK77")]
    wait_until(lambda: owner.hit_passages() == passages, 5)

    hub.kill()
    hub.wipe()
    reader.stop_relay()  # this region misses the first fill: what it lacks must still be there when it comes back
    entries.append(owner.look_for("E514OP50"))
    passages.append(reader.see("A372MK77"))
    hub.start()
    wait_until(lambda: owner.overview().waiting == 0, 15)
    reader.start_relay()

    wait_until(lambda: owner.hit_passages() == sorted(passages), 15)
    wait_until(lambda: reader.entries() == sorted(entries), 15)
    passages.append(reader.see("E514OP50"))
    wait_until(lambda: owner.hit_passages() == sorted(passages), 5)
    assert reader.hit_passages() == sorted(passages)
    wait_until(lambda: reader.peer().last_announced == 2, 8)
    assert (reader.peer().last_received, reader.peer().missing) == (2, 0)
    assert not owner.refusals()
    assert not reader.refusals()


def test_rubbish_on_the_hub_is_quarantined_and_the_traffic_goes_on(
    joined: tuple[Any, Any], hub: Any, wait_until: Wait
) -> None:
    owner, reader = joined
    entries = [owner.look_for("A372MK77")]
    wait_until(lambda: reader.entries() == entries, 5)
    hub.publish("77", "hot.77", b"\xff not an envelope")
    entries.append(owner.look_for("E514OP50"))
    wait_until(lambda: reader.entries() == sorted(entries), 5)
    assert reader.refusals() == ["regions.malformed"]


@pytest.mark.parametrize("subject", ["hot.77", "hit.77.78", "beat.77", "$JS.API.STREAM.PURGE.HOT", "_INBOX_77.x"])
def test_the_hub_lets_a_region_speak_under_its_own_name_only(hub: Any, subject: str) -> None:
    assert hub.refuses("50", subject)


@pytest.mark.parametrize("subject", ["hot.50", "hit.77.50", "beat.50"])
def test_the_hub_lets_a_region_speak_under_its_own_name(hub: Any, subject: str) -> None:
    assert not hub.refuses("50", subject)
