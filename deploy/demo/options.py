"""What the person who starts the demo asked for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.demo.errors import DemoError


@dataclass(frozen=True)
class Options:
    """The command line of the demo; without a video it plays its own story."""

    video: Path | None
    site: Path | None
    hotlist: tuple[str, ...]
    is_once: bool
    report: Path | None
    state: Path
    is_kept: bool
    hub_outage_s: float
    is_hub_wiped: bool

    @property
    def is_own_video(self) -> bool:
        """Tell whether a person brought the video."""
        return self.video is not None


def parse_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line.

    Raises:
        DemoError: a file is missing, or the options contradict each other.
    """
    given = _parser().parse_args(arguments)
    if given.site is not None and given.video is None:
        raise DemoError("--site belongs to a --video", hint="add --video FILE", code="demo.options")
    if given.keep and given.once:
        raise DemoError(
            "--once tells the story from its beginning", hint="leave --keep or --once out", code="demo.options"
        )
    for path, what in ((given.video, "video"), (given.site, "site file")):
        if path is not None and not path.is_file():
            raise DemoError(f"there is no {what} {path}", hint="check the path", code=f"{what.split()[0]}.missing")
    return Options(
        video=given.video,
        site=given.site,
        hotlist=tuple(given.hotlist),
        is_once=given.once,
        report=given.report,
        state=given.state,
        is_kept=given.keep,
        hub_outage_s=given.hub_outage,
        is_hub_wiped=given.wipe_hub,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo",
        description="Two regions, their hub, and a camera on this machine: from a video to a stolen car and a fine.",
    )
    parser.add_argument("--video", type=Path, help="your own video instead of the built-in road scene")
    parser.add_argument("--site", type=Path, help="survey of the place of your video (TOML); without it: passages only")
    parser.add_argument(
        "--hotlist",
        action="append",
        default=[],
        metavar="PLATE",
        help="region 77 looks for this plate; may be repeated",
    )
    parser.add_argument("--once", action="store_true", help="play the story to its end unattended and exit")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write times, counts and ids as JSON")
    parser.add_argument("--state", type=Path, default=Path("var/demo"), metavar="DIR", help="where everything is kept")
    parser.add_argument("--keep", action="store_true", help="go on with what an earlier demo left in that folder")
    parser.add_argument(
        "--hub-outage", type=float, default=0.0, metavar="SECONDS", help="kill the hub for so long during the replay"
    )
    parser.add_argument("--wipe-hub", action="store_true", help="with --hub-outage: the hub also loses its store")
    return parser
