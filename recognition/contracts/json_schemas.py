"""Write, or check, the JSON Schema of every wire type: ``python -m recognition.contracts.json_schemas [--check]``."""

import json
import sys
from pathlib import Path

from recognition import contracts

FOLDER = Path(__file__).parent / "schemas"
PUBLISHED: tuple[type[contracts.Contract], ...] = (
    contracts.CloudEvent,
    contracts.DeviceAssertion,
    contracts.DsseEnvelope,
    contracts.EvidenceManifest,
    contracts.Frame,
    contracts.HotlistEntryRecord,
    contracts.Measurement,
    contracts.Passage,
    contracts.Receipt,
    contracts.RegionClearanceRecord,
    contracts.RegionMessage,
    contracts.RegionHitRecord,
    contracts.Site,
    contracts.ViolationCandidate,
)


def render(contract: type[contracts.Contract]) -> str:
    """Return the schema of one wire type as stable, indented JSON."""
    schema = contract.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def drifted() -> list[str]:
    """Name the wire types whose committed schema differs from the code."""
    return [
        contract.__name__
        for contract in PUBLISHED
        if not (path := FOLDER / f"{contract.__name__}.json").exists()
        or path.read_text(encoding="utf-8") != render(contract)
    ]


def main() -> int:
    """Check with ``--check``, else write; exit 1 on drift."""
    if "--check" in sys.argv:
        names = drifted()
        for name in names:
            sys.stderr.write(f"{name}: the committed schema is not what the code says\n")
        return 1 if names else 0
    FOLDER.mkdir(exist_ok=True)
    for contract in PUBLISHED:
        (FOLDER / f"{contract.__name__}.json").write_text(render(contract), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
