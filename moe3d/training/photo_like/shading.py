"""Light in a scene: area lights and sun with soft shadows, one bounce, the sky.

Irradiance is gathered at a sparse grid of pixels with a few random rays each, smoothed within
surfaces, and carried to all pixels by nearness and by the surface's direction. The sun, whose
shadows are sharp, is asked for at every pixel.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int64

from moe3d.training.photo_like.content import SceneContent
from moe3d.training.photo_like.obj_models import face_normals
from moe3d.training.photo_like.rays import SKIN_M, RayCaster
from moe3d.training.photo_like.scene_mesh import AreaLight

Random = np.random.Generator
LIGHT_RAYS, BOUNCE_RAYS = 8, 6
FAR_M = 300.0
Points = Float32[np.ndarray, "N 3"]


@dataclass(frozen=True)
class Patch:
    """N points on surfaces."""

    point: Points
    normal: Points
    """Unit, towards the viewer."""


@dataclass(frozen=True)
class Grid:
    """What is known at a sparse grid of pixels."""

    patch: Patch
    irradiance: Float32[np.ndarray, "N 3"]
    rows: int
    columns: int
    stride: int


def dot(a: Float[np.ndarray, "... 3"], b: Float[np.ndarray, "... 3"]) -> Float[np.ndarray, "..."]:
    """Scalar products; faster than a sum over so short an axis."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def unit(a: Float[np.ndarray, "... 3"]) -> Float[np.ndarray, "... 3"]:
    """Vectors of length 1; zero stays zero."""
    return a / np.maximum(np.sqrt(dot(a, a)), 1e-12)[..., None]


def orthonormal(normal: Points) -> tuple[Points, Points]:
    """Two unit vectors across each normal."""
    helper = np.where(np.abs(normal[:, :1]) < 0.9, [[1.0, 0, 0]], [[0, 1.0, 0]])
    x = unit(np.cross(helper, normal))
    return x.astype(np.float32), np.cross(normal, x).astype(np.float32)


class Illumination:
    """The light of one scene."""

    def __init__(self, content: SceneContent, caster: RayCaster, random: Random) -> None:
        self._content, self._caster, self._random = content, caster, random
        self._lights = [light for light in content.lights if light.radiance.max() > 0]
        mesh = content.mesh
        tints = np.array([look.tint for look in mesh.looks], np.float32)
        rows = np.array([look.texture for look in mesh.looks])
        self._albedo = np.clip(content.mean_colors[rows] * tints, 0.01, 0.95)
        self._glow = np.array([look.glow for look in mesh.looks], np.float32)
        self._facing = face_normals(mesh.corners)
        self._ambient: Float32[np.ndarray, 3] | None = None

    def sun(self, patch: Patch) -> Float32[np.ndarray, "N 3"]:
        """Irradiance by the sun: one ray a point, jittered over its disc."""
        sun = self._content.sun
        total = np.zeros_like(patch.point)
        if sun is None:
            return total
        cosine = patch.normal @ sun.toward.astype(np.float32)
        lit = np.flatnonzero(cosine > 1e-3)
        if len(lit) == 0:
            return total
        jitter = self._random.standard_normal((len(lit), 3), dtype=np.float32) * sun.blur * 0.6
        toward = (sun.toward + jitter).astype(np.float32) * FAR_M
        start = patch.point[lit] + patch.normal[lit] * SKIN_M
        free = ~self._caster.is_blocked(start, toward)
        total[lit[free]] = cosine[lit[free], None] * sun.irradiance.astype(np.float32)
        return total

    def from_lights(self, patch: Patch, rays: int) -> Float32[np.ndarray, "N 3"]:
        """Irradiance by the area lights, `rays` random points of each seen from every point."""
        total = np.zeros_like(patch.point)
        for light in self._lights:
            for _ in range(max(1, rays // len(self._lights))):
                total += self._from_light(patch, light)
        return total / max(1, rays // max(1, len(self._lights)))

    def _from_light(self, patch: Patch, light: AreaLight) -> Float32[np.ndarray, "N 3"]:
        s, t = self._random.random((2, len(patch.point), 1), dtype=np.float32)
        corner, along, up = (v.astype(np.float32) for v in (light.corner, light.along, light.up))
        toward = corner + s * along + t * up - patch.point
        across = np.cross(along, up)
        area = float(np.linalg.norm(across))
        square = np.maximum(dot(toward, toward), 0.01)
        cosine = dot(toward, patch.normal) / np.sqrt(square)
        leaving = -(toward @ (across / area)) / np.sqrt(square)
        share = np.maximum(cosine, 0) * np.maximum(leaving, 0) * area / square
        lit = np.flatnonzero(share > 1e-5)
        total = np.zeros_like(patch.point)
        if len(lit):
            start = patch.point[lit] + patch.normal[lit] * SKIN_M
            free = ~self._caster.is_blocked(start, patch.point[lit] + toward[lit] - start)
            total[lit[free]] = share[lit[free], None] * light.radiance.astype(np.float32)
        return total

    def gather(self, patch: Patch) -> Float32[np.ndarray, "N 3"]:
        """Irradiance by lights, bounce and sky, without the sun's direct light."""
        direct = self.from_lights(patch, LIGHT_RAYS)
        if self._ambient is None:
            with_sun = direct.mean(0) + self.sun(patch).mean(0)
            self._ambient = (0.35 * with_sun).astype(np.float32)
        return direct + self._bounced(patch)

    def _bounced(self, patch: Patch) -> Float32[np.ndarray, "N 3"]:
        """What comes from other surfaces and the open sky, by rays drawn with the cosine."""
        count = len(patch.point)
        x, y = orthonormal(patch.normal)
        total = np.zeros_like(patch.point)
        start = patch.point + patch.normal * SKIN_M
        turn = self._random.random((BOUNCE_RAYS, count, 1), dtype=np.float32) * 2 * np.pi
        lift = self._random.random((BOUNCE_RAYS, count, 1), dtype=np.float32)
        for index in range(BOUNCE_RAYS):
            lift_one = (index + lift[index]) / BOUNCE_RAYS
            radius = np.sqrt(lift_one)
            ray = x * (radius * np.cos(turn[index])) + y * (radius * np.sin(turn[index]))
            ray = (ray + patch.normal * np.sqrt(1 - lift_one)).astype(np.float32)
            total += self._seen_along(start, ray)
        return total / BOUNCE_RAYS

    def _seen_along(self, start: Points, ray: Points) -> Float32[np.ndarray, "N 3"]:
        """pi times the radiance that comes along rays."""
        hits = self._caster.cast(start, ray)
        total = np.zeros_like(start)
        if self._content.is_open:
            missed = np.flatnonzero(~hits.is_hit)
            total[missed] = np.pi * self._content.sky.radiance(ray[missed])
        met = np.flatnonzero(hits.is_hit)
        triangle = hits.triangle[met]
        normal = self._facing[triangle]
        behind = dot(normal, ray[met])[:, None] > 0
        normal = np.where(behind, -normal, normal).astype(np.float32)
        point = start[met] + ray[met] * hits.distance[met, None]
        there = Patch(point, normal)
        assert self._ambient is not None
        arriving = self.sun(there) + self._one_light(there) + self._ambient
        if self._content.is_open:
            arriving += (
                np.pi
                * 0.5
                * self._content.sky.zenith.astype(np.float32)
                * np.maximum(0.3 + 0.7 * normal[:, 2:], 0)
            )
        total[met] = self._albedo[self._content.mesh.look[triangle]] * arriving
        return total

    def _one_light(self, patch: Patch) -> Float32[np.ndarray, "N 3"]:
        if not self._lights:
            return np.zeros_like(patch.point)
        light = self._lights[int(self._random.integers(len(self._lights)))]
        return self._from_light(patch, light) * len(self._lights)

    def albedo_of(self, look: Int64[np.ndarray, " N"]) -> Float32[np.ndarray, "N 3"]:
        """Mean colour of looks."""
        return self._albedo[look]


def smooth(grid: Grid, passes: int = 3) -> Grid:
    """Average the irradiance among neighbours on the same surface, wider with every pass.

    Args:
        grid: noisy.
        passes: of 3x3 neighbours, 1, 2, 4 ... grid cells apart.
    """
    shape = grid.rows, grid.columns, 3
    normal, point = grid.patch.normal.reshape(shape), grid.patch.point.reshape(shape)
    light = grid.irradiance.reshape(shape)
    for step in (2**number for number in range(passes)):
        total, weights = light.copy(), np.ones(shape[:2], np.float32)
        padded = [
            np.pad(a, ((step, step), (step, step), (0, 0)), mode="edge")
            for a in (normal, point, light)
        ]
        for down in (-step, 0, step):
            for across in (-step, 0, step):
                if down == across == 0:
                    continue
                rows = slice(step + down, step + down + shape[0])
                columns = slice(step + across, step + across + shape[1])
                n, p, e = (a[rows, columns] for a in padded)
                share = 0.5 ** ((down != 0) + (across != 0))  # (1 2 1): nothing alternates after it
                weight = share * _likeness(normal, point, n, p)
                total += weight[..., None] * e
                weights += weight
        light = total / weights[..., None]
    return Grid(grid.patch, light.reshape(-1, 3), grid.rows, grid.columns, grid.stride)


def _likeness(
    normal: Float[np.ndarray, "... 3"],
    point: Float[np.ndarray, "... 3"],
    other_normal: Float[np.ndarray, "... 3"],
    other_point: Float[np.ndarray, "... 3"],
) -> Float32[np.ndarray, "..."]:
    """1 for points of one plane, near 0 for other surfaces."""
    same = np.maximum(dot(normal, other_normal), 0) ** 8
    gap = other_point - point
    off, near = dot(gap, normal), dot(gap, gap)
    return same / (1 + (off / 0.02) ** 2 + 4 * near)


def carry(
    grid: Grid,
    place: Float32[np.ndarray, "N 2"],
    patch: Patch,
) -> Float32[np.ndarray, "N 3"]:
    """The grid's irradiance at any pixels, from the four cells around each that fit best.

    Args:
        grid: smooth.
        place: row and column of each point in pixels of the full image.
        patch: the points.
    """
    at = place / grid.stride
    low = np.floor(at).astype(np.int64)
    part = at - low
    total, weights = np.zeros_like(patch.point), np.full(len(place), 1e-6, np.float32)
    fallback = np.zeros_like(patch.point)
    for down in (0, 1):
        for across in (0, 1):
            row = np.clip(low[:, 0] + down, 0, grid.rows - 1)
            column = np.clip(low[:, 1] + across, 0, grid.columns - 1)
            cell = row * grid.columns + column
            bilinear = np.abs(1 - down - part[:, 0]) * np.abs(1 - across - part[:, 1])
            like = _likeness(
                patch.normal, patch.point, grid.patch.normal[cell], grid.patch.point[cell]
            )
            weight = ((bilinear + 0.001) * like).astype(np.float32)
            total += weight[:, None] * grid.irradiance[cell]
            weights += weight
            fallback += 0.25 * grid.irradiance[cell]
    share = np.minimum(1, weights * 1e3)[:, None]
    return share * total / weights[:, None] + (1 - share) * fallback
