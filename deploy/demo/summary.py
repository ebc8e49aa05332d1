"""The end of the story in one table."""

from deploy.demo.report import Report
from deploy.demo.screen import Screen


def show_summary(report: Report, screen: Screen) -> None:
    """Print what came of it."""
    rows = [
        ("passages", str(len(report.passages))),
        ("hits", f"{len(report.hits)}, of them {len(report.region_hits)} sent to another region"),
        ("violations", f"{len(report.violations)} approved, {len(report.rejected_cases)} rejected"),
        ("decrees, payments", f"{len(report.decrees)}, {len(report.payments)}"),
        ("first page, first hit", f"{_seconds(report.time_to_first_page_s)}, {_seconds(report.time_to_first_hit_s)}"),
        ("peak memory", f"{report.peak_memory_mib or 0:.0f} MiB"),
    ]
    if report.misses:
        rows.append(("not read", ", ".join(report.misses)))
    for plate, closest in report.closest_plates.items():
        rows.append((f"{plate} was not seen", f"closest read: {', '.join(closest) or 'nothing like it'}"))
    screen.panel("The story", rows)


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"
