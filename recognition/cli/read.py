"""``recognition read``: the plates on photos, as CSV or JSON."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from recognition.cli.report import FAILED, plain_errors
from recognition.contracts import RecognitionError

_COLUMNS = ("image", "xmin", "ymin", "xmax", "ymax", "text", "confidence")


def read(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="photos (JPEG, PNG)")],
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header (the default)")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object per plate and line")] = False,
    home: Annotated[str | None, typer.Option(help="country whose plates are expected, e.g. ru")] = None,
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="leave out what is less likely right than this; 0 gives every guess")
    ] = 0.05,
    registry: Annotated[Path | None, typer.Option(help="another model registry file")] = None,
) -> None:
    """Read the number plates on photos.

    One line per plate; a photo without a readable plate has none.  The confidence is the measured chance that the text
    is right.  A photo that cannot be read is named on standard error, the others are still read, the exit code is 1.
    """
    if as_csv and as_json:
        raise typer.BadParameter("choose --csv or --json")
    with plain_errors():
        from recognition.plates import load_grammars
        from recognition.vision import StillReader, VisionModels

        if home is not None:
            load_grammars((home,))
        reader = StillReader(VisionModels.load(registry), home=home, min_confidence=min_confidence)
        failures = 0
        writer = csv.writer(sys.stdout, lineterminator="\n")
        if not as_json:
            writer.writerow(_COLUMNS)
        for path in images:
            try:
                rows = list(_plates(reader, path))
            except RecognitionError as error:
                sys.stderr.write(f"error {error}\n")
                failures += 1
                continue
            for row in rows:
                if as_json:
                    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
                else:
                    writer.writerow([row[column] for column in _COLUMNS])
            sys.stdout.flush()
    if failures:
        raise typer.Exit(FAILED)


def _plates(reader: Any, path: Path) -> Iterator[dict[str, Any]]:
    from recognition.vision import load_still

    for plate in reader.read(load_still(path)):
        low, high = plate.corners_px.min(axis=0), plate.corners_px.max(axis=0)
        best = plate.candidate
        yield {
            "image": str(path),
            "xmin": round(float(low[0])),
            "ymin": round(float(low[1])),
            "xmax": round(float(high[0])),
            "ymax": round(float(high[1])),
            "text": best.plate,
            "confidence": round(best.confidence, 6),
            "plate_region": best.plate_region,
            "plate_type": best.plate_type,
            "series": best.series,
            "corners": [[round(float(x), 1), round(float(y), 1)] for x, y in plate.corners_px],
            "raw_text": plate.raw_text,
            "characters": [one.model_dump(mode="json") for one in best.characters],
            "alternatives": [
                {
                    "text": other.plate,
                    "plate_region": other.plate_region,
                    "plate_type": other.plate_type,
                    "confidence": round(other.confidence, 4),
                    "belief": round(other.belief, 4),
                }
                for other in plate.alternatives
            ],
        }
