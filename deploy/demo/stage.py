"""Set the stage: database, hub, two regions with their people; and strike it so that nothing is left running."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.demo.cast import Cast, write_seed
from deploy.demo.errors import DemoError
from deploy.demo.hub import DemoHub
from deploy.demo.loopback import ensure_loopback
from deploy.demo.memory import MemoryMeter
from deploy.demo.postgres import databases
from deploy.demo.processes import Troupe
from deploy.demo.region import DemoRegion
from deploy.demo.report import Report
from deploy.demo.screen import Screen
from deploy.demo.state import StateFolder

_PAGE_S = 90.0
_POLL_S = 0.1


@dataclass(frozen=True)
class Backstage:
    """What the stage is set with: whom to start, where to write, whom to tell."""

    folder: StateFolder
    cast: Cast
    screen: Screen
    report: Report
    started_s: float

    def elapsed_s(self) -> float:
        """Seconds since the command was started."""
        return round(time.monotonic() - self.started_s, 2)


@dataclass(frozen=True)
class Stage:
    """Everything that runs while the story is told."""

    folder: StateFolder
    troupe: Troupe
    hub: DemoHub
    owner: DemoRegion
    reader: DemoRegion

    @property
    def regions(self) -> tuple[DemoRegion, DemoRegion]:
        """The region that looks for the car, and the one whose camera sees it."""
        return self.owner, self.reader

    def wait_for(self, what: str, is_true: Callable[[], bool], timeout_s: float) -> None:
        """Wait until something holds; a program that ends meanwhile ends the demo.

        Raises:
            DemoError: it did not come true in time (``demo.timeout``), or a program ended.
        """
        deadline = time.monotonic() + timeout_s
        while not is_true():
            self.troupe.check()
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{what}: not within {timeout_s:.0f} s",
                    hint=f"read the logs in {self.folder.logs}",
                    code="demo.timeout",
                )
            time.sleep(_POLL_S)


@contextmanager
def set_stage(backstage: Backstage) -> Iterator[Stage]:
    """Start everything; on leaving, end everything, whatever happened."""
    folder, cast = backstage.folder, backstage.cast
    if ensure_loopback():
        backstage.screen.note("loopback was down: brought up")
    troupe = Troupe(folder.root, folder.logs)
    meter = MemoryMeter(folder.postgres)
    meter.start()
    try:
        backstage.screen.phase("starting PostgreSQL")
        with databases(folder.postgres, [_database(cast.owner), _database(cast.reader)]) as urls:
            try:
                yield _raise_curtain(backstage, troupe, urls)
            finally:
                troupe.stop_all()
    finally:
        meter.stop()
        backstage.report.peak_memory_mib = round(meter.peak_mib, 1)


def _database(region: str) -> str:
    return f"region_{region}"


def _raise_curtain(backstage: Backstage, troupe: Troupe, urls: Mapping[str, str]) -> Stage:
    folder, cast, screen = backstage.folder, backstage.cast, backstage.screen
    hub = DemoHub(folder.root / "hub", (cast.owner, cast.reader), troupe)
    owner, reader = (DemoRegion(code, folder.region(code), troupe) for code in (cast.owner, cast.reader))
    for region, peer in ((owner, reader), (reader, owner)):
        region.configure(urls[_database(region.code)], hub.url(region.code), {peer.code: peer.key})
    stage = Stage(folder, troupe, hub, owner, reader)
    screen.phase("making the tables of both regions")
    for command in [region.start_migration() for region in stage.regions]:
        command.wait()
    screen.phase("starting the hub and both regions")
    hub.start()
    for region in (reader, owner):
        region.start_pages()
    stage.wait_for("the first page", lambda: any(region.does_answer() for region in stage.regions), _PAGE_S)
    backstage.report.time_to_first_page_s = backstage.elapsed_s()
    screen.note(f"first page after {backstage.report.time_to_first_page_s:.1f} s")
    for region in (owner, reader):
        region.start_worker()
    _seed(stage, cast)
    stage.wait_for("the pages of both regions", lambda: all(region.does_answer() for region in stage.regions), _PAGE_S)
    return stage


def _seed(stage: Stage, cast: Cast) -> None:
    commands = {
        region: region.start_seed(write_seed(stage.folder.root, cast, region.code))
        for region in stage.regions
        if not region.is_seeded
    }
    for region, command in commands.items():
        region.keep_seed(command.wait())
    for region in stage.regions:
        region.take_seed()
