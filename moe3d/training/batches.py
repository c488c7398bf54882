"""Training batches in VGGT's units, small changes of colour, and mirror images."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from moe3d.model.differentiable_geometry import world_points_from_depth
from moe3d.model.pose_encoding import Cameras, pose_encoding_from_cameras


@dataclass(frozen=True)
class TrainingBatch:
    """B scenes of S views: first camera as the world, mean point distance 1."""

    images: Float[Tensor, "B S 3 H W"]
    """RGB in 0..1."""
    depth: Float[Tensor, "B S H W"]
    """Normalised z-depth; NaN where unknown."""
    cameras: Cameras
    """Normalised."""
    names: tuple[str, ...] = ()
    """Which scenes these are, for error messages."""

    @property
    def pose_encoding(self) -> Float[Tensor, "B S 9"]:
        """What the camera head should answer."""
        return pose_encoding_from_cameras(self.cameras, *self.depth.shape[-2:])


def split_scenes(batch: TrainingBatch) -> list[TrainingBatch]:
    """A batch of one scene for each scene."""
    world, lens = batch.cameras.camera_from_world, batch.cameras.intrinsics
    rows = [slice(index, index + 1) for index in range(len(batch.images))]
    return [
        TrainingBatch(
            batch.images[row], batch.depth[row], Cameras(world[row], lens[row]), batch.names[row]
        )
        for row in rows
    ]


def join_scenes(parts: Sequence[TrainingBatch]) -> TrainingBatch:
    """One batch of all scenes; the opposite of `split_scenes`."""
    cameras = Cameras(
        torch.cat([part.cameras.camera_from_world for part in parts]),
        torch.cat([part.cameras.intrinsics for part in parts]),
    )
    return TrainingBatch(
        torch.cat([part.images for part in parts]),
        torch.cat([part.depth for part in parts]),
        cameras,
        tuple(name for part in parts for name in part.names),
    )


def normalise_scenes(
    images: UInt8[Tensor, "B S H W 3"],
    depth: Float[Tensor, "B S H W"],
    camera_from_world: Float[Tensor, "B S 4 4"],
    intrinsics: Float[Tensor, "B S 3 3"],
) -> TrainingBatch:
    """Bring scenes to VGGT's units: the first camera is the world, mean point distance is 1.

    Args:
        images: RGB.
        depth: metres; NaN where unknown.
        camera_from_world: any world.
        intrinsics: pixels.
    """
    world = camera_from_world.cpu().double()  # not every device has double precision
    relative = (world @ world[:, :1].inverse()).to(depth)
    lenses = intrinsics.to(depth)
    points = world_points_from_depth(depth, Cameras(relative, lenses))
    distance = points.norm(dim=-1)
    known = torch.isfinite(distance)
    total = torch.where(known, distance, 0.0).sum((1, 2, 3))
    scale = (total / known.sum((1, 2, 3)).clamp(min=1)).clamp(min=1e-6)
    relative = relative.clone()
    relative[:, :, :3, 3] /= scale[:, None, None]
    pictures = images.movedim(-1, 2).float() / 255
    return TrainingBatch(pictures, depth / scale[:, None, None, None], Cameras(relative, lenses))


def augment_images(
    images: Float[Tensor, "B S 3 H W"], random: np.random.Generator
) -> Float[Tensor, "B S 3 H W"]:
    """Change brightness, contrast, colour balance and saturation of each scene a little."""
    size = (len(images), 1, 1, 1, 1)

    def factor(spread: float, shape: tuple[int, ...] = size) -> Tensor:
        drawn = np.exp(random.normal(0, spread, shape)).astype(np.float32)
        return torch.from_numpy(drawn).to(images.device)

    images = images ** factor(0.15)
    images = images * factor(0.1) * factor(0.05, (len(images), 1, 3, 1, 1))
    grey = images.mean(2, keepdim=True)
    return (grey + (images - grey) * factor(0.2)).clamp(0, 1)


def mirror_scenes(batch: TrainingBatch) -> TrainingBatch:
    """The batch as a mirror shows it: left and right change places in photos, depth and cameras."""
    flip = torch.diag(torch.tensor([-1.0, 1, 1, 1])).to(batch.cameras.camera_from_world)
    world = flip @ batch.cameras.camera_from_world @ flip
    lens = batch.cameras.intrinsics.clone()
    lens[..., 0, 2] = batch.depth.shape[-1] - 1 - lens[..., 0, 2]
    return replace(
        batch,
        images=batch.images.flip(-1),
        depth=batch.depth.flip(-1),
        cameras=Cameras(world, lens),
    )
