"""When every passage is gone, the device's chain still verifies, and telling again brings nothing back."""

from datetime import timedelta
from typing import Any

import pytest

from recognition.contracts import GENESIS_HASH, ImageRole

pytestmark = pytest.mark.integration


def test_the_chain_outlives_its_passages(region: Any, device: Any, build: Any) -> None:
    picture = build.jpeg(b"seen")
    events = []
    for minute in range(5):
        device.put(picture)
        moment = region.clock.now() + timedelta(minutes=minute)
        events.append(device.passage(build.passage(moment, images={ImageRole.PLATE: picture})))
    assert [each["status"] for each in device.send(*events)] == ["accepted"] * 5
    region.night(days=32)
    assert region.all("SELECT 1 FROM passages UNION ALL SELECT 1 FROM kept_passages") == []
    assert not region.is_stored(picture)

    expected = GENESIS_HASH
    books = region.all("SELECT event_sha256, previous_sha256, signature, payload FROM intake_events ORDER BY seq")
    for digest, previous, signature, payload in books:
        assert previous.hex() == expected
        assert signature
        assert payload is None
        expected = digest.hex()
    assert (len(books), expected) == (5, device.previous)

    device.open_session()
    assert [each["status"] for each in device.send(*events)] == ["duplicate"] * 5
    assert region.all("SELECT 1 FROM passages") == []
    assert not region.is_stored(picture)
    assert device.send(device.passage(build.passage(region.clock.now())))[0]["status"] == "accepted"
    assert region.all("SELECT code FROM intake_alarms") == []
