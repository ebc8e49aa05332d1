"""How much memory the project's own reader needs at its peak, in a process that does nothing else.

``python -m models.evaluation.memory PICTURE...`` reads the pictures and prints the peak in MiB.
"""

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from models.evaluation.systems import load_own
from recognition.contracts import RecognitionError
from recognition.vision import load_still

PICTURES = 20


class MemoryProbeError(RecognitionError):
    """The process that reads pictures to have its memory measured did not come through."""

    code = "bench.memory_probe"


def peak_memory_mib(pictures: Sequence[Path]) -> float:
    """Read the first pictures in a fresh process and return its peak memory in MiB.

    Raises:
        MemoryProbeError: that process failed.
    """
    command = [sys.executable, "-m", "models.evaluation.memory", *map(str, pictures[:PICTURES])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this program itself
    if done.returncode != 0:
        raise MemoryProbeError(f"the memory probe failed: {done.stderr[-500:]}", hint="run it alone and see")
    return float(done.stdout)


def own_peak_mib() -> float:
    """Return the peak resident memory of this process in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    # Linux lets ru_maxrss begin at what the parent process held when it started this one: second choice.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str]) -> None:
    """Read the named pictures and print the peak."""
    system = load_own()
    for path in arguments:
        system.read(load_still(Path(path)))
    sys.stdout.write(f"{own_peak_mib():.1f}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
