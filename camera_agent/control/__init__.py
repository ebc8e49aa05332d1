"""Who the device is, where its state lies, and how it is doing."""

from camera_agent.control.state import DeviceState, Identity

__all__ = ["DeviceState", "Identity"]
