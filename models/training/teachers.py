"""Texts for real plates that nobody labelled: kept only where readers of different make agree and are sure.

    python -m models.training.teachers --data FOLDER --out FILE

The file is a cache of what the teachers said, not a part of the project; ``models.training.reader`` takes it.
"""

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from models.datasets import data_folder, load_pictures
from models.evaluation.peers.networks import SlotReader
from models.evaluation.peers.system import cut
from recognition.plates import keys_for

_SETS = ("ro",)
_SURE = 0.6
_MARGINS = (0.0, 0.04, 0.08)
_MIN_LENGTH = 5


def agreed_texts(folder: Path) -> list[dict[str, object]]:
    """Return ``{image, box, text}`` of every unlabelled training plate whose text all teachers give on most cuts."""
    weights = folder / "weights" / "peers"
    teachers = [SlotReader(weights / f"cct_xs_{version}_global.onnx") for version in ("v1", "v2")]
    found: list[dict[str, object]] = []
    for dataset in _SETS:
        for picture in load_pictures(folder, dataset):
            if not picture.is_training:
                continue
            bgr = np.asarray(cv2.imread(str(picture.path)), np.uint8)
            for plate in picture.plates:
                said = [teacher.read(cut(bgr, plate.box_px, margin)) for teacher in teachers for margin in _MARGINS]
                texts = [one.text for one in said if one.confidence >= _SURE]
                best = max(set(texts), key=texts.count, default="")
                is_agreed = texts.count(best) >= len(said) - 1 and len(best) >= _MIN_LENGTH
                if is_agreed and any(key.plate_region not in {"us", "eu"} for key in keys_for(best)):
                    name = f"{dataset}/{picture.path.name}"
                    found.append({"image": name, "box_px": plate.box_px, "text": best})
    return found


def main() -> None:
    """Write the file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--out", type=Path, required=True)
    given = arguments.parse_args()
    found = agreed_texts(data_folder(given.data))
    given.out.write_text(json.dumps(found, indent=1), "utf-8")
    print(f"{len(found)} plates that the teachers agree on")


if __name__ == "__main__":
    main()
