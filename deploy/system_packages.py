"""Debian packages that some tests need: installed where this runs as root, else named aloud.  Standard library only."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_TYPELIBS = "usr/lib/*/girepository-1.0/GstRtspServer-1.0.typelib"


def _has_browser() -> bool:
    return shutil.which("chromium") is not None


def _has_gpsd() -> bool:
    return (shutil.which("gpsd") or shutil.which("gpsd", path="/usr/sbin")) is not None


def _has_rtsp_server() -> bool:
    return any(Path("/").glob(_TYPELIBS)) and Path("/usr/lib/python3/dist-packages/gi").is_dir()


NEEDED: dict[str, tuple[Callable[[], bool], list[str]]] = {
    "browser tests": (_has_browser, ["chromium"]),
    "satellite receiver tests": (_has_gpsd, ["gpsd"]),
    "RTSP tests": (
        _has_rtsp_server,
        [
            "gir1.2-gst-rtsp-server-1.0",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-bad",
            "gstreamer1.0-plugins-ugly",
            "python3-gi",
        ],
    ),
}


def main() -> int:
    """Install what is missing; a failure only means that the tests concerned are skipped."""
    missing = {what: packages for what, (is_there, packages) in NEEDED.items() if not is_there()}
    if not missing:
        return 0
    names = [name for packages in missing.values() for name in packages]
    can_install = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if can_install:
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *names]):
            done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - fixed commands
            if done.returncode:
                sys.stderr.write(f"{' '.join(command)} failed\n")
    for what, packages in missing.items():
        if not NEEDED[what][0]():
            sys.stderr.write(f"SKIPPING {what}: as root, run: apt-get install {' '.join(packages)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
