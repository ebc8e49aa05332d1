import pytest

from fines_api.regions.policy import Address, RefusedError, describe_age, hit_stream, parse_subject


@pytest.mark.parametrize(
    ("age_s", "text"),
    [
        (None, "—"),
        (-3, "00:00"),
        (7.9, "00:07"),
        (61, "01:01"),
        (3599, "59:59"),
        (3600, "1 h 00 min"),
        (11100, "3 h 05 min"),
    ],
)
def test_an_age_is_written_for_people(age_s: float | None, text: str) -> None:
    assert describe_age(age_s) == text


@pytest.mark.parametrize(("stream", "subject"), [("hot", "hot.77"), (hit_stream("50"), "hit.50.77")])
def test_a_subject_names_stream_and_sender(stream: str, subject: str) -> None:
    assert Address("77", stream).subject == subject
    assert parse_subject(subject) == Address("77", stream)


@pytest.mark.parametrize("subject", ["", "hot", "hot.77.50", "hit.77", "hit.a.b.c", "beat.77", "HOT.77"])
def test_any_other_subject_is_refused(subject: str) -> None:
    with pytest.raises(RefusedError, match=r"regions\.malformed"):
        parse_subject(subject)
