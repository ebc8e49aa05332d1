"""Road scenes rendered by the project, with known truth: camera, road, vehicles, plates, speeds.

Pure numpy and OpenCV.  The road is cast once per camera in world metres; vehicles are lofted bodies
whose every pixel is asked in vehicle coordinates; the camera's blur, noise and tone curve come last.
"""

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.scenario import LaneChange, Road, RoadLane, RoadLine, Scenario, Vehicle
from models.synthesis.scenes.signal import SceneSignal

__all__ = ["LaneChange", "Road", "RoadLane", "RoadLine", "Scenario", "SceneCamera", "SceneSignal", "Vehicle"]
