"""Words for what the running pipeline says of its receivers: the device's position, and the controller's feed."""

from collections.abc import Mapping
from typing import Any

Words = tuple[bool, str]
"""Whether it is in order, and words for the operator."""


def receiver_words(health: Mapping[str, Any] | None) -> dict[str, Words]:
    """Return words for each receiver that is configured, by its name in the health file."""
    words = {"position": position_words, "signal_feed": feed_words}
    facts = {name: health.get(name) for name in words} if health is not None else {}
    return {name: words[name](fact) for name, fact in facts.items() if isinstance(fact, dict)}


def position_words(facts: Mapping[str, Any]) -> Words:
    """Say where the receiver puts the device, or why nobody knows."""
    jumps = f"; jumped {facts['jumps']} times" if facts.get("jumps") else ""
    if facts.get("has_fix"):
        place = f"{facts['latitude']:.5f}, {facts['longitude']:.5f} ± {2 * facts['sigma_m']:.0f} m"
        return True, f"{place}, {facts['age_s']:.0f} s old{jumps}"
    old = f", the last fix is {facts['age_s']:.0f} s old" if facts.get("age_s") is not None else ""
    why = _why(facts, "the receiver finds no satellites: look at its aerial with cgps or gpsmon")
    return False, f"no fix from {facts['address']}{old}: {why}; the position is not compared with the survey{jumps}"


def feed_words(facts: Mapping[str, Any]) -> Words:
    """Say how the controller's feed does."""
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted((facts.get("refused") or {}).items()))
    tail = f"; refused: {refused}" if refused else ""
    if not facts.get("groups"):
        return False, f"{facts['address']} is of no use: no signal head of the site names its group as feed"
    if facts.get("is_heard"):
        return True, f"{facts['reports']} reports, the last is {facts['age_s']:.0f} s old{tail}"
    why = _why(facts, "the adapter says nothing of these groups: " + ", ".join(facts["groups"]))
    return False, f"nothing from {facts['address']}: {why}; only lamps in the picture are believed{tail}"


def _why(facts: Mapping[str, Any], otherwise: str) -> str:
    reason = str(facts.get("last_error") or "")
    if facts.get("is_connected"):
        return reason or otherwise
    return reason or "not connected yet"
