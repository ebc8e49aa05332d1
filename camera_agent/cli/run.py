"""``camera-agent run``: a live camera, watched over; ``camera`` is the child process it starts."""

import random
import sys
from pathlib import Path
from typing import Annotated

import typer

from camera_agent.cli.frame import plain_errors, say_recorded, stop_on_signal
from camera_agent.clock import SystemClock

Source = Annotated[str, typer.Option(help="rtsp://… (taken over TCP) or a file, played once at its own speed")]
State = Annotated[Path, typer.Option(help="folder of this device's key, journal and evidence")]
SitePath = Annotated[Path | None, typer.Option(help="surveyed site (TOML); without it only passages are recorded")]
DeviceId = Annotated[str | None, typer.Option(help="name of this device; default: the enrolled one")]
Region = Annotated[str | None, typer.Option(help="region of a camera nobody surveyed, e.g. 77")]
Gpsd = Annotated[
    str | None, typer.Option(help="gpsd of this device's satellite receiver, HOST:PORT, e.g. 127.0.0.1:2947")
]
SignalFeed = Annotated[
    str | None,
    typer.Option(help="what the signal controller's adapter writes: tcp://HOST:PORT, unix:/PATH or a file"),
]


def run(
    *,
    source: Source,
    state: State,
    site: SitePath = None,
    device_id: DeviceId = None,
    region: Region = None,
    gpsd: Gpsd = None,
    signal_feed: SignalFeed = None,
    centre: Annotated[
        str | None, typer.Option(help="deliver to this centre; default: the enrolled one, if any")
    ] = None,
    quota_gib: Annotated[float, typer.Option(help="how much disk the evidence may take", min=0.1)] = 20.0,
) -> None:
    """Record what a camera sees until SIGTERM or Ctrl-C; a process that dies or hangs is started again."""
    with plain_errors(), stop_on_signal() as stop:
        from camera_agent.addresses import ReceiverOptions
        from camera_agent.control import DeviceState
        from camera_agent.pipeline.delivery import DeliveryThread
        from camera_agent.pipeline.supervisor import Supervisor

        ReceiverOptions.parse(gpsd, signal_feed)  # a wrong address is said at once, too
        clock = SystemClock()
        device = DeviceState(state)
        name = device.device_id(device_id)
        device.journal(
            name, clock
        ).close()  # a damaged journal is said at once, not by a child that dies again and again
        identity = device.identity()
        delivery = None
        if centre or identity:
            delivery = DeliveryThread(device, clock, centre, patience_s=0.0, quota_bytes=int(quota_gib * 1024**3))
            delivery.start()
        command = [sys.executable, "-m", "camera_agent", "camera", "--source", source, "--state", str(state)]
        command += ["--device-id", name]
        command += ["--site", str(site)] if site else []
        command += ["--region", region] if region else []
        command += ["--gpsd", gpsd] if gpsd else []
        command += ["--signal-feed", signal_feed] if signal_feed else []
        try:
            Supervisor(command, device, clock, random.Random()).run(stop)  # noqa: S311 - jitter
        finally:
            if delivery:
                delivery.abandon()
        typer.echo("stopped; everything recorded is in the outbox")


def camera(
    *,
    source: Source,
    state: State,
    device_id: DeviceId = None,
    site: SitePath = None,
    region: Region = None,
    gpsd: Gpsd = None,
    signal_feed: SignalFeed = None,
) -> None:
    """Run one camera's pipeline in this process, unwatched."""
    from camera_agent.pipeline.supervisor import EXIT_CONFIGURATION

    with plain_errors(EXIT_CONFIGURATION), stop_on_signal() as stop:
        from camera_agent.addresses import ReceiverOptions
        from camera_agent.capture.live import LiveOptions
        from camera_agent.control import DeviceState
        from camera_agent.pipeline.live import LiveSetup, first_size_px, run_camera
        from camera_agent.pipeline.receivers import Receivers
        from camera_agent.pipeline.scene import SiteChoice, analyser_factory, choose_site, make_context
        from recognition.vision import VisionModels

        clock = SystemClock()
        told = ReceiverOptions.parse(gpsd, signal_feed)
        options = LiveOptions()
        device = DeviceState(state)
        name = device.device_id(device_id)
        choice = SiteChoice.load(site) if site else None
        with device.recording():
            if choice is None:
                size_px = first_size_px(source, options, clock, stop)
                if size_px is None:
                    return
                choice = choose_site(None, region, device, name, size_px)
            found = choice
            models = VisionModels.load()
            setup = LiveSetup(
                source=source,
                options=options,
                make_context=lambda natural_key: make_context(found, name, models, natural_key),
                new_analyser=analyser_factory(models, found.site),
                on_recorded=say_recorded,
                receivers=Receivers.of(told, found.site, clock),
            )
            journal = device.journal(name, clock)
            try:
                run_camera(setup, device, journal, key=device.key(), clock=clock, stop=stop)
            finally:
                journal.close()
