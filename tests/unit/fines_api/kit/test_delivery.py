import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.kit.delivery import deliver

DATA = bytes(range(100))


@pytest.mark.parametrize(
    ("header", "status", "body"),
    [
        (None, 200, DATA),
        ("bytes=0-9", 206, DATA[:10]),
        ("bytes=90-", 206, DATA[90:]),
        ("bytes=90-5000", 206, DATA[90:]),
        ("bytes=-7", 206, DATA[-7:]),
        ("bytes=-5000", 206, DATA),
        ("bytes=100-", 416, b""),
        ("bytes=-", 200, DATA),
        ("bytes=0-1,5-6", 200, DATA),
        ("lines=1-2", 200, DATA),
    ],
)
def test_one_range_or_the_whole(header: str | None, status: int, body: bytes) -> None:
    response = deliver(DATA, "video/mp4", file_name="clip.mp4", range_header=header)
    assert (response.status_code, response.body) == (status, body)


@given(st.text(max_size=30))
def test_any_header_is_answered(header: str) -> None:
    assert deliver(DATA, "video/mp4", file_name="x", range_header=header).status_code in {200, 206, 416}


@pytest.mark.parametrize(
    ("media_type", "disposition"),
    [
        ("image/png", "inline"),
        ("application/pdf", "inline"),
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
    ],
)
def test_what_could_run_in_a_browser_is_a_download(media_type: str, disposition: str) -> None:
    response = deliver(DATA, media_type, file_name="x")
    assert response.headers["content-disposition"].startswith(disposition)
    assert response.headers["cache-control"] == "private, no-store"
