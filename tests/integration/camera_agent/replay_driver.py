"""A process that runs replays in forked children: everything is imported once, each child can be killed for real.

Reads one JSON order a line: ``state``, ``clip``, ``site``, ``crash_at``, ``kill_after_ms``, ``centre``,
``is_delivery_only``.  Answers ``{"code": exit code or null, "signal": number or null}``.
"""

import importlib.util
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from camera_agent.clock import SystemClock
from camera_agent.control import DeviceState
from camera_agent.observe import SceneContext
from camera_agent.outbox import crash
from camera_agent.pipeline.delivery import open_uploader
from camera_agent.pipeline.replay import ReplaySetup, VideoFacts, run_replay
from recognition.geometry import RoadPlane, load_site

spec = importlib.util.spec_from_file_location("rubezh_agent_rig", sys.argv[1])
assert spec is not None
assert spec.loader is not None
rig = importlib.util.module_from_spec(spec)
sys.modules["rubezh_agent_rig"] = rig
spec.loader.exec_module(rig)


def replay(order: dict[str, Any]) -> None:
    clock, state = SystemClock(), DeviceState(Path(order["state"]))
    device_id = state.device_id("rig-device")
    journal = state.journal(device_id, clock)
    site_path = Path(order["site"])
    site, site_file = load_site(site_path), site_path.read_bytes()
    setup = ReplaySetup(
        video=VideoFacts.of(Path(order["clip"])),
        site_digest_source=site_file,
        start_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        clock_bound_ms=None,
        is_realtime=False,
        make_context=lambda natural_key: SceneContext(
            site=site,
            site_file=site_file,
            plane=RoadPlane.from_site(site),
            device_id=device_id,
            models={"script": "0" * 64},
            code_version="rig",
            natural_key=natural_key,
        ),
        new_analyser=lambda _rate_hz: rig.ScriptedAnalyser(),
        on_recorded=lambda _observation: None,
    )
    with state.recording():
        run_replay(setup, journal, state.key(), clock)
    journal.close()


def deliver(order: dict[str, Any]) -> None:
    clock, state = SystemClock(), DeviceState(Path(order["state"]))
    with open_uploader(state, state.enrolled(), clock, order["centre"]) as uploader:
        uploader.drain(threading.Event(), clock, random.Random(), patience_s=5.0)


def child(order: dict[str, Any]) -> None:
    try:
        if not order.get("is_delivery_only"):
            replay(order)
        if order.get("centre"):
            deliver(order)
    except Exception:  # noqa: BLE001 - the parent is told by the exit code
        traceback.print_exc()
        os._exit(1)
    Path(order["state"], "steps.json").write_text(json.dumps(dict(crash._passed)))
    os._exit(0)


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        os.environ["RUBEZH_CRASH_AT"] = order.get("crash_at") or "none"
        pid = os.fork()
        if pid == 0:
            child(order)
        if order.get("kill_after_ms") is not None:
            time.sleep(order["kill_after_ms"] / 1000)
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        answer = {
            "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
