"""Is the story complete? What the person wanted and what is missing, in words."""

from difflib import get_close_matches

from deploy.demo.cast import Cast
from deploy.demo.report import Report
from recognition.plates import canonical

_MIN_PASSAGES = 5


def judge_story(cast: Cast, report: Report) -> None:
    """Fill ``misses``, ``closest_plates`` and ``problems``.

    The built-in scene must show everything; a person's own video must give passages only, and where a wanted plate
    was not seen the closest ones read are named.
    """
    read = [row["plate"] for row in report.plates_read if row["plate"]]
    report.misses = [vehicle.plate for vehicle in cast.vehicles if vehicle.plate not in read]
    for wanted in cast.wanted_by_owner:
        plate = canonical(wanted.plate)
        if plate not in report.wanted_seen:
            report.closest_plates[plate] = get_close_matches(plate, sorted(set(read)), n=5, cutoff=0.4)
    report.problems += _missing(cast, report)


def _missing(cast: Cast, report: Report) -> list[str]:
    if not cast.is_own_story:
        return [] if report.passages else ["not one passage: no vehicle was recognised in the video"]
    needed = {
        f"{_MIN_PASSAGES} passages": len(report.passages) >= _MIN_PASSAGES,
        "a hit": bool(report.hits),
        "a hit across regions": bool(report.region_hits),
        "a violation that an officer approved": bool(report.violations),
        "a decree": bool(report.decrees),
        "a payment": bool(report.payments),
    }
    return [what for what, is_there in needed.items() if not is_there]
