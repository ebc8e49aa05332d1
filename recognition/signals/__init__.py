"""What a signal head showed, and since when: lamp state from pixels or from a controller, as a timeline with bounds."""

from recognition.signals.timeline import Aspect, Phase, RedSince, SignalTimeline

__all__ = ["Aspect", "Phase", "RedSince", "SignalTimeline"]
