"""Camera sets as people take them: around a thing, walking on, side by side, or far apart."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d.training.data.parts import SceneLayout, Vector, inside_any_part
from moe3d.training.data.seeds import scene_random

Random = np.random.Generator
CLEARANCE_M = 0.12


@dataclass(frozen=True)
class CameraSet:
    """Pinhole cameras of one scene."""

    camera_from_world: Float[np.ndarray, "S 4 4"]
    """OpenCV axes: x right, y down, z forward."""
    focal: Float[np.ndarray, " S"]
    """Focal length as a share of the image's longer side."""


def look_at(position: Vector, target: Vector, roll: float = 0.0) -> Float[np.ndarray, "4 4"]:
    """Build camera_from_world for a camera that looks from one point to another, upright.

    Args:
        position: where the camera is, world.
        target: what it looks at, world.
        roll: turn about the viewing axis, radians.
    """
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    length = np.linalg.norm(right)
    right = right / length if length > 1e-6 else np.array([1.0, 0, 0])
    down = np.cross(forward, right)
    c, s = np.cos(roll), np.sin(roll)
    rotation = np.stack([c * right + s * down, -s * right + c * down, forward])
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = -rotation @ position
    return matrix


def _scale_of(layout: SceneLayout) -> float:
    """Length of a typical step in this scene, metres."""
    low, high = layout.lookout
    return float(np.clip(np.linalg.norm((high - low)[:2]) / 6, 0.25, 2.0))


def _is_clear(layout: SceneLayout, position: Vector, target: Vector) -> bool:
    """Whether the camera stands free, inside the shell, with air in front of it."""
    low, high = layout.shell_low + CLEARANCE_M, layout.shell_high - CLEARANCE_M
    if (position < low).any() or (position > high).any():
        return False
    distance = np.linalg.norm(target - position)
    if distance < 0.25:
        return False
    ahead = (target - position) / distance
    reach = min(0.6 * _scale_of(layout), 0.8 * float(distance))
    points = position + ahead * np.linspace(0, reach, 4)[:, None]
    return not inside_any_part(points, layout, CLEARANCE_M * min(1.0, _scale_of(layout))).any()


def _first_view(layout: SceneLayout, random: Random) -> tuple[Vector, Vector]:
    low, high = layout.lookout
    position, target = (low + high) / 2, layout.targets[0]
    for _ in range(40):
        target = layout.targets[int(random.integers(0, len(layout.targets)))]
        target = target + random.normal(0, 0.2, 3)
        position = random.uniform(low, high)
        if np.linalg.norm((target - position)[:2]) > 0.8 * _scale_of(layout) and _is_clear(
            layout, position, target
        ):
            break
    return position, target


def _sample_orbit(
    random: Random, position: Vector, target: Vector, size: float
) -> tuple[Vector, Vector]:
    arm = position - target
    angle = random.uniform(-1, 1) * size
    c, s = np.cos(angle), np.sin(angle)
    turned = np.array([c * arm[0] - s * arm[1], s * arm[0] + c * arm[1], arm[2]])
    turned = turned * random.uniform(0.75, 1.25) + [0, 0, random.normal(0, 0.15)]
    return target + turned, target + random.normal(0, 0.15, 3)


def _sample_step(
    random: Random, position: Vector, target: Vector, size: float
) -> tuple[Vector, Vector]:
    step = random.normal(0, 0.5, 3) * [1, 1, 0.25] * size
    return position + step, target + step * random.uniform(0, 1) + random.normal(0, 0.15, 3)


def _sample_beside(
    random: Random, position: Vector, target: Vector, size: float
) -> tuple[Vector, Vector]:
    right = np.cross(target - position, [0, 0, 1.0])
    right /= max(float(np.linalg.norm(right)), 1e-6)
    step = right * random.uniform(-0.3, 0.3) * size
    return position + step, target + step


def sample_cameras(layout: SceneLayout, seed: int, num_views: int) -> CameraSet:
    """Draw the cameras of a scene: the first free, the others related to it by one habit."""
    random = scene_random(seed, stream=1)
    position, target = _first_view(layout, random)
    habit = random.choice(4, p=[0.45, 0.25, 0.1, 0.2])
    size = _scale_of(layout)
    spread = random.uniform(0.15, 1.0)
    low, high = layout.lookout
    poses, current = [(position, target)], (position, target)
    for _ in range(num_views - 1):
        candidate = current
        for _ in range(25):
            if habit == 0:
                candidate = _sample_orbit(random, *current, size=spread)
            elif habit == 1:
                candidate = _sample_step(random, *current, size=size)
            elif habit == 2:
                candidate = _sample_beside(random, *poses[0], size=size)
            else:
                candidate = random.uniform(low, high), target + random.normal(0, 0.25, 3)
            if _is_clear(layout, *candidate):
                break
        else:
            candidate = _sample_beside(random, *poses[0], size=0.2 * size)
        poses.append(candidate)
        current = candidate if habit in (0, 1) else current
    focal = np.exp(random.uniform(np.log(0.55), np.log(1.35)))
    if random.random() < 0.15:  # every photo with its own zoom
        focals = focal * np.exp(random.uniform(-0.2, 0.2, num_views))
    else:
        focals = np.full(num_views, focal)
    rolls = random.normal(0, 0.05, num_views)
    matrices = [look_at(p, t, roll) for (p, t), roll in zip(poses, rolls, strict=True)]
    return CameraSet(np.stack(matrices), focals)
