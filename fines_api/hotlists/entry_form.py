"""From what a person typed to an entry: which plate it is, on which list, and what that list allows.  Pure."""

from datetime import datetime
from uuid import UUID

from fines_api.hotlists.policy import PARTIAL_PRIORITY, UNKNOWN_MARK, WILDCARDS, Hotlist, is_within
from fines_api.hotlists.schemas import NewEntry
from fines_api.kit.errors import InvalidError
from recognition.contracts import HotlistEntryRecord, MatchPolicy
from recognition.plates import canonical, fault_of, keys_for, load_grammars


def list_code_of(new: NewEntry) -> str:
    """Return the list an entry asks for: named, or its reason's.

    Raises:
        InvalidError: it names neither (``hotlist.reason``).
    """
    code = new.list_code or (new.reason and new.reason.value)
    if not code:
        raise InvalidError("an entry belongs to a list", hint="give list_code or reason", code="hotlist.reason")
    return code


def record_of(new: NewEntry, hotlist: Hotlist, entry_id: UUID, owner_region: str, now: datetime) -> HotlistEntryRecord:
    """Make the first version of an entry.

    Raises:
        InvalidError: wildcard, no such plate, doubtful type, a policy the list does not allow, or a term in the past
            or too long for the list.
    """
    if new.reason not in {None, hotlist.reason}:
        raise InvalidError(
            f"the list {hotlist.code} is for {hotlist.reason}", hint="leave reason out", code="hotlist.reason"
        )
    policy = new.match_policy or hotlist.match_policy
    check_policy(policy, new.plate, hotlist)
    check_term(new.valid_until, now, hotlist)
    key = plate_key_of(new.plate, new.plate_region, new.plate_type, policy)
    return HotlistEntryRecord(
        entry_id=entry_id,
        owner_region=owner_region,
        version=1,
        plate=key[0],
        plate_region=key[1],
        plate_type=key[2],
        reason=hotlist.reason,
        list_code=hotlist.code,
        match_policy=policy,
        priority=new.priority or hotlist.priority,
        vehicle_class=new.vehicle_class,
        make=new.make,
        colour=new.colour,
        description=new.description,
        legal_basis=new.legal_basis,
        source_id=new.source_id,
        valid_from=now,
        valid_until=new.valid_until,
        confirmed_at=now,
    )


def check_policy(policy: MatchPolicy, text: str, hotlist: Hotlist) -> None:
    """Refuse a policy the list does not allow, and unknown characters without the policy for them.

    Raises:
        InvalidError: ``hotlist.wildcard``, ``hotlist.policy`` or ``hotlist.partial``.
    """
    if (WILDCARDS - {UNKNOWN_MARK}) & set(text):
        raise InvalidError("an entry names one plate, no pattern", hint="type the whole plate", code="hotlist.wildcard")
    if UNKNOWN_MARK in text and policy is not MatchPolicy.PARTIAL:
        raise InvalidError(
            "an entry names one plate, no pattern",
            hint="type the whole plate, or choose the policy partial where the list allows it",
            code="hotlist.wildcard",
        )
    if policy is MatchPolicy.PARTIAL and UNKNOWN_MARK not in text:
        raise InvalidError(
            "the whole plate is known", hint="choose the policy exact or confusable", code="hotlist.partial"
        )
    if policy is MatchPolicy.PARTIAL and hotlist.priority != PARTIAL_PRIORITY:
        raise InvalidError(
            f"the list {hotlist.code} is not urgent enough for partial plates",
            hint="only lists of priority 1 take them",
            code="hotlist.partial",
        )
    if not is_within(policy, hotlist.widest_policy):
        raise InvalidError(
            f"the list {hotlist.code} allows {hotlist.widest_policy} at most",
            hint="leave match_policy out",
            code="hotlist.policy",
        )


def check_term(valid_until: datetime, now: datetime, hotlist: Hotlist) -> None:
    """Refuse a term in the past, or longer than the list allows.

    Raises:
        InvalidError: ``hotlist.term``.
    """
    if not now < valid_until <= now + hotlist.longest_validity:
        raise InvalidError(
            f"valid_until must be in the future and within {hotlist.longest_validity.days} days",
            hint="stale entries harm the innocent: confirm the entry again later",
            code="hotlist.term",
        )


def plate_key_of(
    text: str, plate_region: str, plate_type: str | None, policy: MatchPolicy = MatchPolicy.EXACT
) -> tuple[str, str, str]:
    """Make the key (text, country, type) of a plate as a person typed it, in any alphabet or spacing.

    Raises:
        InvalidError: ``hotlist.wildcard``, ``hotlist.plate`` (no such plate), ``hotlist.plate_type`` (say which) or
            ``hotlist.partial`` (too few known characters).
    """
    if WILDCARDS & set(text) - ({UNKNOWN_MARK} if policy is MatchPolicy.PARTIAL else set()):
        raise InvalidError("an entry names one plate, no pattern", hint="type the whole plate", code="hotlist.wildcard")
    plain = UNKNOWN_MARK.join(canonical(part) for part in text.split(UNKNOWN_MARK))
    if policy is MatchPolicy.PARTIAL and (fault := fault_of(plain, policy)):
        raise InvalidError(f"{plain[:16]!r}: {fault}", hint="give more of the plate", code="hotlist.partial")
    types = _types_of(plain, plate_region)
    if plate_type is not None:
        types = tuple(each for each in types if each == plate_type)
    if not types:
        raise InvalidError(
            f"{plain[:16]!r} is no plate of {plate_region}" + (f" type {plate_type}" if plate_type else ""),
            hint="check every character and the country",
            code="hotlist.plate",
        )
    if len(types) > 1:
        raise InvalidError(
            f"the same text is several plates: types {', '.join(types)}",
            hint="give plate_type",
            code="hotlist.plate_type",
        )
    return plain, plate_region, types[0]


def _types_of(plain: str, plate_region: str) -> tuple[str, ...]:
    if UNKNOWN_MARK not in plain:
        return tuple(key.plate_type for key in keys_for(plain, plate_region))
    found = {
        layout.series
        for grammar in load_grammars()
        if grammar.plate_region == plate_region
        for layout in grammar.layouts
        if len(plain) == len(layout.slots)
        and all(mark == UNKNOWN_MARK or mark in slot for mark, slot in zip(plain, layout.slots, strict=True))
    }
    return tuple(sorted(found))
