"""The folders and files that the users of the guide have on their disk."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trimesh
from PIL import Image

from moe3d import ScenePrediction, sample_scenes
from moe3d.geometry.projection import world_points_from_depth
from moe3d.geometry.similarity import fit_similarity

SCAN_STEP = 4
SCAN_OFF = (0.06, -0.03, 0.05)
"""A scan that somebody placed by hand lies a little beside the result; scene units."""


@dataclass(frozen=True)
class Scenes:
    """Everything lies in one folder; what takes long is made once and kept there."""

    root: Path

    @property
    def living_room(self) -> Path:
        """A folder of eight photos."""
        return self._copied("room", "living room")

    @property
    def corner(self) -> Path:
        """Four of those photos, for a run that one need not wait for."""
        return self._copied("room", "sofa corner", most=4)

    @property
    def street(self) -> Path:
        """A folder of two photos."""
        return self._copied("leuven", "street")

    @property
    def session(self) -> Path:
        """The living room with its result; there after `visit`."""
        return self.root / "living room.moe3d"

    @property
    def scan(self) -> Path:
        """A cloud of the same room by another instrument; there after `visit`."""
        return self.root / "laser scan.ply"

    @property
    def settings(self) -> Path:
        """What the window remembers of that visit."""
        return self.root / "visit" / "settings.ini"

    def _copied(self, sample: str, name: str, most: int | None = None) -> Path:
        folder = self.root / name
        if not folder.is_dir():
            (scene,) = [scene for scene in sample_scenes() if scene.name == sample]
            folder.mkdir(parents=True)
            for photo in sorted(scene.images.iterdir())[:most]:
                shutil.copy(photo, folder)
        return folder

    def write_scan(self, result: ScenePrediction) -> None:
        """Make the scan of the sample's exact depth, about where the result's cameras lie."""
        (scene,) = [scene for scene in sample_scenes() if scene.name == "room"]
        views = json.loads((scene.images.parent / "cameras.json").read_text())["views"]
        points, colors = [], []
        for view in views:
            depth = np.load(scene.images.parent / view["depth"]).astype(float)
            camera = np.asarray(view["camera_from_world"])
            lifted = world_points_from_depth(depth, np.asarray(view["intrinsics"]), camera)
            photo = np.asarray(Image.open(scene.images.parent / view["image"]).convert("RGB"))
            few = (slice(None, None, SCAN_STEP),) * 2
            is_known = np.isfinite(depth[few])
            points.append(lifted[few][is_known])
            colors.append(photo[few][is_known])
        centres = np.array([_centre(np.asarray(view["camera_from_world"])) for view in views])
        placed = np.array([_centre(camera.astype(float)) for camera in result.camera_from_world])
        result_from_truth = fit_similarity(centres, placed)
        moved = result_from_truth.apply(np.concatenate(points)) + SCAN_OFF
        trimesh.PointCloud(moved, np.concatenate(colors)).export(self.scan)


def _centre(camera_from_world: np.ndarray) -> np.ndarray:
    """Where a camera stands in the world."""
    return -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
