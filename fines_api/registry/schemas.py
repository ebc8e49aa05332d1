"""A vehicle as the register tells it; no names, no addresses."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from recognition.contracts import PlateKey, VehicleClass


class VehicleImport(PlateKey):
    """One line of an import."""

    certificate_number: SecretStr = Field(description="registration certificate (СТС); kept as a keyed digest only")
    make: str = Field(max_length=60)
    model: str = Field(max_length=60)
    colour: str = Field(max_length=40)
    vehicle_class: VehicleClass


class Vehicle(BaseModel):
    """What an officer may see of a registered vehicle."""

    model_config = ConfigDict(frozen=True)

    vehicle_id: UUID
    plate: PlateKey
    make: str
    model: str
    colour: str
    vehicle_class: VehicleClass
    source: str

    @property
    def title(self) -> str:
        """Make, model and colour in one line."""
        return ", ".join(part for part in (f"{self.make} {self.model}".strip(), self.colour) if part)


class CitizenLogIn(BaseModel):
    """Body of ``POST /v1/citizen/sessions``."""

    model_config = ConfigDict(extra="forbid")

    plate: str = Field(min_length=1, max_length=20)
    certificate_number: SecretStr = Field(min_length=1, max_length=30)
