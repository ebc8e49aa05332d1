from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.passages.packing import pack, unpack


@given(st.binary(max_size=5000))
def test_what_was_signed_comes_back_byte_for_byte(event: bytes) -> None:
    assert unpack(pack(event)) == event
    assert unpack(b"\0" + event) == event


@given(st.binary(max_size=300))
def test_bytes_that_were_not_packed_are_a_value_error_or_other_bytes(stored: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(unpack(stored), bytes)


def test_a_stored_event_that_lost_its_end_is_not_passed_off_as_whole() -> None:
    stored = pack(b'{"data":{"plate":{"plate":"A123BC77"}}}' * 20)
    with pytest.raises(ValueError, match="lost its end"):
        unpack(stored[:-3])
