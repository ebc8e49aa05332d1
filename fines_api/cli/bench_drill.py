"""A drill for the hotlist: a hundred thousand passages of known truth through a whole centre, and who was called up."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
import psycopg

from fines_api.cli.bench_centre import Centre, Device, Listing, enrolled, opened_centre, sent_pictures
from fines_api.cli.bench_intake import IntakeRun, send_all
from fines_api.cli.bench_misreads import Misread, load_misreads
from fines_api.cli.bench_plates import Plates, draw, misread
from fines_api.cli.bench_traffic import Order, Picture, Sighting, passage_id_of, prepare
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import Verdict
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.clock import SystemClock
from recognition.contracts import MatchPolicy, PlateKey, VehicleClass
from recognition.plates.match_costs import load_confusions

DEVICES: Final = 20
BATCH: Final = 250
LISTED_EXACT: Final = 180_000
LISTED_NEAR: Final = 20_000
_ONE_GLYPH: Final = "swap"
_RIGHT_TEXT: Final = frozenset({"none", "other_kind"})
_LONG_AGO: Final = timedelta(days=200)
_ELSEWHERE: Final = {"ru": ("by", "standard"), "by": ("kz", "standard")}


class Fate(StrEnum):
    """What a passage of the drill truly is.

    ``misread`` is drawn by the table of costs, ``reader`` is what our reader itself gave out for drawn plates that no
    cost was measured on.
    """

    STOLEN = "stolen"
    MISREAD = "misread"
    READER = "reader"
    LOOKALIKE = "lookalike"
    COUNTRY = "country"
    VEHICLE = "vehicle"
    STALE = "stale"
    CLEARED = "cleared"
    INNOCENT = "innocent"


COUNTS: Final = {
    Fate.STOLEN: 1000, Fate.MISREAD: 2000, Fate.LOOKALIKE: 2000, Fate.COUNTRY: 1000, Fate.VEHICLE: 500,
    Fate.STALE: 300, Fate.CLEARED: 300,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One passage: what is seen, what it truly is, and the entry it truly is of, if any."""

    seen: Sighting
    fate: Fate
    entry: UUID | None


def measure(passages: int, seed: int, folder: Path) -> IntakeRun:
    """Run the drill; the same seed draws the same plates."""
    chance = np.random.default_rng(seed)
    near, exact, reader = draw(chance, LISTED_NEAR), draw(chance, LISTED_EXACT), load_misreads()
    single = [one for one in reader.misreads if one.error == _ONE_GLYPH]
    rate = sum(count for error, count in reader.errors.items() if error not in _RIGHT_TEXT) / reader.given
    entries = _listings(near, exact)
    listed = {entry.plate.plate for entry in entries} | {one.true for one in single}
    drill = [*_of_reader(single, len(entries)), *_cases(chance, near, listed)]
    drill += _innocents(chance, listed, passages - len(drill), rate)
    entries += [Listing(_true(one), MatchPolicy.CONFUSABLE, VehicleClass.CAR) for one in single]
    order = chance.permutation(len(drill))
    with opened_centre(folder, processes=2, entries=entries) as centre:
        devices = [enrolled(centre, f"camera-{number:04d}") for number in range(DEVICES)]
        pictures = sent_pictures(centre, devices[0], 10)
        _clear(centre, [case for case in drill if case.fate is Fate.CLEARED], pictures, folder)
        dealt = [[drill[at] for at in order[number::DEVICES]] for number in range(DEVICES)]
        orders = [
            _order(device, tuple(case.seen for case in hand), 100 + number, pictures, folder)
            for number, (device, hand) in enumerate(zip(devices, dealt, strict=True))
        ]
        sent = asyncio.run(send_all(centre.url, devices, prepare(orders, 2)))
        truth = {
            passage_id_of(one, number): case
            for one, hand in zip(orders, dealt, strict=True)
            for number, case in enumerate(hand)
        }
        return _judged(centre, truth, sent.accepted)


def _listings(near: Plates, exact: Plates) -> list[Listing]:
    stale = range(LISTED_NEAR - COUNTS[Fate.STALE], LISTED_NEAR)
    wide = [
        Listing(key, MatchPolicy.CONFUSABLE, VehicleClass.CAR, _LONG_AGO if number in stale else timedelta(0))
        for number, key in enumerate(near.as_keys())
    ]
    return wide + [Listing(key, MatchPolicy.EXACT, VehicleClass.CAR) for key in exact.as_keys()]


def _of_reader(misreads: Sequence[Misread], first: int) -> Iterator[Case]:
    for number, one in enumerate(misreads):
        seen = PlateKey(plate=one.read, plate_region=one.read_region, plate_type=one.read_type)
        yield Case(Sighting(seen), Fate.READER, Listing.entry_id(first + number))


def _true(one: Misread) -> PlateKey:
    return PlateKey(plate=one.true, plate_region=one.plate_region, plate_type=one.plate_type)


def _cases(chance: np.random.Generator, near: Plates, listed: set[str]) -> Iterator[Case]:
    """Draw the drill: every fate takes entries of its own, from the front; the stale ones are the last."""
    keys, start = near.as_keys(), 0
    for fate in (Fate.STOLEN, Fate.COUNTRY, Fate.VEHICLE, Fate.CLEARED):
        rows = range(start, start := start + COUNTS[fate])
        yield from (_case(fate, keys[row], row) for row in rows)
    for row in range(len(keys) - COUNTS[Fate.STALE], len(keys)):
        yield _case(Fate.STALE, keys[row], row)
    costs = load_confusions()
    for fate in (Fate.MISREAD, Fate.LOOKALIKE):
        taken = np.arange(start, start := start + 2 * COUNTS[fate])
        read, meant = misread(chance, Plates(near.texts[taken], near.kinds[taken]), costs)
        told = [(key, int(taken[at])) for key, at in zip(read.as_keys(), meant, strict=True) if key.plate not in listed]
        for key, row in told[: COUNTS[fate]]:
            entry = Listing.entry_id(row) if fate is Fate.MISREAD else None
            yield Case(Sighting(key), fate, entry)


def _case(fate: Fate, key: PlateKey, row: int) -> Case:
    seen = Sighting(key, VehicleClass.MOTORCYCLE if fate is Fate.VEHICLE else VehicleClass.CAR)
    if fate is Fate.COUNTRY:
        region, kind = _ELSEWHERE.get(key.plate_region, ("ru", "1"))
        seen = Sighting(PlateKey(plate=key.plate, plate_region=region, plate_type=kind))
    return Case(seen, fate, Listing.entry_id(row) if fate is Fate.STOLEN else None)


def _innocents(chance: np.random.Generator, listed: set[str], count: int, rate: float) -> Iterator[Case]:
    """Draw plates nobody looks for, some of them misread as our reader misreads."""
    plates = draw(chance, count)
    wrong = chance.random(count) < rate
    read, rows = misread(chance, plates, load_confusions())
    seen = dict(zip(rows.tolist(), read.as_keys(), strict=True))
    for number, key in enumerate(plates.as_keys()):
        if key.plate in listed:
            continue
        yield Case(Sighting(seen.get(number, key) if wrong[number] else key), Fate.INNOCENT, None)


def _order(device: Device, seen: tuple[Sighting, ...], seed: int, pictures: tuple[Picture, ...], folder: Path) -> Order:
    return Order(
        device.device_id, f"site-{device.device_id}", device.key.private_pem, seed, len(seen), BATCH,
        SystemClock().now(), pictures, (), 0, folder / f"{device.device_id}-{seed}.batches", seen,
    )  # fmt: skip


def _clear(centre: Centre, cases: Sequence[Case], pictures: tuple[Picture, ...], folder: Path) -> None:
    """Let these be seen once, and an officer say of each that it is another vehicle."""
    own = enrolled(centre, "camera-cleared")
    order = _order(own, tuple(case.seen for case in cases), 1, pictures, folder)
    asyncio.run(send_all(centre.url, [own], prepare([order], 1)))
    with centre.node.database.begin() as session:
        opened = IdentityService(session, centre.node).open_session(Role.POLICE, "drill", lifetime=timedelta(hours=1))
        officer = IdentityService(session, centre.node).principal(opened.token)
        assert officer is not None
        hits = HitService(session, centre.node)
        for hit in hits.alerts_after(0, len(cases)):
            hits.judge(hit.id, Verdict.WRONG_VEHICLE, "drill", officer)


def _judged(centre: Centre, truth: Mapping[UUID, Case], accepted: int) -> IntakeRun:
    with psycopg.connect(centre.node.database.dsn) as connection:
        rows = connection.execute("SELECT passage_id, entry_id, state FROM hotlist_hits").fetchall()
    hits = [(truth[passage], entry, state) for passage, entry, state in rows if passage in truth]
    found = {id(case) for case, entry, state in hits if entry == case.entry and state in {"new", "possible"}}
    called = [case for case, entry, state in hits if state == "new"]
    rightly = [case for case, entry, state in hits if state == "new" and entry == case.entry]
    by_fate = {fate: [case for case in truth.values() if case.fate is fate] for fate in Fate}
    new = {id(case) for case in rightly}
    done = IntakeRun(len(truth))
    done.figures = {
        "passages": float(len(truth)),
        "not_accepted": float(len(truth) - accepted),
        "stolen_called": _share([id(case) in new for case in by_fate[Fate.STOLEN]]),
        "misread_found": _share([id(case) in found for case in by_fate[Fate.MISREAD]]),
        "reader_misread_found": _share([id(case) in found for case in by_fate[Fate.READER]]),
        "false_of_called": (len(called) - len(rightly)) / max(len(called), 1),
        "called": float(len(called)),
    }
    states = {fate: {} for fate in Fate}  # type: dict[Fate, dict[str, int]]
    for case, _, state in hits:
        states[case.fate][state] = states[case.fate].get(state, 0) + 1
    done.notes["hits_by_fate"] = {fate.value: {"passages": len(by_fate[fate])} | states[fate] for fate in Fate}
    innocent = by_fate[Fate.INNOCENT]
    shown = {id(case) for case, _, state in hits if state == "possible"}
    done.figures["innocent_possible_per_1000"] = 1000 * _share([id(case) in shown for case in innocent])
    return done


def _share(are_so: Sequence[bool]) -> float:
    return sum(are_so) / len(are_so) if are_so else 0.0
