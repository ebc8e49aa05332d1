"""Open the case of a candidate that intake accepted."""

from uuid import UUID

from fines_api.cases.service import CaseService
from fines_api.intake.service import IntakeService
from fines_api.kit.jobs import job
from fines_api.node import Node


@job("cases.open")
def open_case(node: Node, *, candidate_id: str) -> None:
    """Repeat the gates at the centre and put the case where it belongs; repeating it changes nothing."""
    with node.database.begin() as session:
        stored = IntakeService(session, node).candidate(UUID(candidate_id))
        CaseService(session, node).open(stored.candidate, stored.manifest)
