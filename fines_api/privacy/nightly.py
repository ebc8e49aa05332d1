"""The night's work: every day that is due, one transaction each; then keys, then pictures.

Killed anywhere, the next run goes on where this one stopped: a day is as it was or done, and what a picture's deletion
waits for stands in the database.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import TypeVar

import structlog

from fines_api.hotlists.matching import HitService
from fines_api.intake.leaving.service import Deleted, LeavingPictures
from fines_api.kit.errors import InvalidError, UnavailableError
from fines_api.node import Node
from fines_api.passages.minimising.service import PassageDays, Place
from fines_api.privacy.day import DayWork, Done, record
from fines_api.privacy.keys import DayKeys
from fines_api.privacy.retention import load_retention

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")
_Step = Callable[[DayWork], Done | None]


class Nightly:
    """One run over a region's passages."""

    def __init__(self, node: Node, actor: str) -> None:
        """Read the terms.

        Raises:
            ConfigurationError: their file is wrong (``retention.invalid``).
        """
        self._node = node
        self._actor = actor
        self._retention = load_retention(node.settings.retention_path, node.settings.region)

    def run(self, only: date | None = None) -> list[Done]:
        """Do all that is due, or one day; return what was done.

        Raises:
            InvalidError: the one day is not due yet (``privacy.not_due``).
            UnavailableError: the database or the storage did not answer; the rest was done.
        """
        self._check_due(only)
        done, trouble = [], None
        for step in self._steps(only):
            try:
                done.append(self._commit(step))
            except UnavailableError as error:
                _log.warning("privacy.day_failed", reason=error.message)
                trouble = trouble or error
        if trouble is not None:
            raise trouble
        done.append(self._delete_pictures())
        return [each for each in done if each is not None]

    def rehearse(self, only: date | None = None) -> list[Done]:
        """Tell what a run would do to the days, and change nothing.

        Raises:
            InvalidError: the one day is not due yet (``privacy.not_due``).
        """
        self._check_due(only)
        found = []
        for step in self._steps(only, is_rehearsal=True):
            with self._node.database.begin() as session:
                found.append(step(DayWork(session, self._node, self._retention)))
                session.rollback()
        return [each for each in found if each is not None]

    def _commit(self, step: _Step) -> Done | None:
        with self._node.database.begin() as session:
            done = step(DayWork(session, self._node, self._retention))
            if done is not None:
                record(session, self._node, done, self._actor)
        if done is not None:
            _log.info("privacy.done", action=done.action, day=str(done.day), counts=done.counts)
        return done

    def _steps(self, only: date | None, *, is_rehearsal: bool = False) -> Iterator[_Step]:
        now = self._node.clock.now()
        with self._node.database.begin() as session:
            days = PassageDays(session).all(now)
            keys = DayKeys(session, self._node).standing()
        for place in (Place.PARTITION, Place.STRAYS):
            for day in days[place]:
                if self._retention.is_to_pseudonymise(day, now) and only in {None, day}:
                    yield self._lose(place, day, now, is_rehearsal=is_rehearsal)
        for day in days[Place.KEPT]:
            if only in {None, day}:
                yield lambda work, day=day: work.review(day, is_rehearsal=is_rehearsal)  # type: ignore[misc]
        for day in keys:
            if self._retention.is_key_to_forget(day, now) and only is None and not is_rehearsal:
                yield lambda work, day=day: work.forget_key(day)  # type: ignore[misc]

    def _lose(self, place: Place, day: date, now: datetime, *, is_rehearsal: bool) -> _Step:
        def step(work: DayWork) -> Done | None:
            dropped = work.drop(place, day, is_rehearsal=is_rehearsal) if self._retention.is_to_drop(day, now) else None
            return dropped or work.pseudonymise(place, day, is_rehearsal=is_rehearsal)

        return step

    def _check_due(self, only: date | None) -> None:
        if only is not None and not self._retention.is_to_pseudonymise(only, self._node.clock.now()):
            hours = self._retention.pseudonymise_after.total_seconds() / 3600
            raise InvalidError(
                f"{only} is not due: its last passages are not {hours:.0f} hours old",
                hint="hotlists still search it; wait",
                code="privacy.not_due",
            )

    def _delete_pictures(self) -> Done | None:
        """Delete the pictures nothing refers to any more, a few hundred in a transaction."""
        self._spare_pictures_in_use()
        while self._pictures(LeavingPictures.strike):
            pass
        total = Deleted()
        while (few := self._pictures(LeavingPictures.delete_struck)) != Deleted():
            total += few
        if total == Deleted():
            return None
        done = Done("pictures_deleted", None, None, {"deleted": total.deleted, "refused": total.refused})
        with self._node.database.begin() as session:
            record(session, self._node, done, self._actor)
        return done

    def _spare_pictures_in_use(self) -> None:
        with self._node.database.begin() as session:
            if not LeavingPictures(session, self._node).are_any():
                return
        self._pictures(LeavingPictures.wait_for_intake)
        with self._node.database.begin() as session:
            pictures = LeavingPictures(session, self._node)
            pictures.spare(HitService(session, self._node).pictures())
            pictures.spare(PassageDays(session).pictures())

    def _pictures(self, step: Callable[[LeavingPictures], _T]) -> _T:
        with self._node.database.begin() as session:
            return step(LeavingPictures(session, self._node))
