"""Cameras and files as one thing: decoded pictures with capture time, and the original packets kept beside them."""

from camera_agent.capture.segment import Captured, Segment, StreamTime

__all__ = ["Captured", "Segment", "StreamTime"]
