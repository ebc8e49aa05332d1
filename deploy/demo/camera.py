"""The demo's camera: the real agent, playing a video file into the reading region."""

import json
from pathlib import Path
from typing import Any

from deploy.demo.cast import DEVICE_ID, Cast, site_file
from deploy.demo.errors import DemoError
from deploy.demo.hub import program
from deploy.demo.processes import Child
from deploy.demo.stage import Stage

_ENROL_S = 60.0
_THREADS = {"OMP_NUM_THREADS": "1"}


class DemoCamera:
    """One enrolled device with its journal."""

    def __init__(self, stage: Stage, cast: Cast) -> None:
        self._stage = stage
        self._cast = cast
        self._state: Path = stage.folder.root / "camera"
        self._child: Child | None = None
        self._answer = stage.folder.root / "camera.json"
        self.summary: dict[str, Any] = {}

    def begin_to_enrol(self) -> None:
        """Begin to give the region this camera's public key against the one-time code, where it has not yet."""
        if (self._state / "identity.json").exists():
            return
        code = self._stage.reader.enrolment_codes[DEVICE_ID]
        command = [
            program("camera-agent"), "enrol", "--centre", self._stage.reader.url,
            "--device-id", DEVICE_ID, "--state", str(self._state),
        ]  # fmt: skip
        environment = _THREADS | {"RUBEZH_ENROLMENT_CODE": code}  # not on the command line, where others could read it
        self._child = self._stage.troupe.start("camera-enrol", command, environment, is_lasting=False)

    def start(self) -> None:
        """Begin to play the video and to deliver what it shows, once the camera is enrolled.

        Raises:
            DemoError: the region did not take the camera.
        """
        if self._child is not None:
            self._stage.troupe.finish(self._child, _ENROL_S)
        command = [
            program("camera-agent"), "replay", str(self._cast.video.absolute()),
            "--site", str(site_file(self._stage.folder.root, self._cast).absolute()),
            "--state", str(self._state), "--centre", self._stage.reader.url, "--json",
            "--clock-bound-ms", "50",
        ]  # fmt: skip
        self._child = self._stage.troupe.start("camera", command, _THREADS, is_lasting=False, answer=self._answer)

    def is_finished(self) -> bool:
        """Tell whether everything was played and delivered.

        Raises:
            DemoError: the agent failed; the message has its last lines.
        """
        child = self._child
        if child is None or child.code is None:
            return child is None
        self._stage.troupe.release(child)
        self._child = None
        if child.code != 0:
            raise DemoError(
                f"the camera ended with status {child.code}:\n{child.tail()}",
                hint=f"read {child.log}",
                code="demo.camera",
            )
        self.summary = json.loads(self._answer.read_text())
        return True
