"""What a process keeps in memory between requests: one object of each kind, made when it is first asked for."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Memory:
    """Copies of what the database knows; all of it can be lost at any time and made again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[type[Any], Any] = {}

    def of(self, kind: type[T], make: Callable[[], T]) -> T:
        """Return the process's one object of a kind; ``make`` is called once and asks nobody else of this memory."""
        with self._lock:
            if kind not in self._kept:
                self._kept[kind] = make()
            kept: T = self._kept[kind]
            return kept
