"""The story: two regions look for cars, a camera sees them, an officer decides, a citizen pays."""

import time
from typing import Any

from deploy.demo.camera import DemoCamera
from deploy.demo.cast import Cast, Wanted
from deploy.demo.errors import DemoError
from deploy.demo.justice import Justice
from deploy.demo.links import show_links
from deploy.demo.options import Options
from deploy.demo.outage import Outage, add_entry, approve
from deploy.demo.region import DemoRegion
from deploy.demo.report import Report
from deploy.demo.screen import Screen
from deploy.demo.stage import Backstage, Stage
from deploy.demo.verdict import judge_story
from deploy.demo.watch import LIMIT, Watch
from recognition.plates import canonical

_ENTRY_S = 30.0
_REPLAY_S = 3600.0
_SETTLE_S = 60.0
_LOOK_EVERY_S = 0.5


class Story:
    """Tells the story on a stage that is set; fills the report."""

    def __init__(self, stage: Stage, backstage: Backstage, options: Options) -> None:
        self._stage = stage
        self._backstage = backstage
        self._options = options
        self._cast: Cast = backstage.cast
        self._screen: Screen = backstage.screen
        self._report: Report = backstage.report
        self._watch = Watch(stage, self._screen)
        self._camera = DemoCamera(stage, self._cast)

    def play(self) -> None:
        """Play to the end; unattended the officer and the citizen are played too, else it waits for Ctrl-C."""
        show_links(self._stage, self._cast, self._screen)
        self._camera.begin_to_enrol()
        entries = self._look_for_cars()
        outage = Outage(self._stage, self._watch, self._screen, self._options)
        self._replay(outage)
        outage.finish()
        self._settle()
        if self._options.is_once:
            Justice(self._stage, self._cast, self._watch, self._screen, self._report).play()
        self._fill_report(outage, entries)
        if self._options.is_once:
            judge_story(self._cast, self._report)
            return
        self._screen.phase("everything runs; Ctrl-C ends it")
        while True:
            self._look()
            self._stage.troupe.check()
            time.sleep(2 * _LOOK_EVERY_S)

    def close(self) -> None:
        """Close every connection."""
        self._watch.close()

    def _look_for_cars(self) -> list[str]:
        self._screen.phase(f"region {self._cast.owner} puts plates on the list")
        entries = [self._add_entry(self._stage.owner, wanted) for wanted in self._cast.wanted_by_owner]
        for wanted in self._cast.wanted_by_reader:
            self._add_entry(self._stage.reader, wanted)
        started_s = time.monotonic()
        self._stage.wait_for("entries in the other region", lambda: self._has_entries(entries), _ENTRY_S)
        took_s = time.monotonic() - started_s
        self._screen.note(f"region {self._cast.reader} has them, signed by their owner, after {took_s:.2f} s")
        return entries

    def _add_entry(self, region: DemoRegion, wanted: Wanted) -> str:
        watch = self._watch
        is_owner = region is self._stage.owner
        client = watch.owner if is_owner else watch.reader
        colleague = watch.owner_colleague if is_owner else watch.reader_colleague
        for row in client.get("/v1/hotlist-entries", limit=500)["entries"]:
            is_own = row["owner_region"] == region.code and not row["is_withdrawn"]
            if is_own and row["plate"] == canonical(wanted.plate):
                entry_id = str(row["entry_id"])  # an earlier demo in this folder made it
                return approve(colleague, entry_id) if row["state"] == "proposed" else entry_id
        return add_entry(client, colleague, wanted)

    def _has_entries(self, entries: list[str]) -> bool:
        known = {row["entry_id"] for row in self._watch.reader.get("/v1/hotlist-entries", limit=500)["entries"]}
        return known >= set(entries)

    def _replay(self, outage: Outage) -> None:
        self._screen.phase(f"the camera plays {self._cast.video.name}")
        self._camera.start()
        outage.begin()
        deadline = time.monotonic() + _REPLAY_S
        while not self._camera.is_finished():
            self._look()
            outage.go_on()
            self._stage.troupe.check()
            if time.monotonic() > deadline:
                raise DemoError(f"the video was not played within {_REPLAY_S:.0f} s", code="demo.timeout")
            time.sleep(_LOOK_EVERY_S)

    def _settle(self) -> None:
        """Wait until every hit is home and every sealed candidate is a case."""
        self._screen.phase("waiting for the last hits and cases")
        deadline = time.monotonic() + _SETTLE_S
        quiet_since = time.monotonic()
        seen = -1
        while time.monotonic() < deadline:
            self._look()
            now = len(self._watch.passages) + len(self._watch.hits) + len(self._watch.cases)
            if now != seen:
                seen, quiet_since = now, time.monotonic()
            is_quiet = time.monotonic() - quiet_since > 2 * _LOOK_EVERY_S
            if is_quiet and not self._still_owed():
                return
            time.sleep(_LOOK_EVERY_S)

    def _still_owed(self) -> list[str]:
        """Say what the camera sealed, or the reading region found, and has not arrived where it belongs."""
        watch, sealed = self._watch, self._camera.summary
        missing = self._missing_at_home()
        owed = [f"hits that never came home to region {self._cast.owner}: {sorted(missing)}"] if missing else []
        for what, arrived in (("passages", len(watch.passages)), ("candidates", len(watch.cases))):
            if arrived < min(sealed[what], LIMIT):
                owed.append(f"{sealed[what]} {what} were sealed, {arrived} arrived")
        return owed

    def _missing_at_home(self) -> set[str]:
        owed = {hit_id for hit_id, hit in self._watch.hits.items() if hit["owner_region"] == self._cast.owner}
        return owed - self._watch.region_hits.keys()

    def _look(self) -> None:
        self._watch.look()
        if self._report.time_to_first_hit_s is None and self._watch.hits:
            self._report.time_to_first_hit_s = self._backstage.elapsed_s()

    def _fill_report(self, outage: Outage, entries: list[str]) -> None:
        self._look()
        watch, report = self._watch, self._report
        report.passages = list(watch.passages)
        report.hits = list(watch.hits)
        report.region_hits = list(watch.region_hits)
        report.plates_read = [_plate_line(row) for row in watch.passages.values()]
        report.hub_outage = outage.result
        report.problems += self._still_owed()
        if refused := self._camera.summary["quarantined"]:
            report.problems.append(f"{refused} events were refused by region {self._cast.reader}")
        if stray := watch.region_hits.keys() - watch.hits.keys():
            report.problems.append(
                f"hits in region {self._cast.owner} that region {self._cast.reader} never had: {stray}"
            )
        wanted = {hit["plate"] for hit in watch.hits.values() if hit["entry_id"] in entries}
        report.wanted_seen = sorted(wanted)


def _plate_line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "plate": row["plate"],
        "confidence": row["plate_confidence"],
        "vehicle_class": row["vehicle_class"],
        "speed_kmh": row["speed"]["value"] if row["speed"] else None,
        "captured_at": row["captured_at"],
    }
