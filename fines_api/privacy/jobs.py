"""Minimise what is due, every night."""

from fines_api.kit.jobs import job
from fines_api.node import Node
from fines_api.privacy.nightly import Nightly


@job("privacy.minimise", cron="17 1 * * *")
def minimise(node: Node) -> None:
    """Do all that is due; what fails is tried again, and nothing is done twice."""
    Nightly(node, "system:privacy").run()
