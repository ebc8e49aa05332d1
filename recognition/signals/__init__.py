"""What a signal head showed, and since when: lamp state from pixels or from a controller, as a timeline with bounds."""

from recognition.signals.feed import Report, reconcile, timeline_from_feed
from recognition.signals.lamps import HeadReading, LampReading, LampState, aspect_of, read_lamps
from recognition.signals.site_signals import SiteSignals
from recognition.signals.timeline import Aspect, Phase, RedSince, SignalTimeline
from recognition.signals.view import HeadReader
from recognition.signals.watch import SignalWatch, WatchBounds

__all__ = [
    "Aspect",
    "HeadReader",
    "HeadReading",
    "LampReading",
    "LampState",
    "Phase",
    "RedSince",
    "Report",
    "SignalTimeline",
    "SignalWatch",
    "SiteSignals",
    "WatchBounds",
    "aspect_of",
    "read_lamps",
    "reconcile",
    "timeline_from_feed",
]
