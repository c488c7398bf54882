"""Scenes as folders of ordinary files: photos, depth maps, one file of cameras."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from moe3d.errors import OutputError
from moe3d.io.files.atomic import new_folder
from moe3d.training.data.generator import GeneratedScenes


def scene_folder_name(seed: int) -> str:
    """Folder name of a scene."""
    return f"scene-{seed:07d}"


def write_scene_folder(
    scenes: GeneratedScenes, index: int, folder: Path, *, overwrite: bool = False
) -> Path:
    """Write one scene: `images/000.png`, `depth/000.npy`, `cameras.json`.

    The folder appears under its name only when it is complete.

    Args:
        scenes: a batch.
        index: which scene of the batch.
        folder: where the scene's folder goes.
        overwrite: replace a scene that is already there.

    Raises:
        OutputError: the scene is there already, or cannot be written.
    """
    target = folder / scene_folder_name(scenes.seeds[index])
    if target.exists() and not overwrite:
        raise OutputError(f"{target} exists; use --overwrite to replace it")
    with new_folder(target, overwrite) as part:
        _write_files(scenes, index, part)
    return target


def _write_files(scenes: GeneratedScenes, index: int, folder: Path) -> None:
    (folder / "images").mkdir()
    (folder / "depth").mkdir()
    cameras = []
    for view in range(scenes.images.shape[1]):
        photo = scenes.images[index, view].cpu().numpy()
        Image.fromarray(photo).save(folder / "images" / f"{view:03d}.png")
        np.save(folder / "depth" / f"{view:03d}.npy", scenes.depth[index, view].cpu().numpy())
        cameras.append(
            {
                "image": f"images/{view:03d}.png",
                "depth": f"depth/{view:03d}.npy",
                "camera_from_world": scenes.camera_from_world[index, view].double().tolist(),
                "intrinsics": scenes.intrinsics[index, view].double().tolist(),
            }
        )
    record = {
        "seed": scenes.seeds[index],
        "units": "metres; z-depth, NaN unknown; OpenCV axes; pixel centres at whole numbers",
        "views": cameras,
    }
    (folder / "cameras.json").write_text(json.dumps(record, indent=1))
