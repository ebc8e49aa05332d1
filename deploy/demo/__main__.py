"""``python -m deploy.demo``: play the whole system on this machine; Ctrl-C ends it and leaves nothing running."""

import sys
import time
from contextlib import closing

from deploy.demo.cast import choose_cast
from deploy.demo.errors import DemoError, StopRequestedError
from deploy.demo.interrupts import INTERRUPTS
from deploy.demo.options import Options, parse_options
from deploy.demo.report import Report
from deploy.demo.screen import Screen
from deploy.demo.stage import Backstage, set_stage
from deploy.demo.state import open_state
from deploy.demo.story import Story
from deploy.demo.summary import show_summary
from fines_api.kit.errors import FinesError
from recognition.contracts import RecognitionError


def main() -> int:
    """Run the demo; returns the exit status."""
    started_s = time.monotonic()
    INTERRUPTS.install()
    report = Report()
    try:
        options = parse_options()
        try:
            return _play(options, report, started_s)
        finally:
            report.time_to_end_s = round(time.monotonic() - started_s, 2)
            if options.report is not None:
                report.write(options.report)
    except StopRequestedError:
        print("stopped; nothing is left running")  # noqa: T201 - a command prints
        return 130
    except (DemoError, FinesError, RecognitionError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def _play(options: Options, report: Report, started_s: float) -> int:
    cast = choose_cast(options)
    with open_state(options.state, is_kept=options.is_kept) as folder, Screen(started_s) as screen:
        backstage = Backstage(folder, cast, screen, report, started_s)
        with set_stage(backstage) as stage, closing(Story(stage, backstage, options)) as story:
            story.play()
        screen.phase("everything is stopped")
        show_summary(report, screen)
    for problem in report.problems:
        print(f"missing: {problem}", file=sys.stderr)  # noqa: T201
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
