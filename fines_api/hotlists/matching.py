"""Hits: made in the passage's transaction, or told by another region, judged by an officer."""

from collections.abc import Iterator
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.clearing import ClearingService, clearances_of
from fines_api.hotlists.hit_pictures import encoded_pictures, keep_pictures, media_type_of
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.policy import (
    FollowUp,
    HitState,
    Seen,
    Standing,
    Start,
    Verdict,
    alert_policy_of,
    bears,
    first_state,
    is_same_plate,
    standing,
)
from fines_api.hotlists.repository import HitRepository
from fines_api.hotlists.schemas import HitInfo
from fines_api.hotlists.score import Looks, Score, score_of
from fines_api.hotlists.tables import HotlistHitRow
from fines_api.identity.schemas import Principal
from fines_api.kit.errors import ConflictError, InvalidError, NotFoundError
from fines_api.kit.evidence import read_evidence
from fines_api.kit.jobs import defer
from fines_api.node import Node
from fines_api.passages.service import display_plate
from fines_api.registry.service import RegistryService
from recognition.contracts import (
    HotlistEntryRecord,
    ImageRole,
    MatchKind,
    Passage,
    PlateConsensus,
    PlateKey,
    RegionHitRecord,
    Site,
    VehicleClass,
)
from recognition.plates import ListEntry, ListIndex, ListMatch

MAX_LIST = 500
CALLING = (HitState.NEW,)
WAITING = (HitState.NEW, HitState.POSSIBLE)
_TOLD = frozenset({HitState.NEW, HitState.POSSIBLE, HitState.NOTIFIED, HitState.RECORDED})
_OVER = frozenset({Standing.EXPIRED, Standing.WITHDRAWN})


class HitService:
    """Hits of one region: seen here, or seen elsewhere on our entries."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._hits = HitRepository(session)
        self._lists = ListService(session, node)

    def record(
        self,
        entry: HotlistEntryRecord,
        match: ListMatch,
        passage: Passage,
        site: Site,
        *,
        is_searched_back: bool = False,
    ) -> HitInfo | None:
        """Make a hit of a match; ``None`` when the entry has ended, the list bears no such misread, or it was made."""
        now, plate, hotlist = self._node.clock.now(), passage.plate, self._lists.of(entry)
        where = standing(entry, hotlist.confirm_every, now)
        if plate is None or match.listed != entry.plate or where in _OVER or not bears(hotlist, match.kind, match.cost):
            return None
        seen, score = self._judged(entry, match, passage, plate, now)
        start = first_state(entry, alert_policy_of(hotlist, entry.reason), where, seen)
        row = HotlistHitRow(
            **_about_entry(entry),
            hit_id=uuid5(NAMESPACE_URL, f"urn:rubezh:hit:{entry.entry_id}:{passage.passage_id}"),
            seen_region=self._node.settings.region,
            passage_id=passage.passage_id,
            site_id=site.site_id,
            camera_id=passage.camera_id,
            place=site.place.address,
            latitude=site.place.latitude,
            longitude=site.place.longitude,
            captured_at=passage.captured_at,
            matched_at=now,
            plate=plate.plate,
            plate_region=plate.plate_region,
            plate_type=plate.plate_type,
            plate_confidence=plate.confidence,
            vehicle_class=passage.vehicle_class,
            match_kind=match.kind,
            match_cost=match.cost,
            score=score.value,
            reasons=[reason.model_dump(mode="json") for reason in score.reasons],
            images={image.role.value: image.sha256 for image in passage.images},
            is_searched_back=is_searched_back,
            **_start(start),
        )
        if not self._hits.add(row):
            return None
        if entry.owner_region != self._node.settings.region and start.state in _TOLD:
            defer(self._session, "regions.send_hit", record=self._region_record(row).model_dump(mode="json"))
        if row.state == HitState.NEW:
            defer(self._session, "news.publish", kind="hotlist.hit.created", number=row.id)
        return self.describe(row)

    def record_remote(self, record: RegionHitRecord, entry: HotlistEntryRecord) -> bool:
        """Keep a hit made by another region on our entry; false when it is here already.

        Raises:
            InvalidError: the plate is not the entry's under its policy, or a picture is no picture
                (``hotlist.remote_hit``).
        """
        if self._hits.by_hit_id(record.hit_id) is not None:
            return False
        match = match_of(entry, record.plate)
        if match is None:
            raise InvalidError("the hit's plate is not the entry's", code="hotlist.remote_hit")
        hotlist = self._lists.of(entry)
        where = standing(entry, hotlist.confirm_every, self._node.clock.now())
        seen = Seen(
            record.plate.plate, record.vehicle_class, match.kind, clearances=clearances_of(self._hits, entry.entry_id)
        )
        told = record.model_dump(
            include={
                "hit_id", "entry_version", "content_version", "seen_region", "passage_id", "site_id", "camera_id",
                "place", "latitude", "longitude", "captured_at", "matched_at", "plate_confidence", "vehicle_class",
                "score",
            }
        )  # fmt: skip
        row = HotlistHitRow(
            **_about_entry(entry) | told,
            plate=record.plate.plate,
            plate_region=record.plate.plate_region,
            plate_type=record.plate.plate_type,
            match_kind=match.kind,
            match_cost=match.cost,
            reasons=[reason.model_dump(mode="json") for reason in record.reasons],
            images=keep_pictures(self._node.storage, record.images),
            is_searched_back=False,
            **_start(first_state(entry, alert_policy_of(hotlist, entry.reason), where, seen)),
        )
        is_added = self._hits.add(row)
        if is_added and row.state == HitState.NEW:
            defer(self._session, "news.publish", kind="hotlist.hit.created", number=row.id)
        return is_added

    def judge(
        self, number: int, verdict: Verdict, note: str, user: Principal, *, action: FollowUp | None = None
    ) -> HitInfo:
        """Take an officer's verdict; a wrong match is not shown again, anywhere, until the source changes the entry.

        Raises:
            NotFoundError: no such hit.
            ConflictError: it was judged before, otherwise (``hit.judged``).
        """
        row, now = self._lock(number), self._node.clock.now()
        if row.verdict_at is not None:
            if row.state == verdict:
                return self.describe(row)
            raise ConflictError(f"this hit was judged {row.state} by {row.verdict_by}", code="hit.judged")
        row.state, row.state_reason = verdict.value, None
        row.verdict_by, row.verdict_at, row.verdict_note = user.actor, now, note
        ClearingService(self._session, self._node).clear(row, verdict, self._region_record)
        defer(self._session, "news.publish", kind="hotlist.hit.judged", number=number)
        details = {"verdict": verdict.value, "note": note, "hit_id": str(row.hit_id)}
        audit.record(self._session, self._node, user.actor, "hotlists:hit:judged", str(number), details)
        return self.describe(row) if action is None else self.follow_up(number, action, user)

    def follow_up(self, number: int, action: FollowUp, user: Principal) -> HitInfo:
        """Note what was done about a hit.

        Raises:
            NotFoundError: no such hit.
            ConflictError: nobody has judged it yet (``hit.not_judged``).
        """
        row = self._lock(number)
        if row.verdict_at is None:
            raise ConflictError("judge the hit first", hint="POST /v1/hits/{id}/verdict", code="hit.not_judged")
        row.action, row.action_by, row.action_at = action.value, user.actor, self._node.clock.now()
        details = {"action": action.value, "hit_id": str(row.hit_id)}
        audit.record(self._session, self._node, user.actor, "hotlists:hit:followed_up", str(number), details)
        return self.describe(row)

    def hits(self, limit: int, state: HitState | None, *others: HitState) -> list[HitInfo]:
        """List hits, newest first, in some states where they are given."""
        states = [each.value for each in (state, *others) if each is not None]
        return [self.describe(row) for row in self._hits.newest(min(max(limit, 1), MAX_LIST), states)]

    def hit(self, number: int) -> HitInfo:
        """Return one hit.

        Raises:
            NotFoundError: no such hit.
        """
        return self.describe(self._get(number))

    def alerts_after(self, number: int, limit: int = 100, *, with_possible: bool = False) -> list[HitInfo]:
        """Return hits that call an officer, and possible ones where asked for, with a greater number, in order."""
        states = WAITING if with_possible else CALLING
        return [self.describe(row) for row in self._hits.after(number, [each.value for each in states], limit)]

    def last_number(self) -> int:
        """Return the greatest hit number so far."""
        return self._hits.last_number()

    def passages_between(self, first: datetime, past: datetime) -> list[UUID]:
        """Return the passages captured in a time that are hits, whatever became of them."""
        return self._hits.passages_between(first, past)

    def pictures(self) -> Iterator[str]:
        """Yield the digest of every picture a hit refers to."""
        return self._hits.pictures()

    def image(self, number: int, role: ImageRole) -> tuple[bytes, str]:
        """Return a picture of the hit and its media type.

        Raises:
            NotFoundError: no such hit or picture.
            EvidenceDamagedError: the stored picture was altered.
        """
        digest = self._get(number).images.get(role.value)
        if digest is None:
            raise NotFoundError("no such picture")
        data = read_evidence(self._node.storage, digest)
        return data, media_type_of(data)

    def describe(self, row: HotlistHitRow) -> HitInfo:
        """Return the hit as people see it."""
        key = PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type)
        images = {role: f"/v1/hits/{row.id}/images/{role}" for role in row.images}
        plain = {name: getattr(row, name) for name in HitInfo.model_fields if name not in {"images", "plate_display"}}
        return HitInfo(**plain, images=images, plate_display=display_plate(key))

    def _judged(
        self, entry: HotlistEntryRecord, match: ListMatch, passage: Passage, plate: PlateConsensus, now: datetime
    ) -> tuple[Seen, Score]:
        """Put together what is known of the vehicle.

        The register's card is the seen plate's: of a text that is not the listed one it tells which vehicle that is,
        of the listed text only what the listed vehicle should look like.
        """
        card = RegistryService(self._session, self._node).vehicle_of(plate)
        make, colour = (card.make, card.colour) if card else ("", "")
        is_other = match.kind is not MatchKind.EXACT
        seen = Seen(
            plate.plate,
            passage.vehicle_class,
            match.kind,
            make if is_other else "",
            colour if is_other else "",
            clearances_of(self._hits, entry.entry_id),
        )
        looks = Looks(
            plate.plate, plate.confidence, plate.support, plate.looks, passage.vehicle_class, make=make, colour=colour
        )
        confirm_every = self._lists.of(entry).confirm_every
        return seen, score_of(entry, match, looks, now - entry.confirmed_at, confirm_every)

    def _get(self, number: int) -> HotlistHitRow:
        row = self._hits.get(number) if number < 2**63 else None
        if row is None:
            raise NotFoundError("no such hit")
        return row

    def _lock(self, number: int) -> HotlistHitRow:
        row = self._hits.lock(number) if number < 2**63 else None
        if row is None:
            raise NotFoundError("no such hit")
        return row

    def _region_record(self, row: HotlistHitRow) -> RegionHitRecord:
        plain = {
            name: getattr(row, name)
            for name in RegionHitRecord.model_fields
            if name not in {"plate", "images", "vehicle_class"}
        }
        return RegionHitRecord(
            **plain,
            vehicle_class=VehicleClass(row.vehicle_class),
            plate=PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type),
            images=encoded_pictures(self._node.storage, row.images),
        )


def match_of(entry: HotlistEntryRecord, plate: PlateKey) -> ListMatch | None:
    """Tell how a seen plate comes to an entry under the entry's own policy; None: not at all."""
    if entry.match_policy.value == "exact":
        return ListMatch(0, 0, MatchKind.EXACT, 0.0, entry.plate) if is_same_plate(entry, plate) else None
    one = ListEntry(0, entry.plate, entry.plate_region, entry.plate_type, entry.match_policy)
    return next(iter(ListIndex.of((one,)).match((plate,))), None)


def _about_entry(entry: HotlistEntryRecord) -> dict[str, object]:
    return {
        "entry_id": entry.entry_id,
        "entry_version": entry.version,
        "content_version": entry.content_version,
        "owner_region": entry.owner_region,
        "list_code": entry.list_code,
        "listed_plate": entry.plate,
        "reason": entry.reason,
        "priority": entry.priority,
        "description": entry.description,
    }


def _start(start: Start) -> dict[str, str | None]:
    return {"state": start.state.value, "state_reason": start.reason.value if start.reason else None}


def is_late(captured_at: datetime, matched_at: datetime, limit_s: float = 10.0) -> bool:
    """Tell whether the news of a hit came later than the promised seconds after capture."""
    return (matched_at - captured_at).total_seconds() > limit_s
