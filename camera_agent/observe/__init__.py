"""The end of a track becomes facts: one Passage, and for each finding a sealed evidence package."""

from camera_agent.observe.observer import Beside, Observation, Observer, SceneContext

__all__ = ["Beside", "Observation", "Observer", "SceneContext"]
