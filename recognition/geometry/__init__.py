"""From pixels to metres: the surveyed road plane, lanes and lines, and speed with its uncertainty."""

from recognition.geometry.anchor import box_bottoms_px, pose_of, whole_samples
from recognition.geometry.motion import Motion, describe_motion, describe_way
from recognition.geometry.moved import ViewReference
from recognition.geometry.plane import RoadPlane
from recognition.geometry.polygon import contains, depth_inside
from recognition.geometry.pose import CameraPose
from recognition.geometry.site_checks import check_certificate, require_certificate
from recognition.geometry.site_file import load_site, parse_site, unsurveyed_site
from recognition.geometry.speed import has_time_jump, measure_speed
from recognition.geometry.track import TrackSample
from recognition.geometry.view_watch import ViewWatch, load_view, still_beside

__all__ = [
    "CameraPose",
    "Motion",
    "RoadPlane",
    "TrackSample",
    "ViewReference",
    "ViewWatch",
    "box_bottoms_px",
    "check_certificate",
    "contains",
    "depth_inside",
    "describe_motion",
    "describe_way",
    "has_time_jump",
    "load_site",
    "load_view",
    "measure_speed",
    "parse_site",
    "pose_of",
    "require_certificate",
    "still_beside",
    "unsurveyed_site",
    "whole_samples",
]
