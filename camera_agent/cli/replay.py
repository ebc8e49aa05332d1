"""``camera-agent replay``: a video file as a camera."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camera_agent.cli.frame import parse_moment, plain_errors, say_recorded, say_summary
from camera_agent.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.outbox.journal import Journal
    from camera_agent.pipeline.delivery import DeliveryThread
    from camera_agent.pipeline.replay import ReplayReport


def replay(
    video: Annotated[Path, typer.Argument(help="video file")],
    *,
    state: Annotated[Path, typer.Option(help="folder of this device's key, journal and evidence")],
    site: Annotated[
        Path | None, typer.Option(help="surveyed site (TOML); without it only passages are recorded")
    ] = None,
    device_id: Annotated[str | None, typer.Option(help="name of this device; default: the enrolled one")] = None,
    region: Annotated[str | None, typer.Option(help="region of a camera nobody surveyed, e.g. 77")] = None,
    centre: Annotated[str | None, typer.Option(help="deliver to this centre while replaying")] = None,
    start_at: Annotated[str | None, typer.Option(help="when the first picture was taken, ISO 8601 with offset")] = None,
    clock_bound_ms: Annotated[
        float | None, typer.Option(min=0, help="how well that moment is known, ms; unknown = no case from this video")
    ] = None,
    realtime: Annotated[bool, typer.Option("--realtime", help="play at the video's own speed")] = False,
    patience: Annotated[float, typer.Option(help="seconds to wait for a centre that takes nothing")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="print the summary as JSON only")] = False,
) -> None:
    """Play a video file as if a camera saw it; killed and started again, it ends with the same journal."""
    with plain_errors():
        from camera_agent.control import DeviceState
        from camera_agent.pipeline.chain import check_size
        from camera_agent.pipeline.delivery import DeliveryThread as Delivery
        from camera_agent.pipeline.replay import ReplaySetup, VideoFacts, run_replay
        from camera_agent.pipeline.scene import analyser_factory, choose_site, make_context
        from recognition.vision import VisionModels

        clock = SystemClock()
        device = DeviceState(state)
        name = device.device_id(device_id)
        facts = VideoFacts.of(video)
        choice = choose_site(site, region, device, name, facts.size_px)
        check_size(choice.site, *facts.size_px)
        moment = parse_moment(start_at)
        with device.recording():
            delivery = Delivery(device, clock, centre, patience_s=patience) if centre else None
            journal = device.journal(name, clock)
            models = VisionModels.load()
            setup = ReplaySetup(
                video=facts,
                site_digest_source=choice.digest_source,
                start_at=moment,
                clock_bound_ms=clock_bound_ms,
                is_realtime=realtime,
                make_context=lambda natural_key: make_context(choice, name, models, natural_key),
                new_analyser=analyser_factory(models, choice.site),
                on_recorded=_silent if as_json else say_recorded,
            )
            summary = _play(lambda: run_replay(setup, journal, device.key(), clock), journal, delivery)
        _print(summary, as_json=as_json)


def _play(
    run: "Callable[[], ReplayReport]", journal: "Journal", delivery: "DeliveryThread | None"
) -> dict[str, object]:
    """Run the replay with delivery beside it; if the replay breaks off, so does the delivery."""
    if delivery:
        delivery.start()
    try:
        report = run()
    except BaseException:
        if delivery:
            delivery.abandon()
        raise
    finally:
        journal.close()
    return _summary(report) | (vars(delivery.finish()) if delivery else {})


def _summary(report: "ReplayReport") -> dict[str, object]:
    return {
        "start_at": report.start_at.isoformat(),
        "already_recorded": report.was_finished,
        **report.counts.as_dict(),
        "damaged_packets": report.decoded.damaged,
        "breaks": report.decoded.breaks,
        "frozen": report.health.frozen_since_s is not None,
        "covered": report.health.covered_since_s is not None,
    }


def _print(summary: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        say_summary(summary)


def _silent(_observation: object) -> None:
    """Print nothing for a recorded vehicle."""
