"""How long it takes from a passage to the card on a listening police wall, in a real browser, while traffic flows."""

import asyncio
import secrets
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
import numpy as np
import psycopg

from fines_api.cli.bench_centre import Centre, Device, enrolled, listings, opened_centre, sent_pictures
from fines_api.cli.bench_intake import CONFUSABLE, IntakeRun
from fines_api.cli.bench_plates import draw
from fines_api.cli.bench_traffic import Fleet, Order, passage_id_of, prepare
from fines_api.identity.dependencies import COOKIE
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.clock import SystemClock
from fines_api.kit.errors import ConfigurationError

DEVICES: Final = 20
BATCH: Final = 50
LISTED_ONE_IN: Final = 500
_PICTURES: Final = 50
_SETTLE_S: Final = 5.0
_WATCH: Final = """
() => {
  window.seen = [];
  const note = (node) => node.id && node.id.startsWith("hit-")
    && requestAnimationFrame(() => window.seen.push([Number(node.id.slice(4)), Date.now()]));
  new MutationObserver((changes) => changes.forEach((one) => one.addedNodes.forEach(note)))
    .observe(document.getElementById("wall"), { childList: true });
}
"""


@dataclass(frozen=True)
class AlertPlan:
    """What is to be sent, passages a second and for how long."""

    rate_per_s: int
    seconds: int
    entries: int
    seed: int


def measure(plan: AlertPlan, folder: Path) -> IntakeRun:
    """Send traffic at its pace, watch the wall, and compare when each listed passage was sent, accepted and shown."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise ConfigurationError("no chromium on this machine", hint="apt install chromium", code="bench.browser")
    passages = plan.rate_per_s * plan.seconds // DEVICES * DEVICES
    entries = draw(np.random.default_rng(plan.seed), plan.entries).as_keys()
    with opened_centre(folder, processes=2, entries=listings(entries, CONFUSABLE)) as centre:
        devices = [enrolled(centre, f"camera-{number:04d}") for number in range(DEVICES)]
        pictures = sent_pictures(centre, devices[0], _PICTURES)
        orders = [
            Order(
                device.device_id, f"site-{device.device_id}", device.key.private_pem, plan.seed + number,
                passages // DEVICES, BATCH, SystemClock().now(), pictures, tuple(entries[:1000]), LISTED_ONE_IN,
                folder / f"{device.device_id}.batches",
            )
            for number, device in enumerate(devices)
        ]  # fmt: skip
        fleet = prepare(orders, 2)
        with _WatchedWall(centre, chromium) as page, ThreadPoolExecutor(1) as sender:  # the browser has its own loop
            told = sender.submit(asyncio.run, _send_at_pace(centre.url, devices, fleet, plan.rate_per_s)).result()
            page.wait_for_timeout(_SETTLE_S * 1e3)
            shown = dict(page.evaluate("() => window.seen"))
        return _figures(centre, orders, told, shown, passages)


@dataclass(frozen=True)
class _Told:
    sent_ms: dict[tuple[str, int], float]
    accepted_ms: dict[tuple[str, int], float]
    elapsed_s: float


def _figures(centre: Centre, orders: Sequence[Order], told: _Told, shown: dict[int, float], passages: int) -> IntakeRun:
    batch_of = {
        passage_id_of(order, number): (order.device_id, number // BATCH)
        for order in orders
        for number in range(order.passages)
    }
    with psycopg.connect(centre.node.database.dsn) as connection:
        hits = connection.execute("SELECT id, passage_id FROM hotlist_hits WHERE state = 'new'").fetchall()
    seen = [(shown[number], batch_of[passage]) for number, passage in hits if number in shown]
    since_accepted = [at_ms - told.accepted_ms[batch] for at_ms, batch in seen]
    since_sent = [at_ms - told.sent_ms[batch] for at_ms, batch in seen]
    done = IntakeRun(passages)
    done.figures["passages_per_s"] = passages / told.elapsed_s
    done.figures["alerts"] = float(len(hits))
    done.figures["alerts_not_shown"] = float(sum(number not in shown for number, _ in hits))
    for name, values in (("accepted", since_accepted), ("sent", since_sent)):
        for share in (50, 95, 99):
            done.figures[f"{name}_to_shown_p{share}_ms"] = float(np.percentile(values, share)) if values else None
    return done


class _WatchedWall:
    """A police wall open in Chromium, noting when each card appears."""

    def __init__(self, centre: Centre, chromium: str) -> None:
        self._centre = centre
        self._chromium = chromium

    def __enter__(self) -> Any:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise ConfigurationError("playwright is not installed", hint="pip install playwright") from error
        with self._centre.node.database.begin() as session:
            identity = IdentityService(session, self._centre.node)
            identity.create_user("watch", secrets.token_urlsafe(24), Role.POLICE, actor="bench")
            opened = identity.open_session(Role.POLICE, "watch", lifetime=timedelta(hours=1))
        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(executable_path=self._chromium, args=["--no-sandbox"])
        context = self._browser.new_context()
        context.add_cookies([{"name": COOKIE, "value": opened.token, "url": self._centre.url}])
        page = context.new_page()
        page.goto(f"{self._centre.url}/police")
        page.evaluate(_WATCH)
        page.wait_for_selector("#live.live")
        return page

    def __exit__(self, *_: object) -> None:
        self._browser.close()
        self._playwright.stop()


async def _send_at_pace(url: str, devices: Sequence[Device], fleet: Fleet, rate_per_s: int) -> _Told:
    """Send every device's next batch in turn, each at its moment, whatever became of the one before."""
    told, pause_s = _Told({}, {}, 0.0), BATCH / rate_per_s
    lines = [(device, fleet.bodies(device.device_id)) for device in devices]
    began_s = time.perf_counter()
    async with httpx2.AsyncClient(base_url=url, timeout=60) as client:
        tasks = []
        for turn in range(max(map(len, fleet.batches.values()))):
            for at, (device, bodies) in enumerate(lines):
                moment_s = began_s + (turn * len(lines) + at) * pause_s
                await asyncio.sleep(max(0.0, moment_s - time.perf_counter()))
                tasks.append(asyncio.create_task(_send(client, device, turn, next(bodies), told)))
        await asyncio.gather(*tasks)
    return _Told(told.sent_ms, told.accepted_ms, time.perf_counter() - began_s)


async def _send(client: httpx2.AsyncClient, device: Device, turn: int, body: bytes, told: _Told) -> None:
    told.sent_ms[device.device_id, turn] = SystemClock().now().timestamp() * 1e3
    answer = await client.post("/v1/intake/events", content=body, headers=device.headers)
    told.accepted_ms[device.device_id, turn] = SystemClock().now().timestamp() * 1e3
    answer.raise_for_status()
