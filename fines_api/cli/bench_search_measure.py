"""What searches cost: as officers ask them, through the service, in the role that sees one region, up to the commit."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
import psycopg
from sqlalchemy import event

from fines_api.cli.bench_search_load import DAYS, NOW, PER_VEHICLE, SITES, Fleet, load, open_bench_node
from fines_api.identity.schemas import Principal, Role
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import InvalidError
from fines_api.node import Node
from fines_api.passages.repository import searching
from fines_api.search.dictionary.keeping import rebuild, refresh
from fines_api.search.finding import Finder
from fines_api.search.policy import Rank
from fines_api.search.schemas import Decision, NewConvoy, NewSearch, NewStakeOut, NewTrace, SearchMode, StakeOutPlace
from fines_api.search.service import SearchService

Figures = dict[str, float | None]
_PASSWORD: Final = "bench only, thrown away with the folder"  # noqa: S105
_WARM: Final = 12
"""Statements are prepared at their sixth run and planned for good at their eleventh."""
_COUNTS: Final = {
    "exact": 300, "partial": 150, "wildcard": 150, "confusable": 60, "trace": 100, "convoy": 12, "stake_out": 30,
}  # fmt: skip
KINDS: Final = tuple(_COUNTS)
_GROUNDS: Final[dict[str, Any]] = {
    "purpose": "criminal_case", "case_number": "bench 1", "legal_basis": "bench", "since": NOW - timedelta(days=DAYS),
    "until": NOW + timedelta(seconds=1),
}  # fmt: skip


@dataclass(frozen=True)
class SearchFigures:
    """One size: milliseconds, bytes and shares, and the plan of every kind of search."""

    passages: int
    figures: Figures
    plans: dict[str, list[list[str]]] = field(default_factory=dict)


def measure(
    sizes: Sequence[int],
    folder: Path,
    event_bytes: int,
    seed: int,
    tell: Callable[[str], None],
    *,
    counts: Mapping[str, int] = _COUNTS,
) -> list[SearchFigures]:
    """Fill a region up to each size in turn, and measure it there; the same seed draws the same month."""
    node = open_bench_node(folder)
    try:
        done, chance, before = [], np.random.default_rng(seed), 0
        officers = _officers(node)
        for size in sizes:
            fleet = Fleet.drawn(np.random.default_rng(seed), size // PER_VEHICLE)
            load_s = load(node, fleet, chance, size - before, event_bytes)
            tell(f"{size:,} passages: loaded in {load_s:.0f} s")
            figures, plans = _at_size(node, fleet, chance, officers, counts)
            done.append(SearchFigures(size, {"load_s": load_s, **figures}, plans))
            before = size
        return done
    finally:
        node.close()


def _at_size(
    node: Node,
    fleet: Fleet,
    chance: np.random.Generator,
    officers: tuple[Principal, Principal],
    counts: Mapping[str, int],
) -> tuple[Figures, dict[str, list[list[str]]]]:
    figures: Figures = {}
    begun = time.perf_counter()
    figures["plates"] = float(rebuild(node))
    figures["dictionary_s"] = time.perf_counter() - begun
    begun = time.perf_counter()
    refresh(node)
    figures["refresh_ms"] = 1000 * (time.perf_counter() - begun)
    plans: dict[str, list[list[str]]] = {}
    for kind, count in counts.items():
        asked = [_asked(kind, fleet, chance) for _ in range(count + _WARM)]
        figures |= _timed(kind, node, officers, asked)
        plans[kind] = _plans(node, asked[-1])
    figures |= _blindness(node, fleet, chance)
    figures |= _sizes(node)
    return figures, plans


def _officers(node: Node) -> tuple[Principal, Principal]:
    """Make two chiefs: one who searches, one who agrees."""
    with node.database.begin() as session:
        made = []
        for name in ("bench-1", "bench-2"):
            user_id = IdentityService(session, node).create_user(name, _PASSWORD, Role.POLICE, actor="bench")
            made.append(Principal(uuid4(), Role.POLICE, name, user_id))
            SearchService(session, node).set_rank(name, Rank.CHIEF, made[-1])
    return made[0], made[1]


def _asked(kind: str, fleet: Fleet, chance: np.random.Generator) -> Any:
    """Draw one search after a plate as it passes."""
    text = fleet.texts[int(fleet.pick(chance, 1)[0])]
    if kind == "trace":
        return NewTrace(**_GROUNDS, kind="trace", plate=text)
    if kind == "convoy":
        return NewConvoy(**_GROUNDS, kind="convoy", plate=text)
    if kind == "stake_out":
        grounds = {name: _GROUNDS[name] for name in ("purpose", "case_number", "legal_basis")}
        starts = [NOW - timedelta(seconds=float(each)) for each in chance.uniform(3600, DAYS * 86_400, 3)]
        places = [
            StakeOutPlace(site_id=f"s{int(site):03d}", since=start, until=start + timedelta(minutes=30))
            for site, start in zip(chance.integers(SITES, size=3), starts, strict=True)
        ]
        return NewStakeOut(**grounds, kind="stake_out", places=tuple(places), at_least=2)
    return NewSearch(**_GROUNDS, mode=SearchMode(kind), plate=_known_part(kind, text, chance))


def _known_part(kind: str, text: str, chance: np.random.Generator) -> str:
    """Return what a witness kept of the plate: four to six characters in a row, or all but one or two and the end."""
    if kind == "partial":
        length = min(int(chance.integers(4, 7)), len(text))
        start = int(chance.integers(len(text) - length + 1))
        return text[start : start + length]
    if kind == "wildcard":
        hidden = set(chance.choice(min(6, len(text)), int(chance.integers(1, 3)), replace=False).tolist())
        kept = "".join("?" if at in hidden else mark for at, mark in enumerate(text))
        return kept if chance.random() < 0.5 or len(text) < 7 else kept[:6] + "*"  # noqa: PLR2004
    return text


def _timed(kind: str, node: Node, officers: tuple[Principal, Principal], asked: Sequence[Any]) -> Figures:
    """Time the search itself and the whole answer, commit included, after some to warm up."""
    searched, answered, found, refused = [], [], [], 0
    for number, one in enumerate(asked):
        try:
            took_ms, whole_ms, count = _once(node, officers, one)
        except InvalidError:
            refused += number >= _WARM
            continue
        if number >= _WARM:
            searched.append(took_ms)
            answered.append(whole_ms)
            found.append(count)
    if not searched:
        return {f"{kind}_p95_ms": None}
    return {
        f"{kind}_p50_ms": float(np.percentile(searched, 50)),
        f"{kind}_p95_ms": float(np.percentile(searched, 95)),
        f"{kind}_answered_p50_ms": float(np.percentile(answered, 50)),
        f"{kind}_answered_p95_ms": float(np.percentile(answered, 95)),
        f"{kind}_found_mean": float(np.mean(found)),
        f"{kind}_refused_share": refused / (len(asked) - _WARM),
    }


def _once(node: Node, officers: tuple[Principal, Principal], asked: Any) -> tuple[float, float, int]:
    if isinstance(asked, NewTrace):  # asked and agreed to before; what is timed is the look
        with node.database.begin() as session:
            service = SearchService(session, node)
            search_id = service.ask(asked, officers[0]).search.search_id
            service.decide(search_id, Decision(is_approved=True), officers[1])
    begun = time.perf_counter()
    with node.database.begin() as session:
        service = SearchService(session, node)
        answer = (
            service.results(search_id, None, officers[0])
            if isinstance(asked, NewTrace)
            else service.ask(asked, officers[0])
        )
    whole_ms = 1000 * (time.perf_counter() - begun)
    assert answer.search.took_ms is not None
    return answer.search.took_ms, whole_ms, answer.search.found or 0


def _find(node: Node, session: Any, asked: Any, since: Any = None) -> Sequence[Any]:
    finder = Finder(session, node, since or NOW - timedelta(days=400))
    if isinstance(asked, NewSearch):
        return finder.passages(asked)
    if isinstance(asked, NewTrace):
        return finder.trace(asked)
    return finder.convoy(asked) if isinstance(asked, NewConvoy) else finder.stake_out(asked)


def _plans(node: Node, asked: Any) -> list[list[str]]:
    """Return the executed plan of every statement of a search that reads passages or the dictionary, in its role."""
    with node.database.begin() as session:
        with _statements(node) as statements:
            try:
                _find(node, session, asked)
            except InvalidError:
                return []
        raw: Any = session.connection().connection.driver_connection
        with searching(session, node.settings.region, NOW - timedelta(days=400)):
            return [
                [row[0] for row in raw.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", parameters)]
                for statement, parameters in statements
            ]


@contextmanager
def _statements(node: Node) -> Iterator[list[tuple[str, Any]]]:
    kept: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "passages" in statement or "plates" in statement:
            kept.append((statement, parameters))

    event.listen(node.database.engine, "before_cursor_execute", keep)
    try:
        yield kept
    finally:
        event.remove(node.database.engine, "before_cursor_execute", keep)


def _blindness(node: Node, fleet: Fleet, chance: np.random.Generator) -> Figures:
    """Check that the database hides other regions and what is older than the rank: 1 where nothing shows through."""
    busy = NewSearch(**_GROUNDS, plate=fleet.texts[int(fleet.pick(chance, 1)[0])])
    elsewhere = replace(node, settings=node.settings.model_copy(update={"region": "78"}))
    with node.database.begin() as session:
        here, there = _find(node, session, busy), _find(elsewhere, session, busy)
        floor = here[0].captured_at + timedelta(microseconds=1) if here else NOW
        late = _find(node, session, busy, floor)
    return {
        "is_other_region_blind": float(bool(here) and not there),
        "is_past_of_rank_blind": float(bool(here) and not late),
    }


def _sizes(node: Node) -> Figures:
    with psycopg.connect(node.database.dsn) as connection:
        rows = {
            "passages_table_mb": "SELECT sum(pg_table_size(relid)) FROM pg_partition_tree('passages')",
            "passages_indexes_mb": "SELECT sum(pg_indexes_size(relid)) FROM pg_partition_tree('passages')",
            "dictionary_table_mb": "SELECT pg_table_size('plates')",
            "dictionary_tokens_mb": "SELECT pg_relation_size('ix_plates_tokens')",
            "dictionary_indexes_mb": "SELECT pg_indexes_size('plates')",
        }
        return {name: float(connection.execute(query).fetchone()[0]) / 1e6 for name, query in rows.items()}  # type: ignore[index]
