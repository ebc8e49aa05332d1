"""Look for cloned plates every minute; forget, every night, plates that nobody may search for any more."""

from fines_api.kit.jobs import job
from fines_api.node import Node
from fines_api.search.clones.service import CloneService
from fines_api.search.dictionary.keeping import forget


@job("search.find_clones", cron="* * * * *")
def find_clones(node: Node) -> None:
    """Look at the passages received since the last look; repeating it changes nothing."""
    with node.database.begin() as session:
        CloneService(session, node).look()


@job("search.forget_plates", cron="40 1 * * *")
def forget_plates(node: Node) -> None:
    """Let go of plates that were last seen longer ago than any rank may look back."""
    forget(node)
