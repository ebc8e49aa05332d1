"""``/v1/regions``: how this region stands with the others."""

from fastapi import APIRouter

from fines_api.identity.dependencies import AdministratorUser, NodeDep, PoliceUser, SessionDep
from fines_api.regions.schemas import QuarantinedMessage, RegionsAnswer
from fines_api.regions.service import RegionService

router = APIRouter(tags=["regions"])


@router.get("/v1/regions")
def regions(session: SessionDep, node: NodeDep, user: PoliceUser) -> RegionsAnswer:  # noqa: ARG001 - lets police in
    """Tell how old our copy of each region's list is, and what of ours still waits for the hub."""
    return RegionService(session, node).overview()


@router.get("/v1/regions/quarantine")
def quarantine(
    session: SessionDep,
    node: NodeDep,
    user: AdministratorUser,  # noqa: ARG001 - lets administrators in
    limit: int = 100,
) -> tuple[QuarantinedMessage, ...]:
    """List messages of other regions that were refused, with the reason."""
    return RegionService(session, node).quarantined(min(max(limit, 1), 1000))
