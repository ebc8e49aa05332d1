"""The hub dies in the middle of the story and comes back; the regions go on and catch up."""

import time
from datetime import timedelta
from typing import Any

from deploy.demo.cast import Wanted
from deploy.demo.client import RegionClient
from deploy.demo.options import Options
from deploy.demo.screen import Screen
from deploy.demo.stage import Stage
from deploy.demo.watch import Watch
from fines_api.kit.clock import SystemClock

_CATCH_UP_S = 60.0
_ABSENT_PLATE = Wanted("X000XX77", "ru", "wanted", "put on the list while the hub was dead")


def add_entry(client: RegionClient, colleague: RegionClient, wanted: Wanted) -> str:
    """Put one plate on the list as two of the police do, through the HTTP interface, and return the entry's id."""
    entry = client.post(
        "/v1/hotlist-entries",
        {
            "plate": wanted.plate,
            "plate_region": wanted.plate_region,
            "reason": wanted.reason,
            "priority": 1,
            "description": wanted.description,
            "legal_basis": "demonstration",
            "valid_until": (SystemClock().now() + timedelta(days=30)).isoformat(),
        },
    )
    return approve(colleague, str(entry["entry_id"]))


def approve(colleague: RegionClient, entry_id: str) -> str:
    """Agree, as the second person, to what waits for an entry."""
    colleague.post(f"/v1/hotlist-entries/{entry_id}/approval")
    return entry_id


class Outage:
    """Kills the hub when the camera starts and starts it again after the wished time, if any."""

    def __init__(self, stage: Stage, watch: Watch, screen: Screen, options: Options) -> None:
        self._stage = stage
        self._watch = watch
        self._screen = screen
        self._lasts_s = options.hub_outage_s
        self._is_wiped = options.is_hub_wiped
        self._began_s: float | None = None
        self._entry: str | None = None
        self.result: dict[str, Any] | None = None

    def begin(self) -> None:
        """Kill the hub, and let the owner region put one more plate on its list meanwhile."""
        if self._lasts_s <= 0:
            return
        self._stage.hub.crash()
        self._began_s = time.monotonic()
        self._screen.note("[bold magenta]the hub is killed[/]")
        self._entry = add_entry(self._watch.owner, self._watch.owner_colleague, _ABSENT_PLATE)

    def go_on(self) -> None:
        """Bring the hub back when its time has come."""
        if self._began_s is not None and time.monotonic() - self._began_s >= self._lasts_s:
            self._end(self._began_s)

    def finish(self) -> None:
        """Wait for the end of the outage where the camera was faster."""
        while self._began_s is not None:
            self._watch.look()
            self._stage.troupe.check()
            self.go_on()
            time.sleep(0.3)

    def _end(self, began_s: float) -> None:
        self._began_s = None
        hits_during = len(self._watch.hits)
        at_home_before = len(self._watch.region_hits)
        if self._is_wiped:
            self._stage.hub.wipe()
        self._stage.hub.start()
        back_s = time.monotonic()
        self._screen.note(f"[bold magenta]the hub is back[/] after {back_s - began_s:.0f} s")
        self._stage.wait_for("the entry made while the hub was dead", self._has_entry, _CATCH_UP_S)
        self.result = {
            "lasted_s": round(back_s - began_s, 1),
            "is_store_wiped": self._is_wiped,
            "hits_in_reading_region_meanwhile": hits_during,
            "hits_at_owner_meanwhile": at_home_before,
            "caught_up_after_s": round(time.monotonic() - back_s, 1),
        }
        self._screen.note(f"both regions caught up {self.result['caught_up_after_s']} s later")

    def _has_entry(self) -> bool:
        rows = self._watch.reader.get("/v1/hotlist-entries", limit=500)["entries"]
        return any(row["entry_id"] == self._entry for row in rows)
