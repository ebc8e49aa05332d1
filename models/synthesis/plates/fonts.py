"""The names of the typefaces that plates are drawn with, for a package manager: see ``fonts.toml``."""

import sys
import tomllib
from importlib import resources


def packages() -> tuple[str, ...]:
    """Return the npm packages, each with its version."""
    text = (resources.files("models.synthesis.plates") / "fonts.toml").read_text("utf-8")
    return tuple(name for group in tomllib.loads(text)["typefaces"] for name in group["packages"])


if __name__ == "__main__":
    sys.stdout.write(" ".join(packages()) + "\n")
