"""What the person in front of the terminal sees: a line for each event, and the counters below them."""

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table


class Screen:
    """Live progress in a terminal; plain lines where the output is a file."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._console = Console(highlight=False, soft_wrap=True)
        self._lock = threading.Lock()
        self._counters: dict[str, int] = {}
        self._phase = "starting"
        self._spinner = Spinner("dots")
        self._live = Live(console=self._console, refresh_per_second=8, transient=True, get_renderable=self._render)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def phase(self, text: str) -> None:
        """Name what is being done now."""
        self._phase = text
        self.note(f"[bold]{text}[/bold]")

    def note(self, text: str) -> None:
        """Print one event with the seconds since the start; rich markup is allowed."""
        with self._lock:
            self._console.print(f"[dim]{time.monotonic() - self._started_s:6.1f} s[/dim]  {text}")

    def count(self, name: str, value: int) -> None:
        """Set a counter."""
        self._counters[name] = value

    def panel(self, title: str, rows: list[tuple[str, str]]) -> None:
        """Print a framed table of two columns."""
        table = Table.grid(padding=(0, 2))
        for left, right in rows:
            table.add_row(left, right)
        with self._lock:
            self._console.print(Panel(table, title=title, expand=False))

    def _render(self) -> Table:
        line = Table.grid(padding=(0, 2))
        counters = "  ".join(f"{name} [bold]{value}[/bold]" for name, value in self._counters.items())
        line.add_row(self._spinner, self._phase, counters)
        return line
