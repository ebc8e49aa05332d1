"""A value is never alone: unit, expanded uncertainty, and whether it may be used."""

from typing import Self

from pydantic import Field, model_validator

from recognition.contracts.base import Contract, Identifier


class Measurement(Contract):
    """A measured quantity with its expanded uncertainty (k = 2, about 95 %), after JCGM 100 (GUM)."""

    quantity: Identifier
    value: float
    unit: str = Field(pattern=r"^(km/h|m|s|ms)$")
    expanded_uncertainty: float = Field(ge=0, description="k = 2, same unit as the value")
    coverage_factor: float = 2.0
    is_valid: bool
    invalid_reason: str | None = Field(default=None, description="stable reason code when is_valid is false")
    method: Identifier
    budget: dict[str, float] = Field(default_factory=dict, description="standard uncertainty of each source, same unit")

    @model_validator(mode="after")
    def _reason_goes_with_invalid(self) -> Self:
        if self.is_valid == (self.invalid_reason is not None):
            msg = "invalid_reason must be given exactly when is_valid is false"
            raise ValueError(msg)
        return self
