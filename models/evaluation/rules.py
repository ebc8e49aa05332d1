"""Judge the rules on scenes of known truth: whom they find of those who broke them, and whom they accuse who did not.

Every vehicle of every scene is judged by the whole catalogue.  Only what may cost somebody something (a warning or a
fine) is an accusation; what is only counted (shadow) is told apart.
"""

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from models.synthesis.holdout import HOLDOUT
from models.synthesis.tracks import BOOK, Kind, SceneBook, TrackCase, cases_of
from recognition.contracts import RuleMode
from recognition.violations import CATALOGUE, Finding, Refusal, Rule

BOOKS: Mapping[str, SceneBook] = {"own": BOOK, "holdout": HOLDOUT}
"""Scenes written beside the rules, and those of an author who had not read them."""
SEEDS_APART = 1_000_000
_CHUNK = 100
_ACCUSING = (RuleMode.WARN, RuleMode.FINE)
_THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Job:
    """A stretch of one rule's scenes in a book: numbers ``first`` to ``last`` (not included) of a run with a seed."""

    book: str
    rule: str
    kind: Kind
    first: int
    last: int
    seed: int


@dataclass(frozen=True, slots=True)
class VehicleVerdict:
    """What the catalogue said of one vehicle, beside the truth; ``raised`` are rules that failed with an error."""

    vehicle_id: str
    truth: frozenset[str]
    may: frozenset[str]
    accused: tuple[str, ...] = ()
    shadowed: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    raised: tuple[tuple[str, str], ...] = ()

    @property
    def falsely(self) -> tuple[str, ...]:
        """Rules that accuse this vehicle of what it did not do."""
        return tuple(rule for rule in self.accused if rule not in self.truth | self.may)


@dataclass(frozen=True, slots=True)
class SceneVerdict:
    """All vehicles of one scene, judged."""

    rule: str
    kind: Kind
    name: str
    seed: int
    vehicles: tuple[VehicleVerdict, ...]
    made_s: float
    judged_s: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """A scene to look at again: a vehicle that was accused falsely, or one that was missed, and why."""

    name: str
    seed: int
    vehicle_id: str
    said: str

    def __str__(self) -> str:
        return f"{self.seed}/{self.name} {self.vehicle_id}: {self.said}"


@dataclass(frozen=True)
class RuleResult:
    """One rule on its scenes.

    ``accused`` are innocent vehicles of any scene of the run that this rule accuses, ``own_innocents_accused`` those of
    this rule's innocent scenes that any rule accuses; ``shadowed`` are innocents it would only count.
    """

    rule: str
    is_in_catalogue: bool
    violating: int = 0
    found: int = 0
    found_shadow_only: int = 0
    innocent: int = 0
    innocent_vehicles: int = 0
    shadowed: int = 0
    own_innocents_accused: int = 0
    raised: int = 0
    accusations: tuple[Trouble, ...] = ()
    misses: tuple[Trouble, ...] = ()
    refusals_of_violators: Counter[str] = field(default_factory=Counter)
    refusals_of_innocents: Counter[str] = field(default_factory=Counter)
    ms_made: float = 0.0
    ms_judged: float = 0.0

    @property
    def accused(self) -> int:
        """Innocent vehicles of the run that this rule accuses."""
        return len(self.accusations)


def run(
    rules: Sequence[str],
    *,
    violating: int = 200,
    innocent: int = 2000,
    seed: int = 1,
    processes: int = 2,
    book: str = "own",
    catalogue: Sequence[Rule] | None = None,
) -> tuple[RuleResult, ...]:
    """Tell and judge the scenes of some rules.

    Args:
        rules: rules whose scenes are told; every scene is judged by the whole catalogue.
        violating: scenes that break each rule.
        innocent: scenes for each rule that break nothing.
        seed: scenes of another seed are other scenes.
        processes: how many work side by side; with one, all is done here.
        book: whose scenes (``BOOKS``).
        catalogue: rules to judge by instead of the product's own (then all is done here).
    """
    jobs = list(_jobs(book, rules, violating, innocent, seed))
    done: Iterable[tuple[SceneVerdict, ...]]
    if processes == 1 or catalogue is not None:
        done = map(partial(judge_job, catalogue=catalogue), jobs)
        return results(rules, [one for part in done for one in part], catalogue)
    for name in _THREAD_SETTINGS:  # small matrices: threads of their own only wait for each other
        os.environ.setdefault(name, "1")
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        done = pool.map(judge_job, jobs)
        return results(rules, [one for part in done for one in part], catalogue)


def judge_job(job: Job, *, catalogue: Sequence[Rule] | None = None) -> tuple[SceneVerdict, ...]:
    """Tell the scenes of a job, in turn under each name, and judge them."""
    book = BOOKS[job.book]
    names = book.names_of(job.rule, job.kind)
    numbers = range(job.first, job.last)
    return tuple(
        judge_scene(book, job.kind, names[number % len(names)], SEEDS_APART * job.seed + number, catalogue)
        for number in numbers
    )


def judge_scene(
    book: SceneBook, kind: Kind, name: str, seed: int, catalogue: Sequence[Rule] | None = None
) -> SceneVerdict:
    """Tell one scene (``rule.name``) and judge every vehicle in it."""
    started_s = time.process_time()
    rule = name.partition(".")[0]
    cases = cases_of(book.scene_of(name, seed))
    made_s = time.process_time()
    vehicles = tuple(judge_vehicle(case, CATALOGUE if catalogue is None else catalogue) for case in cases)
    return SceneVerdict(rule, kind, name, seed, vehicles, made_s - started_s, time.process_time() - made_s)


def judge_vehicle(case: TrackCase, catalogue: Sequence[Rule]) -> VehicleVerdict:
    """Ask every rule of a catalogue about one vehicle; a rule that fails is told, and accuses nobody."""
    findings: list[Finding] = []
    refused: list[tuple[str, str]] = []
    raised: list[tuple[str, str]] = []
    for rule in catalogue:
        try:
            answer = rule.judge(case.case)
        except Exception as error:  # noqa: BLE001 - whatever a rule does, the others are judged
            raised.append((rule.name, f"{type(error).__name__}: {error}"))
            continue
        if isinstance(answer, Finding):
            findings.append(answer)
        elif isinstance(answer, Refusal):
            refused.append((answer.rule, answer.reason))
    return VehicleVerdict(
        case.vehicle_id,
        case.truth,
        case.may,
        accused=tuple(one.rule for one in findings if one.mode in _ACCUSING),
        shadowed=tuple(one.rule for one in findings if one.mode not in _ACCUSING),
        refused=tuple(refused),
        raised=tuple(raised),
    )


def results(
    rules: Sequence[str], verdicts: Sequence[SceneVerdict], catalogue: Sequence[Rule] | None = None
) -> tuple[RuleResult, ...]:
    """Count the verdicts, a result for every rule whose scenes were told."""
    known = {rule.name for rule in (CATALOGUE if catalogue is None else catalogue)}
    return tuple(_result(rule, verdicts, is_known=rule in known) for rule in rules)


def _jobs(book: str, rules: Sequence[str], violating: int, innocent: int, seed: int) -> Iterator[Job]:
    kinds: tuple[tuple[Kind, int], ...] = (("violating", violating), ("innocent", innocent))
    for rule in rules:
        for kind, count in kinds:
            for first in range(0, count, _CHUNK):
                yield Job(book, rule, kind, first, min(first + _CHUNK, count), seed)


def _result(rule: str, verdicts: Sequence[SceneVerdict], *, is_known: bool) -> RuleResult:
    own = [scene for scene in verdicts if scene.rule == rule]
    guilty = [scene for scene in own if scene.kind == "violating"]
    innocent = [scene for scene in own if scene.kind == "innocent"]
    bystanders = [vehicle for scene in innocent for vehicle in scene.vehicles]
    misses = tuple(_missed(scene, rule) for scene in guilty if not _has(scene, rule, "accused"))
    everybody = [(scene, vehicle) for scene in verdicts for vehicle in scene.vehicles]
    return RuleResult(
        rule,
        is_known,
        violating=len(guilty),
        found=len(guilty) - len(misses),
        found_shadow_only=sum(_has(scene, rule, "shadowed") for scene in guilty),
        innocent=len(innocent),
        innocent_vehicles=len(bystanders),
        shadowed=sum(rule in one.shadowed and rule not in one.truth | one.may for _, one in everybody),
        own_innocents_accused=sum(bool(one.falsely) for one in bystanders),
        raised=sum(name == rule for _, one in everybody for name, _ in one.raised),
        accusations=tuple(
            Trouble(scene.name, scene.seed, one.vehicle_id, rule) for scene, one in everybody if rule in one.falsely
        ),
        misses=misses,
        refusals_of_violators=_reasons(
            rule, (vehicle for scene in guilty for vehicle in scene.vehicles if rule in vehicle.truth)
        ),
        refusals_of_innocents=_reasons(rule, bystanders),
        ms_made=_mean_ms([scene.made_s for scene in own]),
        ms_judged=_mean_ms([scene.judged_s for scene in own]),
    )


def _has(scene: SceneVerdict, rule: str, answer: str) -> bool:
    return any(rule in getattr(one, answer) for one in scene.vehicles if rule in one.truth)


def _missed(scene: SceneVerdict, rule: str) -> Trouble:
    culprit = next((one for one in scene.vehicles if rule in one.truth), None)
    if culprit is None:
        return Trouble(scene.name, scene.seed, "-", "not tracked")
    reasons = [f"refused: {reason}" for name, reason in culprit.refused if name == rule]
    reasons += [f"raised {error}" for name, error in culprit.raised if name == rule]
    reasons += ["shadow only"] if rule in culprit.shadowed else []
    return Trouble(scene.name, scene.seed, culprit.vehicle_id, ", ".join(reasons) or "silent")


def _reasons(rule: str, vehicles: Iterable[VehicleVerdict]) -> Counter[str]:
    return Counter(reason for one in vehicles for name, reason in one.refused if name == rule)


def _mean_ms(parts_s: Sequence[float]) -> float:
    return 1000 * sum(parts_s) / len(parts_s) if parts_s else 0.0
