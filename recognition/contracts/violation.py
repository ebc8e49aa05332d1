"""What the machine claims; only a person turns it into a violation."""

from uuid import UUID

from pydantic import Field

from recognition.contracts.base import Contract, Identifier, PlateKey, RuleMode, Sha256, UtcTime, VehicleClass
from recognition.contracts.measurement import Measurement


class ViolationCandidate(Contract):
    """One alleged violation by one vehicle, with the package that must prove it."""

    candidate_id: UUID
    passage_id: UUID
    device_id: Identifier
    site_id: Identifier
    site_version: int = Field(ge=1)
    rule: Identifier = Field(description="name of the rule's file in recognition.violations")
    rule_mode: RuleMode
    occurred_at: UtcTime
    plate: PlateKey
    plate_confidence: float = Field(ge=0, le=1)
    vehicle_class: VehicleClass
    measurement: Measurement | None = Field(
        default=None, description="speed for point_speed, distance over the line for solid_line"
    )
    limit_kmh: float | None = Field(default=None, gt=0)
    excess_kmh: float | None = Field(
        default=None, gt=0, description="enforced excess: value minus uncertainty minus limit, rounded down"
    )
    facts: dict[str, str | float | int | bool] = Field(default_factory=dict)
    reviewers: int = Field(
        default=1,
        ge=1,
        le=2,
        description="how many officers must approve, each without seeing the other's answer; an event that does not "
        "say was made before rules could ask for two",
    )
    package_sha256: Sha256 = Field(description="digest of the sealed evidence package (zip)")
    package_bytes: int = Field(gt=0)
