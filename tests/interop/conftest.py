"""The scene that other programs are shown: the bundled room, with exact depth and cameras."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.io.photos.samples import sample_scenes
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PredictionMetadata, ScenePrediction

STEP = 2
"""The prediction holds every second pixel of the photos, as a network would see them smaller."""


def room_prediction(views: slice = slice(0, 6)) -> ScenePrediction:
    """What a perfect network would say of the room. Two experts: the near and the far half."""
    folder = next(scene.folder for scene in sample_scenes() if scene.name == "room")
    entries = json.loads((folder / "cameras.json").read_text())["views"][views]
    photos = [np.asarray(Image.open(folder / entry["image"])) for entry in entries]
    depth = np.stack([np.load(folder / entry["depth"])[::STEP, ::STEP] for entry in entries])
    depth = depth.astype(np.float32)
    valid = np.isfinite(depth) & (depth > 0)
    # Network pixel u is photo pixel 2 u.
    shift = 0.5 - 0.5 / STEP
    full_height, full_width = photos[0].shape[:2]
    height, width = depth.shape[1:]
    transform = PixelTransform(
        full_width, full_height, width, height, 1 / STEP, 1 / STEP, shift, shift
    )
    intrinsics = [transform.network_intrinsics(np.array(entry["intrinsics"])) for entry in entries]
    near = np.median(depth[valid])
    rows = np.linspace(1, 3, height, dtype=np.float32)[:, None]
    return ScenePrediction(
        names=tuple(f"room {number + 1}.jpg" for number in range(len(entries))),
        images=np.stack([photo[::STEP, ::STEP] for photo in photos]),
        depth=depth,
        confidence=np.broadcast_to(rows, depth.shape).copy(),
        camera_from_world=np.array([entry["camera_from_world"] for entry in entries]),
        intrinsics=np.array(intrinsics),
        valid_mask=valid,
        expert_depths=np.stack([depth, depth * np.float32(1.1)], axis=1),
        gate_logits=np.stack([np.where(depth < near, 2.0, -2.0), 0 * depth], axis=1).astype(
            np.float32
        ),
        gate_temperature=1.0,
        pixel_transforms=(transform,) * len(entries),
        metadata=PredictionMetadata(
            "truth",
            experts_trained=True,
            sources=tuple(str(folder / entry["image"]) for entry in entries),
        ),
    )


@pytest.fixture(scope="session")
def room() -> ScenePrediction:
    return room_prediction()


@pytest.fixture(scope="session")
def work(tmp_path_factory) -> Path:
    """A folder with a space and an umlaut in its name, as users have them."""
    folder = tmp_path_factory.getbasetemp() / "größer raum"
    folder.mkdir()
    return folder
