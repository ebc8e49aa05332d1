"""Which peers this machine has, and why it lacks the others."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from models.evaluation.peers.networks import OpenImageModelsFinder, PpOcrReader, SlotReader
from models.evaluation.peers.system import BoxFinder, CropReader, PeerAbsentError, PeerSystem
from models.evaluation.peers.torch_networks import FastAnprFinder, LprNetReader


def load_peers(folder: Path) -> tuple[tuple[PeerSystem, ...], dict[str, str]]:
    """Return the peers whose weights lie under ``weights/`` of the data folder, and name → reason for the rest."""
    weights = folder / "weights"

    @cache
    def oim() -> BoxFinder:
        return OpenImageModelsFinder(weights / "peers" / "yolo-v9-t-416-license-plates-end2end1.onnx")

    @cache
    def pp_ocr() -> CropReader:
        return PpOcrReader()

    makers: dict[str, tuple[Callable[[], BoxFinder], Callable[[], CropReader]]] = {
        "oim+cct_v1": (oim, lambda: SlotReader(weights / "peers" / "cct_xs_v1_global.onnx")),
        "oim+cct_v2": (oim, lambda: SlotReader(weights / "peers" / "cct_xs_v2_global.onnx")),
        "rapidocr": (oim, pp_ocr),
        "oim+lprnet_ru": (oim, lambda: LprNetReader(weights / "plate-ocr" / "egshes-lprnet-ru")),
        # fastanpr reads with PP-OCR too, so its finder is joined with the same general reader.
        "fastanpr": (lambda: FastAnprFinder(weights / "plate-det" / "fastanpr_yolov8n_plate.pt"), pp_ocr),
    }
    systems: list[PeerSystem] = []
    absent: dict[str, str] = {}
    for name, (finder, reader) in makers.items():
        try:
            systems.append(PeerSystem(name, finder(), reader()))
        except PeerAbsentError as error:
            absent[name] = error.message
    return tuple(systems), absent
