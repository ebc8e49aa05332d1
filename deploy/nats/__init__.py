"""The hub where regions meet: NATS JetStream, one log-in per region, each allowed its own subjects only."""

from deploy.nats.config import HubUser, hub_config

__all__ = ["HubUser", "hub_config"]
