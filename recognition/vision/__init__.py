"""Pixels to vehicles: the only home of the inference and tracking libraries."""

from recognition.vision.analyser import SceneAnalyser
from recognition.vision.detect import VehicleBox, VehicleDetector, YoloDetector
from recognition.vision.find_plate import CornerFinder, FoundPlate, PlateFinder
from recognition.vision.look import LookResult, PlateLook, PlateLooker
from recognition.vision.models import VisionModels
from recognition.vision.passages import build_passage
from recognition.vision.policy import AnalysisPolicy
from recognition.vision.read_plate import PlateNetwork, PlateReader, straighten
from recognition.vision.registry import Artefact, ModelRegistry
from recognition.vision.stills import StillReader, load_still
from recognition.vision.track import TrackedBox, VehicleTracker
from recognition.vision.vehicle import TrackedVehicle
from recognition.vision.video import Image, VideoReader, read_video

__all__ = [
    "AnalysisPolicy",
    "Artefact",
    "CornerFinder",
    "FoundPlate",
    "Image",
    "LookResult",
    "ModelRegistry",
    "PlateFinder",
    "PlateLook",
    "PlateLooker",
    "PlateNetwork",
    "PlateReader",
    "SceneAnalyser",
    "StillReader",
    "TrackedBox",
    "TrackedVehicle",
    "VehicleBox",
    "VehicleDetector",
    "VehicleTracker",
    "VideoReader",
    "VisionModels",
    "YoloDetector",
    "build_passage",
    "load_still",
    "read_video",
    "straighten",
]
