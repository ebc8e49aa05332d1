"""Whatever happened on whatever days: what must stay is there byte for byte, and nothing else has plate or event."""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from fines_api.privacy.policy import end_of
from recognition.contracts import Passage

pytestmark = pytest.mark.integration

_DAYS, _PASSAGES = 6, 45


class _Story:
    """Random days, and what a reader of the law would expect of them."""

    def __init__(self, region: Any, seed: int, plates: tuple[str, ...]) -> None:
        self.region, self.rnd, self.plates = region, random.Random(seed), plates
        self.pool = [region.build.jpeg(b"picture %d" % number) for number in range(25)]
        self.told: list[tuple[Passage, str, list[bytes]]] = []

    def tell(self) -> None:
        start = self.region.clock.now()
        self.region.list_vehicle(self.plates[0])
        held_plate, held_site = self.plates[3], (start + timedelta(days=2), start + timedelta(days=2, hours=5))
        for at in sorted(start + timedelta(hours=self.rnd.uniform(0, 24 * _DAYS)) for _ in range(_PASSAGES)):
            pictures = self.rnd.sample(self.pool, self.rnd.randint(0, 2))
            kind = self.rnd.choices(("plain", "case", "single"), (8, 1, 1))[0]
            has_partition = self.rnd.random() < 0.8
            if kind == "case":
                passage = self.region.suspect(at, pictures)
            else:
                plate = self.rnd.choice((*self.plates, None))
                passage = self.region.see(at, plate, pictures, has_partition=has_partition)
            if kind == "single":
                self.region.hold(passage_id=passage.passage_id)
            text = passage.plate.plate if passage.plate else None
            is_held = kind == "single" or text == held_plate or held_site[0] <= at < held_site[1]
            is_hit = text == self.plates[0]
            why = "legal_hold" if is_held else "case" if kind == "case" else "hit" if is_hit else "other"
            self.told.append((passage, why, pictures))
        self.region.hold(plate=held_plate)
        self.region.hold(site_id="test-road", captured_since=held_site[0], captured_until=held_site[1])

    def check(self, now: datetime) -> None:
        needed: set[bytes] = set()
        for passage, why, pictures in self.told:
            end = end_of(passage.captured_at.date())
            if why != "other" or now < end + timedelta(hours=73):
                assert self.region.is_whole(passage), (why, passage.captured_at)
                needed |= set(pictures)
            elif now < end + timedelta(days=30):
                assert self.region.is_pseudonymised(passage)
            else:
                assert self.region.row(passage.passage_id) == ()
        used = {data for _, _, pictures in self.told for data in pictures}
        assert {data for data in used if self.region.is_stored(data)} == needed

    def whys_before(self, now: datetime, term: timedelta) -> Counter[str]:
        """Count by class the passages whose day is older than a term."""
        return Counter(why for each, why, _ in self.told if end_of(each.captured_at.date()) + term <= now)


@pytest.mark.parametrize("seed", range(4))
def test_what_must_stay_stays_and_nothing_else(region: Any, plates: tuple[str, ...], seed: int) -> None:
    story = _Story(region, seed, plates)
    story.tell()
    pseudonymised: Counter[str] = Counter()
    dropped = 0
    for days in (0, 1, 1.5, 2, 20, 6, 4):
        done = region.night(days=days)
        now = region.clock.now()
        story.check(now)
        for each in done:
            pseudonymised.update({"all": each.counts.get("pseudonymised", 0)})
            dropped += each.counts.get("dropped", 0)
        assert pseudonymised["all"] == story.whys_before(now, timedelta(hours=73))["other"]
        assert dropped == story.whys_before(now, timedelta(days=30))["other"]
        state = region.whole_state()
        assert region.night() == []
        assert region.whole_state() == state
    kept = Counter(why for (why,) in region.all("SELECT why FROM kept_passages"))
    expected = story.whys_before(region.clock.now(), timedelta(days=30))
    del expected["other"]
    assert kept == expected
