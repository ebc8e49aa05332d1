"""What a file would do to a list: entries to add, change, confirm, leave and withdraw.  Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from fines_api.hotlists.importing.reading import ImportLine
from fines_api.hotlists.policy import Hotlist
from recognition.contracts import HotlistEntryRecord

SUSPICIOUS_SHARE = 0.2
"""A whole list that would lose more than this is more often half a file than good news."""
_CONTENT = ("plate", "plate_region", "plate_type", "vehicle_class", "description")
_TERMS = ("legal_basis", "valid_until")


@dataclass(frozen=True)
class ImportCounts:
    """How many lines of a file do what."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    rejected: int = 0

    def plus(self, other: "ImportCounts") -> "ImportCounts":
        """Add up."""
        return ImportCounts(**{name: getattr(self, name) + getattr(other, name) for name in vars(self)})


@dataclass(frozen=True)
class Step:
    """What lines do: the versions to keep, of them those to search passages for, and the counts."""

    records: tuple[HotlistEntryRecord, ...] = ()
    searched: tuple[HotlistEntryRecord, ...] = ()
    counts: ImportCounts = field(default_factory=ImportCounts)


def entry_id_of(owner_region: str, list_code: str, source_id: str) -> UUID:
    """Return the id of what a source calls so: the same file twice makes no second entry."""
    return uuid5(NAMESPACE_URL, f"urn:rubezh:entry:{owner_region}:{list_code}:{source_id}")


def step_of(
    lines: Iterable[ImportLine],
    known: Mapping[str, HotlistEntryRecord],
    hotlist: Hotlist,
    owner_region: str,
    now: datetime,
) -> Step:
    """Compare lines with what their source said before.

    Terms alone do not lift what officers cleared, for the source says nothing new about the vehicle; an entry that is
    as it was is confirmed when half its time has passed, not every day.
    """
    records, searched = [], []
    added = changed = unchanged = 0
    for line in lines:
        before = known.get(line.source_id)
        if before is None or before.is_withdrawn:
            added += 1
            record = _fresh(line, before, hotlist, owner_region, now)
        elif _differs(line, before, (*_CONTENT, *_TERMS)):
            changed += 1
            record = _next(line, before, now, is_content=_differs(line, before, _CONTENT))
        else:
            unchanged += 1
            if now - before.confirmed_at > hotlist.confirm_every / 2:
                records.append(before.model_copy(update={"version": before.version + 1, "confirmed_at": now}))
            continue
        records.append(record)
        searched.append(record)
    return Step(tuple(records), tuple(searched), ImportCounts(added, changed, unchanged))


def step_of_gone(entries: Iterable[HotlistEntryRecord]) -> Step:
    """Withdraw what the whole list no longer names."""
    gone = tuple(
        one.model_copy(update={"version": one.version + 1, "is_withdrawn": True})
        for one in entries
        if not one.is_withdrawn
    )
    return Step(gone, (), ImportCounts(withdrawn=len(gone)))


def is_suspicious(withdrawn: int, standing: int) -> bool:
    """Tell whether a whole list loses so much that somebody must say the number."""
    return withdrawn > SUSPICIOUS_SHARE * standing


def _differs(line: ImportLine, before: HotlistEntryRecord, names: Iterable[str]) -> bool:
    return any(getattr(line, name) != getattr(before, name) for name in names)


def _next(line: ImportLine, before: HotlistEntryRecord, now: datetime, *, is_content: bool) -> HotlistEntryRecord:
    version = before.version + 1
    told = {name: getattr(line, name) for name in (*_CONTENT, *_TERMS)}
    content = version if is_content else before.content_version
    return before.model_copy(
        update=told | {"version": version, "content_version": content, "confirmed_at": now, "is_urgent": False}
    )


def _fresh(
    line: ImportLine, before: HotlistEntryRecord | None, hotlist: Hotlist, owner_region: str, now: datetime
) -> HotlistEntryRecord:
    version = before.version + 1 if before else 1
    return HotlistEntryRecord(
        entry_id=before.entry_id if before else entry_id_of(owner_region, hotlist.code, line.source_id),
        owner_region=owner_region,
        version=version,
        content_version=version,
        plate=line.plate,
        plate_region=line.plate_region,
        plate_type=line.plate_type,
        reason=hotlist.reason,
        list_code=hotlist.code,
        match_policy=hotlist.match_policy,
        priority=hotlist.priority,
        vehicle_class=line.vehicle_class,
        description=line.description,
        legal_basis=line.legal_basis,
        source_id=line.source_id,
        valid_from=now,
        valid_until=line.valid_until,
        confirmed_at=now,
    )
