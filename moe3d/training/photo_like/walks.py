"""Cameras as people hold them: at eye or chest height, walking, turning, going round a thing."""

import numpy as np

from moe3d.training.data.cameras import CameraSet, look_at
from moe3d.training.data.parts import Vector
from moe3d.training.data.seeds import scene_random
from moe3d.training.photo_like.content import SceneContent
from moe3d.training.photo_like.rays import RayCaster

Random = np.random.Generator
AIR_M = 0.2
TRIES = 30
LEAST_DEPTH_M = 0.7


class Walk:
    """Draws the cameras of one scene; none stands in a thing or with its nose at one."""

    def __init__(self, content: SceneContent, caster: RayCaster, seed: int) -> None:
        self._content, self._caster = content, caster
        self._random = scene_random(seed, stream=21)
        self._size = 4.0 if content.is_open else 1.0

    def cameras(self, num_views: int) -> CameraSet:
        """The first free, the others a step, a turn or an arc on."""
        random = self._random
        habit = int(random.choice(4, p=[0.4, 0.25, 0.25, 0.1]))
        current = self._first()
        poses = [current]
        for _ in range(num_views - 1):
            current = self._next(current, habit)
            poses.append(current)
        focal = np.exp(random.uniform(np.log(0.62), np.log(1.15)))
        focals = np.full(num_views, focal)
        rolls = random.normal(0, 0.03, num_views)
        matrices = [look_at(p, t, roll) for (p, t), roll in zip(poses, rolls, strict=True)]
        return CameraSet(np.stack(matrices), focals)

    def _first(self) -> tuple[Vector, Vector]:
        random, content = self._random, self._content
        stand, target = content.stands[0], content.targets[0]
        for _ in range(TRIES):
            stand = content.stands[int(random.integers(len(content.stands)))]
            target = content.targets[int(random.integers(len(content.targets)))]
            target = target + random.normal(0, 0.25, 3)
            if np.linalg.norm((target - stand)[:2]) > self._size and self._is_fine(stand, target):
                break
        return stand, target

    def _next(self, current: tuple[Vector, Vector], habit: int) -> tuple[Vector, Vector]:
        candidate = current
        for attempt in range(TRIES):
            reach = self._size * (1 - attempt / TRIES)
            candidate = self._moved(current, habit, reach)
            is_near = not self._caster.is_blocked(
                current[0][None], (candidate[0] - current[0])[None]
            )[0]
            if is_near and self._is_fine(*candidate):
                return candidate
        return current[0], current[1] + self._random.normal(0, 0.1, 3)

    def _moved(
        self, current: tuple[Vector, Vector], habit: int, reach: float
    ) -> tuple[Vector, Vector]:
        random, (stand, target) = self._random, current
        arm = target - stand
        sway = random.normal(0, 0.05, 3)
        if habit == 0:  # walk on and keep an eye on the thing
            step = random.normal(0, 0.45, 3) * [1, 1, 0.12] * reach
            return stand + step + sway, target + random.normal(0, 0.2, 3) * reach + 0.3 * step
        if habit == 1:  # turn on the spot
            angle = random.normal(0.0, 0.4)
            c, s = np.cos(angle), np.sin(angle)
            turned = np.array([c * arm[0] - s * arm[1], s * arm[0] + c * arm[1], arm[2]])
            shift = random.normal(0, 0.12, 3) * [1, 1, 0.4] * reach
            return stand + shift + sway, stand + turned + random.normal(0, 0.1, 3)
        if habit == 2:  # an arc around the thing
            angle = random.uniform(-1, 1) * random.uniform(0.2, 0.8) * min(1.0, reach)
            c, s = np.cos(angle), np.sin(angle)
            turned = np.array([c * arm[0] - s * arm[1], s * arm[0] + c * arm[1], arm[2]])
            stand = target - turned * random.uniform(0.8, 1.2)
            stand[2] = np.clip(current[0][2] + random.normal(0.0, 0.1), 1.0, 1.9)
            return stand, target + random.normal(0, 0.15, 3)
        ahead = arm / np.linalg.norm(arm) * random.uniform(0.1, 0.7) * reach
        return stand + ahead * [1, 1, 0.2] + sway, target + ahead * 0.5

    def _is_fine(self, stand: Vector, target: Vector) -> bool:
        """Air around the camera, and most of what it sees not close to the lens."""
        if not 0.9 < stand[2] < 2.1:
            return False
        angles = np.linspace(0, 2 * np.pi, 9)[:-1]
        around = np.stack([np.cos(angles), np.sin(angles), 0 * angles], -1) * AIR_M
        around = np.concatenate([around, [[0, 0, AIR_M], [0, 0, -3 * AIR_M]]])
        if self._caster.is_blocked(np.tile(stand, (len(around), 1)), around).any():
            return False
        u, v = np.meshgrid(np.linspace(-0.5, 0.5, 7), np.linspace(-0.4, 0.4, 5))
        rays = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3)
        rays = rays @ look_at(stand, target)[:3, :3]
        depth = self._caster.cast(np.tile(stand, (len(rays), 1)), rays).distance
        if self._content.is_open and np.isinf(depth).mean() > 0.5:
            return False
        is_seen = np.isfinite(depth)
        near = np.quantile(depth, 0.3)
        return bool(is_seen.mean() > 0.4 and near > LEAST_DEPTH_M)
