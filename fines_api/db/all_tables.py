"""Every table of every domain, for migrations and the drift test."""

import importlib
from pathlib import Path

from fines_api.db.base import Base

for _path in sorted(Path(__file__).parent.parent.glob("*/tables.py")):
    importlib.import_module(f"fines_api.{_path.parent.name}.tables")

METADATA = Base.metadata
