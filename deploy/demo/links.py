"""Where to look and how to log in."""

from deploy.demo.cast import Cast
from deploy.demo.region import DemoRegion
from deploy.demo.screen import Screen
from deploy.demo.stage import Stage


def show_links(stage: Stage, cast: Cast, screen: Screen) -> None:
    """Print the pages with their log-ins."""
    owner, reader = stage.owner, stage.reader
    rows = [
        (f"police wall of {owner.code}", f"{owner.url}/police"),
        ("", _login(owner, "police")),
        ("the colleague who approves entries", _login(owner, "police-2")),
        (f"police wall of {reader.code}", f"{reader.url}/police"),
        ("", _login(reader, "police")),
        ("the colleague who approves entries", _login(reader, "police-2")),
        (f"officer's queue of {reader.code}", f"{reader.url}/officer"),
        ("", _login(reader, "officer")),
        ("citizen", f"{reader.url}/citizen"),
    ]
    rows += [
        ("", f"plate {vehicle.plate}, certificate {vehicle.certificate_number}")
        for vehicle in cast.vehicles
        if vehicle.violations
    ]
    rows.append(("everything is kept in", str(stage.folder.root)))
    screen.panel("Rubezh", rows)


def _login(region: DemoRegion, name: str) -> str:
    login = region.logins[name]
    return f"log in as {login.username}, password {login.password}"
