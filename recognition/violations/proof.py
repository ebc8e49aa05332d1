"""The frames that prove a finding about a place, with the frame the plate was read from among them."""

from collections.abc import Iterable
from dataclasses import dataclass

from recognition.contracts import Measurement, RuleMode
from recognition.violations.case import FRAMES_KEPT_MAX, Finding, RuleInput, frames_to_keep
from recognition.violations.path import RoadPath

Facts = dict[str, str | float | int | bool]


@dataclass(frozen=True, eq=False)
class Act:
    """What a vehicle did: the samples ``first`` to ``last`` of its path, and those that show it (``shown_by``)."""

    path: RoadPath
    first: int
    last: int
    shown_by: tuple[int, ...]
    occurred: int
    measurement: Measurement | None = None


def finding_of(case: RuleInput, rule: str, mode: RuleMode, act: Act, facts: Facts) -> Finding:
    """Build the finding.

    The plate may have been read before or after the act.  Its frame is kept all the same, and so the gates look at the
    whole way between the two: a track that changed vehicles on it is refused.
    """
    pool = {sample.frame_sequence: sample for sample in act.path.kept(act.first, act.last)}
    plate_frame = case.plate.best.frame_sequence if case.plate else None
    pool |= {sample.frame_sequence: sample for sample in case.samples if sample.frame_sequence == plate_frame}
    must = tuple(_numbers(act.path, act.shown_by))[: FRAMES_KEPT_MAX - 1]
    samples = [pool[number] for number in sorted(pool)]
    return Finding(
        rule=rule,
        mode=mode,
        occurred_at=act.path.samples[act.occurred].captured_at,
        frame_sequences=frames_to_keep(samples, must=(*must, *((plate_frame,) if plate_frame is not None else ()))),
        measurement=act.measurement,
        facts=facts,
    )


def drive_act(path: RoadPath, first: int, last: int, measurement: Measurement) -> Act:
    """Return the act of driving along from ``first`` to ``last``, shown by its ends and its middle."""
    middle = (first + last) // 2
    return Act(path, first, last, (first, middle, last), middle, measurement)


def _numbers(path: RoadPath, indices: Iterable[int]) -> Iterable[int]:
    return (path.samples[index].frame_sequence for index in dict.fromkeys(indices))
