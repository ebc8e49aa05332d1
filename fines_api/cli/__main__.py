"""``python -m fines_api.cli``: the same as ``fines-api``."""

from fines_api.cli import app

app()
