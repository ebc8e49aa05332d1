"""Other people's plate readers, run in this process to be compared with; each is left out aloud where it is absent."""

from models.evaluation.peers.load import load_peers
from models.evaluation.peers.system import PeerAbsentError, PeerSystem

__all__ = ["PeerAbsentError", "PeerSystem", "load_peers"]
