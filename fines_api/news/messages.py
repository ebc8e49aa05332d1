"""What a subscriber is told: as little as lets an officer be called.  No pictures, no description, no entry."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from fines_api.hotlists.policy import HitState
from fines_api.hotlists.schemas import HitInfo
from fines_api.news.policy import NewsType, is_retraction
from recognition.contracts import isoformat_utc

_STATES = {
    HitState.NEW: "possible match",
    HitState.CORRECT: "correct match",
    HitState.WRONG_PLATE: "wrong plate",
    HitState.WRONG_REGION_OR_TYPE: "wrong country or type",
    HitState.WRONG_VEHICLE: "wrong vehicle",
    HitState.STALE: "stale",
}


@dataclass(frozen=True)
class News:
    """One event: what happened, to which hit (``None`` = a test), when it became news."""

    event_id: UUID
    type: NewsType
    at: datetime
    hit: HitInfo | None

    @property
    def message_id(self) -> str:
        """Name under which every attempt and every receiver sees this event."""
        return message_id(self.event_id)


def message_id(event_id: UUID) -> str:
    """Return the ``webhook-id`` of an event."""
    return f"msg_{event_id.hex}"


def event_id_of(news: NewsType, region: str, hit_id: UUID) -> UUID:
    """Name an event by what it is about: told twice, it has the same name."""
    return uuid5(NAMESPACE_URL, f"urn:rubezh:news:{region}:{news}:{hit_id}")


def message(news: News, public_url: str) -> dict[str, Any]:
    """Return the message for webhooks and brokers: ``type``, ``timestamp`` and ``data`` (Standard Webhooks).

    A verdict that the match was wrong carries neither plate nor place: nobody should look for that car.
    """
    data: dict[str, Any] = {"message": "a test of this subscription"}
    if (hit := news.hit) is not None:
        data = {
            "hit": hit.id,
            "hit_id": str(hit.hit_id),
            "state": _STATES[hit.state],
            "priority": hit.priority,
            "reason": hit.reason.value,
            "url": f"{public_url.rstrip('/')}/police#hit-{hit.id}",
        }
        if not is_retraction(news.type, hit.state):
            data |= {
                "captured_at": isoformat_utc(hit.captured_at),
                "matched_at": isoformat_utc(hit.matched_at),
                "place": hit.place,
                "plate": hit.plate_display,
            }
    return {"type": news.type.value, "timestamp": isoformat_utc(news.at), "data": data}


def push_message(news: News, public_url: str) -> dict[str, Any]:
    """Return the message for a browser: it passes through strangers, so no plate, no place and no reason."""
    told: dict[str, Any] = {"type": news.type.value, "url": f"{public_url.rstrip('/')}/police"}
    if news.hit is None:
        return told | {"message": "A test: nothing was seen"}
    text = f"A hit of priority {news.hit.priority}: open the wall"
    if news.type is NewsType.HIT_JUDGED:
        text = f"Hit {news.hit.id} was judged: open the wall"
    return told | {"hit": news.hit.id, "priority": news.hit.priority, "message": text}


def body_of(content: dict[str, Any]) -> bytes:
    """Write a message as it is sent and signed."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def topic_of(news: News, region: str) -> str:
    """Return the broker's topic: ``rubezh/<region>/hits/<reason>``."""
    return f"rubezh/{region}/hits/{news.hit.reason.value}" if news.hit else f"rubezh/{region}/test"
