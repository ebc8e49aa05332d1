"""A paper that had run out by the register on the day a vehicle was driven past.

The register is asked by plate, so whoever drives under a copied plate is laid at the door of the plate's owner: unless
the registered class is known and is that of the vehicle seen, the finding is counted only (HARMS D17).
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations.case import Finding, RuleInput, frames_to_keep
from recognition.violations.driving import is_driven

CLASS_UNCONFIRMED = "class_unconfirmed"


@dataclass(frozen=True, slots=True)
class Lapse:
    """The last day a paper was valid and the local day of the passage, at least one later."""

    valid_until: date
    driven_on: date

    @property
    def days(self) -> int:
        """How many days ago the paper ran out."""
        return (self.driven_on - self.valid_until).days


def find_lapse(case: RuleInput, valid_until: date | None) -> Lapse | None:
    """Compare a paper's last valid day with the day the vehicle was driven, where the site's people live.

    A register that gave no answer says nothing of the paper.
    """
    if valid_until is None or not is_driven(case):
        return None
    driven_on = _seen_at(case).astimezone(ZoneInfo(case.site.timezone)).date()
    return Lapse(valid_until, driven_on) if driven_on > valid_until else None


def finding_of(case: RuleInput, rule: str, mode: RuleMode, lapse: Lapse) -> Finding:
    """Build the finding, only counted where the register does not confirm the class of the vehicle seen."""
    facts: dict[str, str | float | int | bool] = {
        "valid_until": lapse.valid_until.isoformat(),
        "driven_on": lapse.driven_on.isoformat(),
        "days_lapsed": lapse.days,
    }
    is_confirmed = is_class_confirmed(case)
    if not is_confirmed:
        facts["not_enforceable"] = CLASS_UNCONFIRMED
    plate_frame = (case.plate.best.frame_sequence,) if case.plate else ()
    return Finding(
        rule=rule,
        mode=mode if is_confirmed else RuleMode.SHADOW,
        occurred_at=_seen_at(case),
        frame_sequences=frames_to_keep(case.samples, must=plate_frame),
        measurement=None,
        facts=facts,
    )


def _seen_at(case: RuleInput) -> datetime:
    return case.samples[len(case.samples) // 2].captured_at


def is_class_confirmed(case: RuleInput) -> bool:
    """Tell whether the register names the very class of the vehicle seen."""
    registered = case.register.vehicle_class if case.register is not None else None
    return registered is not None and registered is not VehicleClass.UNKNOWN and registered is case.vehicle_class
