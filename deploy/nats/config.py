"""Write the hub's configuration file.

Subjects: ``hot.<sender>`` entries by their owner, ``hit.<owner>.<sender>`` hits back to the owner, ``beat.<sender>``
heartbeats.  A region may publish under its own name only, read every list but only its own hits, and may make the two
streams when they are missing, never change, purge or delete them.  This is the outer wall; signatures stand without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

_TEMPLATE = Path(__file__).parent / "hub.conf"


@dataclass(frozen=True)
class HubUser:
    """Log-in of one region."""

    region: str
    password: str


def hub_config(users: Sequence[HubUser], *, port: int, store_dir: Path, host: str = "127.0.0.1") -> str:
    """Return the text of the configuration file; it holds the passwords, so keep it readable by the hub only."""
    return Template(_TEMPLATE.read_text()).substitute(
        host=host,
        port=port,
        store_dir=str(store_dir.absolute()),
        users="\n".join(_user(user) for user in users),
    )


def _user(user: HubUser) -> str:
    publish = "\n".join(f'          "{subject}"' for subject in _publish_subjects(user.region))
    return (
        f'    {{ user: "{user.region}", password: "{user.password}"\n'
        f"      permissions: {{\n"
        f"        publish: {{ allow: [\n{publish}\n        ] }}\n"
        f'        subscribe: {{ allow: ["_INBOX_{user.region}.>", "beat.*"] }}\n'
        f"      }} }}"
    )


def _publish_subjects(region: str) -> list[str]:
    reader = f"region_{region}"
    subjects = [
        f"hot.{region}",
        f"hit.*.{region}",
        f"beat.{region}",
        f"$JS.API.CONSUMER.CREATE.HOT.{reader}.hot.*",
        f"$JS.API.CONSUMER.CREATE.HIT.{reader}.hit.{region}.*",
        f"$JS.API.DIRECT.GET.HOT.hot.{region}",
        f"$JS.API.DIRECT.GET.HIT.hit.*.{region}",
    ]
    for stream in ("HOT", "HIT"):
        subjects += [
            f"$JS.API.STREAM.CREATE.{stream}",
            f"$JS.API.CONSUMER.INFO.{stream}.{reader}",
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{reader}",
            f"$JS.ACK.{stream}.{reader}.>",
        ]
    return subjects
