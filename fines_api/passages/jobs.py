"""Keep the days of the passages ahead of the calendar."""

from fines_api.kit.jobs import job
from fines_api.node import Node
from fines_api.passages.service import PassageService


@job("passages.make_days", cron="7 */6 * * *")
def make_days(node: Node) -> None:
    """Make the partitions of the coming week, four times a day."""
    with node.database.begin() as session:
        PassageService(session, node).make_days()
