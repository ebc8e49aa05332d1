"""Find passages in the role of searches; nothing here is written down and nobody's leave is asked: see ``service``."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from fines_api.db import Session
from fines_api.kit.errors import InvalidError
from fines_api.node import Node
from fines_api.passages.repository import searching
from fines_api.passages.service import clock_bound_s, plate_text
from fines_api.passages.tables import PassageRow
from fines_api.search.dictionary.confusable import likely_misreads, may_be_read_as
from fines_api.search.dictionary.repository import DictionaryRepository
from fines_api.search.dictionary.tokens import MIN_KNOWN, Pattern, part, pattern_of
from fines_api.search.geography import within
from fines_api.search.schemas import (
    Companion,
    NewConvoy,
    NewSearch,
    NewStakeOut,
    NewTrace,
    Present,
    SearchMode,
    TraceStep,
)
from fines_api.search.sightings.convoy import WIDE, Meeting, company_of
from fines_api.search.sightings.repository import PlaceAndTime, Presence, Sighting, SightingRepository, Wanted
from fines_api.search.sightings.trace import Leg, Seen, legs_of
from fines_api.sites.service import SiteService
from recognition.contracts import Place, PlateKey, VehicleClass
from recognition.plates import canonical, keys_for

MAX_PLATES: Final = 2000
"""More different plates than this no officer means."""
MAX_STEPS: Final = 5000
MAX_LEADS: Final = 1000
MAX_SHOWN: Final = 200


def asked_text(asked: NewSearch | NewTrace | NewConvoy | NewStakeOut) -> str | None:
    """Return the plate as the book keeps it: canonical, with the gaps of a pattern; ``None`` where none is asked for.

    Raises:
        InvalidError: no plate and no pattern (``passages.plate``, ``search.pattern``).
    """
    if isinstance(asked, NewStakeOut):
        return None
    if isinstance(asked, NewSearch) and asked.mode in {SearchMode.PARTIAL, SearchMode.WILDCARD}:
        return _pattern(asked).text
    return plate_text(asked.plate)


class Finder:
    """Searches of one region since a floor that the searcher's rank sets and the database enforces."""

    def __init__(self, session: Session, node: Node, floor: datetime) -> None:
        self._session = session
        self._node = node
        self._floor = floor
        self._sightings = SightingRepository(session)
        self._dictionary = DictionaryRepository(session)

    def passages(self, asked: NewSearch, after: tuple[datetime, UUID] | None = None) -> list[PassageRow]:
        """Return passages, newest first, one more than a page where there are more.

        Raises:
            InvalidError: not a plate or pattern, no site in the polygon, or too many plates fit (``search.too_broad``).
        """
        sites = self._sites(asked)
        with searching(self._session, self._node.settings.region, self._floor):
            texts = self._texts(asked)
            if not texts or sites == []:
                return []
            wanted = Wanted(
                texts, asked.since, asked.until, asked.plate_region, None, sites, asked.direction,
                asked.vehicle_class, after,
            )  # fmt: skip
            return self._sightings.newest(wanted, asked.limit + 1)

    def trace(self, asked: NewTrace) -> list[TraceStep]:
        """Return the way of one plate, oldest first.

        Raises:
            InvalidError: more passages than a trace can be read with (``search.too_broad``).
        """
        places = SiteService(self._session, self._node).places()
        wanted = Wanted([plate_text(asked.plate)], asked.since, asked.until, asked.plate_region, asked.plate_type)
        with searching(self._session, self._node.settings.region, self._floor):
            rows = self._sightings.in_order(wanted, MAX_STEPS + 1)
        if len(rows) > MAX_STEPS:
            raise _too_broad(f"more than {MAX_STEPS} passages", "ask for a shorter time")
        return _steps(rows, places)

    def convoy(self, asked: NewConvoy) -> list[Companion]:
        """Return vehicles that met one, those least explained by chance on top.

        Raises:
            InvalidError: the followed vehicle was seen too often for the time asked (``search.too_broad``).
        """
        text = plate_text(asked.plate)
        with searching(self._session, self._node.settings.region, self._floor):
            leads = self._sightings.in_order(Wanted([text], asked.since, asked.until), MAX_LEADS + 1)
            if len(leads) > MAX_LEADS:
                raise _too_broad(f"more than {MAX_LEADS} passages", "ask for a shorter time")
            windows = [_around(lead, WIDE * asked.within_s) for lead in leads]
            met = self._sightings.present(windows, asked.common_sites, text)
        judged = [_companion(one, leads, asked.within_s, len(met)) for one in met]
        found = [one for one in judged if one.common_sites >= asked.common_sites]
        found.sort(key=lambda one: (-one.score, -one.common_sites, -one.near_meetings, one.key.plate))
        return found[:MAX_SHOWN]

    def stake_out(self, asked: NewStakeOut) -> list[Present]:
        """Return vehicles that were at so many of the places in their times, those at most of them on top."""
        windows = [PlaceAndTime(place.site_id, place.since, place.until) for place in asked.places]
        with searching(self._session, self._node.settings.region, self._floor):
            found = [_present(one) for one in self._sightings.present(windows, asked.at_least)]
        found.sort(key=lambda one: (-len(one.places), one.first_at, one.key.plate))
        return found[:MAX_SHOWN]

    def _sites(self, asked: NewSearch) -> list[str] | None:
        if asked.polygon is None:
            return None if asked.sites is None else sorted(asked.sites)
        places = SiteService(self._session, self._node).places()
        inside = within({name: (at.longitude, at.latitude) for name, at in places.items()}, asked.polygon)
        return inside if asked.sites is None else sorted(set(inside) & set(asked.sites))

    def _texts(self, asked: NewSearch) -> list[str]:
        if asked.mode is SearchMode.EXACT:
            return [plate_text(asked.plate)]
        if asked.mode is SearchMode.CONFUSABLE:
            return self._misreads(plate_text(asked.plate), asked.plate_region)
        pattern = _pattern(asked)
        found = self._dictionary.candidates(pattern.tokens, pattern.regex, asked.plate_region, MAX_PLATES + 1)
        if len(found) > MAX_PLATES:
            raise _too_broad(f"more than {MAX_PLATES} plates fit", "give one more character")
        return found

    def _misreads(self, text: str, plate_region: str | None) -> list[str]:
        keys = keys_for(text, plate_region)
        seen = self._dictionary.keys_of(may_be_read_as(keys)) if keys else []
        return sorted({text, *likely_misreads(keys, seen)}) if seen else [text]


def _pattern(asked: NewSearch) -> Pattern:
    if asked.mode is SearchMode.PARTIAL:
        found = part(plate_text(asked.plate))
    else:
        typed = "".join(mark if mark in "?*" else canonical(mark) for mark in asked.plate)
        found = pattern_of(typed)
    if found is None:
        raise InvalidError(
            "not a pattern of a plate", hint="letters, digits, ? for one character, * for any", code="search.pattern"
        )
    if found.known < MIN_KNOWN or not any(len(run) > 1 for run in found.text.replace("?", "*").split("*")):
        raise InvalidError(
            f"fewer than {MIN_KNOWN} known characters, two of them side by side, fit half the town",
            hint="give more of the plate",
            code="search.pattern",
        )
    return found


def _steps(rows: Sequence[Sighting], places: dict[str, Place]) -> list[TraceStep]:
    seen = [
        Seen(
            row.passage_id, row.captured_at, row.site_id,
            (at.longitude, at.latitude) if (at := places.get(row.site_id)) else None, clock_bound_s(row.event),
        )
        for row in rows
    ]  # fmt: skip
    legs: list[Leg | None] = [None, *legs_of(seen)]
    return [_step(row, places.get(row.site_id), leg) for row, leg in zip(rows, legs, strict=False)]


def _step(row: Sighting, place: Place | None, leg: Leg | None) -> TraceStep:
    step = TraceStep(
        passage_id=row.passage_id,
        key=PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type),
        captured_at=row.captured_at,
        site_id=row.site_id,
        place=place.address if place else row.site_id,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        vehicle_class=VehicleClass(row.vehicle_class),
    )
    if leg is None:
        return step
    led = {"gap_s": leg.gap_s, "distance_m": leg.distance_m, "mean_kmh": leg.mean_kmh, "flags": leg.flags}
    return step.model_copy(update=led)


def _around(lead: Sighting, wide_s: float) -> PlaceAndTime:
    at = lead.captured_at.timestamp()
    return PlaceAndTime(
        lead.site_id, datetime.fromtimestamp(at - wide_s, UTC), datetime.fromtimestamp(at + wide_s, UTC)
    )


def _companion(one: Presence, leads: Sequence[Sighting], within_s: float, compared: int) -> Companion:
    meetings = []
    for number, site_id, at_s in zip(one.numbers, one.sites, one.at_s, strict=True):
        lead_at_s = leads[number].captured_at.timestamp()
        meetings.append(Meeting(lead_at_s, at_s - lead_at_s, site_id))
    company = company_of(meetings, within_s, compared)
    return Companion(
        key=_key(one), common_sites=company.common_sites, near_meetings=company.near_meetings,
        journeys=company.journeys, near_journeys=company.near_journeys, score=company.score,
        is_likely=company.is_likely,
    )  # fmt: skip


def _present(one: Presence) -> Present:
    first, last = min(one.at_s), max(one.at_s)
    return Present(
        key=_key(one), places=tuple(sorted(set(one.numbers))), first_at=datetime.fromtimestamp(first, UTC),
        last_at=datetime.fromtimestamp(last, UTC),
    )  # fmt: skip


def _key(one: Presence) -> PlateKey:
    return PlateKey(plate=one.plate, plate_region=one.plate_region, plate_type=one.plate_type)


def _too_broad(what: str, hint: str) -> InvalidError:
    return InvalidError(what, hint=hint, code="search.too_broad")
