"""Synthetic clouds and photos: a few known points, and a room seen by several cameras."""

import numpy as np

from moe3d.scene.records import PointCloud

WALL, FLOOR = 6.0, 1.2


def cloud_of(points, colors=None, confidence=None, views=None, experts=None) -> PointCloud:
    points = np.asarray(points, np.float32).reshape(-1, 3)
    count = len(points)
    return PointCloud(
        points=points,
        colors=np.full((count, 3), 200, np.uint8)
        if colors is None
        else np.asarray(colors, np.uint8),
        confidence=np.ones(count, np.float32)
        if confidence is None
        else np.asarray(confidence, np.float32),
        view_index=np.zeros(count, np.int32) if views is None else np.asarray(views, np.int32),
        pixel_index=np.arange(count, dtype=np.int32),
        expert_index=np.zeros(count, np.uint8)
        if experts is None
        else np.asarray(experts, np.uint8),
        num_valid=count,
    )


class Room:
    """A furnished room by ray casting: boxes and walls, S cameras of W x H pixels."""

    def __init__(
        self, num_views: int = 6, width: int = 252, height: int = 196, noise: float = 0.004
    ):
        self.width, self.height = width, height
        focal = 0.85 * width
        matrix = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])
        self.intrinsics = np.tile(matrix, (num_views, 1, 1))
        self.camera_from_world = np.stack(
            [self._camera(index, num_views) for index in range(num_views)]
        )
        generator = np.random.default_rng(3)
        shots = [self._shoot(index, noise, generator) for index in range(num_views)]
        self.images = np.stack([shot[0] for shot in shots])
        self.depth = np.stack([shot[1] for shot in shots])
        self.cloud = self._cloud()

    @staticmethod
    def _camera(index: int, count: int) -> np.ndarray:
        angle = (index - (count - 1) / 2) * 0.16
        eye = np.array(
            [1.9 * np.sin(angle * 1.6), -0.25 + 0.1 * np.cos(3 * angle), -0.5 - 0.4 * np.cos(angle)]
        )
        forward = np.array([-0.12 * eye[0], 0.22, 4.0]) - eye * 0.6
        forward /= np.linalg.norm(forward)
        right = np.cross([0, 1.0, 0], forward)
        right /= np.linalg.norm(right)
        rotation = np.stack([right, np.cross(forward, right), forward])
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = rotation, -rotation @ eye
        if index == 0:
            return matrix
        return matrix

    BOXES = (
        ((-2.6, 0.35, 3.2), (-0.6, FLOOR, 4.4), (176, 92, 60)),
        ((-2.6, -0.25, 4.15), (-0.6, FLOOR, 4.5), (150, 74, 50)),
        ((0.1, 0.65, 2.6), (1.1, 0.75, 3.4), (196, 160, 110)),
        ((0.15, 0.75, 2.65), (0.25, FLOOR, 2.75), (120, 90, 60)),
        ((0.95, 0.75, 2.65), (1.05, FLOOR, 2.75), (120, 90, 60)),
        ((0.4, 0.35, 2.85), (0.7, 0.65, 3.15), (60, 130, 150)),
        ((1.7, -0.9, 4.6), (2.9, FLOOR, 5.3), (90, 110, 84)),
        ((1.2, -1.5, 5.85), (1.25, -0.2, 5.95), (240, 240, 240)),
        ((-1.9, -1.35, 5.9), (-0.2, -0.35, 5.99), (70, 96, 150)),
    )

    def _shoot(self, index, noise, generator):
        pose = self.camera_from_world[index]
        eye = -pose[:3, :3].T @ pose[:3, 3]
        u, v = np.meshgrid(np.arange(self.width), np.arange(self.height))
        rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(self.intrinsics[index]).T
        world = rays @ pose[:3, :3]
        boxes = [((-3.4, -2.0, -3.0), (3.4, FLOOR, WALL), None), *self.BOXES]
        best = np.full(u.shape, np.inf)
        color = np.zeros((*u.shape, 3))
        for lower, upper, paint in boxes:
            near, far, axis = self._hit(eye, world, np.array(lower), np.array(upper), paint is None)
            hit = (near < best) & (near > 1e-3) & ((near <= far) | (paint is None))
            best = np.where(hit, near, best)
            point = eye + world * near[..., None]
            shade = self._paint(point, axis, paint)
            color = np.where(hit[..., None], shade, color)
        rim = np.abs(np.diff(best, axis=1, append=best[:, -1:])) > 0.15
        blurred = (best + np.roll(best, -1, axis=1)) / 2
        depth = np.where(rim, blurred, best) * (1 + noise * generator.normal(size=best.shape))
        self.flying = [*getattr(self, "flying", []), rim]
        color = color + 5 * generator.normal(size=color.shape)
        return color.clip(0, 255).astype(np.uint8), depth.astype(np.float32)

    @staticmethod
    def _hit(eye, rays, lower, upper, inside):
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (lower - eye) / rays, (upper - eye) / rays
        small, large = np.minimum(a, b), np.maximum(a, b)
        near, far = small.max(-1), large.min(-1)
        if inside:
            return far, far, large.argmin(-1)
        return near, far, small.argmax(-1)

    @staticmethod
    def _paint(point, axis, paint):
        if paint is not None:
            light = np.array([0.72, 1.12, 0.92])[axis]
            grain = 0.06 * np.sin(point[..., 0] * 40) * np.sin(point[..., 2] * 31)
            return np.array(paint) * (light + grain)[..., None]
        planks = 0.06 * np.sign(np.sin(point[..., 0] * 9)) + 0.04 * np.sin(point[..., 2] * 17)
        floor = np.array([150, 116, 82]) * (1 + planks)[..., None]
        wall = np.array([206, 200, 188]) * np.array([0.86, 1.0, 0.97])[axis][..., None]
        wall = wall * (1 - 0.06 * np.abs(point[..., 1:2]))
        is_floor = (axis == 1) & (point[..., 1] > 0)
        return np.where(is_floor[..., None], floor, wall)

    def _cloud(self) -> PointCloud:
        views = len(self.depth)
        u, v = np.meshgrid(np.arange(self.width), np.arange(self.height))
        pixel = np.stack([u, v, np.ones_like(u)], -1)
        points, flying = [], np.stack(self.flying).ravel()
        for index in range(views):
            pose = self.camera_from_world[index]
            in_camera = (
                pixel @ np.linalg.inv(self.intrinsics[index]).T * self.depth[index][..., None]
            )
            points.append((in_camera - pose[:3, 3]) @ pose[:3, :3])
        generator = np.random.default_rng(5)
        per_view = self.width * self.height
        confidence = 1 + 6 / self.depth.ravel() * generator.gamma(9, 1 / 9, views * per_view)
        expert = (self.depth.ravel() > 4.2) * 1 + (self.depth.ravel() > 5.6) * 1
        self.flying_mask = flying
        return cloud_of(
            np.concatenate(points).reshape(-1, 3),
            self.images.reshape(-1, 3),
            np.where(flying, 1.0 + 0.2 * generator.random(len(flying)), confidence),
            np.repeat(np.arange(views), per_view),
            np.where(flying, 3, expert),
        )
