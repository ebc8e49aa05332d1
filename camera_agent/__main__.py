"""``python -m camera_agent``."""

from camera_agent.cli import app

app(prog_name="camera-agent")
