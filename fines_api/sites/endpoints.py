"""``/v1/sites``: register and read surveyed sites."""

from fastapi import APIRouter, Depends

from fines_api.identity.dependencies import AdministratorUser, NodeDep, SessionDep, current_user
from fines_api.identity.schemas import STAFF_ROLES
from fines_api.sites.service import SiteService
from recognition.contracts import Identifier, Site

router = APIRouter(prefix="/v1/sites", tags=["sites"])
_STAFF = [Depends(current_user(*STAFF_ROLES))]


@router.post("", status_code=201)
def register(body: Site, session: SessionDep, node: NodeDep, user: AdministratorUser) -> Site:
    """Register a site version."""
    SiteService(session, node).register(body, actor=user.actor)
    return body


@router.get("", dependencies=_STAFF)
def sites(session: SessionDep, node: NodeDep) -> list[Site]:
    """List the newest version of every site."""
    return SiteService(session, node).sites()


@router.get("/{site_id}", dependencies=_STAFF)
def site(site_id: Identifier, session: SessionDep, node: NodeDep) -> Site:
    """Return the newest version of one site."""
    return SiteService(session, node).current(site_id)
