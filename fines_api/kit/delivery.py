"""Files to browsers, never as active content; one byte range where asked (RFC 9110 §14) lets a clip be wound."""

import re

from starlette.responses import Response

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_INLINE = {"image/jpeg", "image/png", "video/mp4", "application/pdf"}


def deliver(data: bytes, media_type: str, *, file_name: str, range_header: str | None = None) -> Response:
    """Answer with the whole file, or with the range asked for; anything but pictures, clips and PDF is a download."""
    disposition = "inline" if media_type in _INLINE else "attachment"
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'{disposition}; filename="{file_name}"',
        "Cache-Control": "private, no-store",
    }
    span = _span(range_header, len(data))
    if span is None:
        return Response(data, media_type=media_type, headers=headers)
    first, last = span
    if first > last:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
    return Response(data[first : last + 1], 206, media_type=media_type, headers=headers)


def _span(header: str | None, size: int) -> tuple[int, int] | None:
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    last = int(match[2]) if match[2] else size - 1
    return int(match[1]), min(last, size - 1)
