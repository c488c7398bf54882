"""Scenes for tests of `moe3d.multiview`: exact matches of made points, planes, the sample room."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image
from scipy.ndimage import zoom
from scipy.spatial.transform import Rotation

from moe3d.io.photos.images import read_views
from moe3d.io.photos.samples import sample_scenes
from moe3d.multiview.matches.depth_matches import gather_matches
from moe3d.multiview.matches.features import Features
from moe3d.multiview.matches.matching import KeypointTracks, MatchedPhotos, PairMatches, join_tracks
from moe3d.multiview.solving.placement import Evidence
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import (
    BaselinePrediction,
    PredictionMetadata,
    ScenePrediction,
    View,
    ViewSet,
)

SIZE = (640, 480)
INTRINSICS = np.array([[500.0, 0, 319.5], [0, 500.0, 239.5], [0, 0, 1]])


def camera(turn_deg: Sequence[float] = (0, 0, 0), centre: Sequence[float] = (0, 0, 0)):
    """camera_from_world of a camera at a place, turned by a rotation vector in degrees."""
    made = np.eye(4)
    made[:3, :3] = Rotation.from_rotvec(np.radians(turn_deg)).as_matrix()
    made[:3, 3] = -made[:3, :3] @ np.asarray(centre, float)
    return made


def arc_of_cameras(count: int, step_deg: float = 8.0, distance: float = 5.0) -> np.ndarray:
    """Cameras on an arc around the point (0, 0, distance), all looking at it; the first is 1."""
    cameras = []
    for index in range(count):
        turn = np.radians(step_deg * index)
        centre = [distance * np.sin(turn), 0.1 * index, distance * (1 - np.cos(turn))]
        cameras.append(camera((0, step_deg * index, 0), centre))
    return np.array(cameras)


@dataclass(frozen=True)
class MadeScene:
    """Random points that some cameras see, with matches that are exact."""

    points: np.ndarray
    cameras: np.ndarray
    intrinsics: np.ndarray
    pixels: np.ndarray  # (S, P, 2)
    z: np.ndarray  # (S, P)
    order: tuple[np.ndarray, ...]  # point of each keypoint, one array a photo
    matched: MatchedPhotos

    @property
    def tracks(self) -> KeypointTracks:
        """One track a point, in every photo that sees it."""
        seen = [(p, v, k) for v, points in enumerate(self.order) for k, p in enumerate(points)]
        point, view, keypoint = np.array(sorted(seen)).T
        kept = np.bincount(point)[point] >= 2
        point, view, keypoint = point[kept], view[kept], keypoint[kept]
        number = np.unique(point, return_inverse=True)[1]
        return KeypointTracks(number, view, self.pixels[view, point], keypoint)

    @property
    def depth(self) -> np.ndarray:
        """True z-depth of each observation of the tracks."""
        tracks = self.tracks
        point = np.array(
            [self.order[v][k] for v, k in zip(tracks.view, tracks.keypoint, strict=True)]
        )
        return self.z[tracks.view, point]

    @property
    def track_points(self) -> np.ndarray:
        """True point of each track."""
        tracks = self.tracks
        first = np.unique(tracks.track, return_index=True)[1]
        return self.points[[self.order[tracks.view[i]][tracks.keypoint[i]] for i in first]]

    @property
    def keypoint_depths(self) -> list[np.ndarray]:
        """True z-depth of each keypoint, one array a photo."""
        return [self.z[view, points] for view, points in enumerate(self.order)]


def made_scene(
    cameras: np.ndarray, num_points: int = 200, seed: int = 0, focal_px: Sequence[float] = ()
) -> MadeScene:
    """Points in a box of two units around (0, 0, 5), in every photo into which they fall."""
    intrinsics = np.tile(INTRINSICS, (len(cameras), 1, 1))
    if len(focal_px):
        intrinsics[:, [0, 1], [0, 1]] = np.array(focal_px)[:, None]
    rng = np.random.default_rng(seed)
    points = rng.uniform(-1, 1, (num_points, 3)) * [1.6, 1.2, 1.0] + [0, 0, 5]
    seen = np.einsum("sij,pj->spi", cameras[:, :3, :3], points) + cameras[:, None, :3, 3]
    pixels = seen[..., :2] / seen[..., 2:] * intrinsics[:, :1, :1] + [319.5, 239.5]
    inside = (pixels > 0).all(-1) & (pixels < np.array(SIZE) - 1).all(-1) & (seen[..., 2] > 0)
    order = tuple(rng.permutation(np.flatnonzero(mask)) for mask in inside)
    features = []
    for view, index in enumerate(order):
        descriptors = rng.normal(size=(len(index), 128)).astype(np.float32)
        descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
        features.append(Features(pixels[view, index].astype(np.float32), descriptors, 0.4))
    pairs = []
    for first in range(len(cameras)):
        for second in range(first + 1, len(cameras)):
            _, a, b = np.intersect1d(order[first], order[second], return_indices=True)
            pairs.append(PairMatches(first, second, np.stack([a, b], axis=1)))
    matched = MatchedPhotos(tuple(features), tuple(pairs))
    return MadeScene(points, cameras, intrinsics, pixels, seen[..., 2], order, matched)


def rotation_errors_deg(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    turns = found[:, :3, :3] @ true[:, :3, :3].transpose(0, 2, 1)
    return np.degrees(Rotation.from_matrix(turns).magnitude())


def centres(cameras: np.ndarray) -> np.ndarray:
    return np.linalg.inv(cameras)[:, :3, 3]


def centre_errors(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Distance of the cameras' centres over their true distance to the first; the others only."""
    true_centres = centres(true)
    distance = np.linalg.norm(centres(found) - true_centres, axis=1)[1:]
    return distance / np.linalg.norm(true_centres - true_centres[0], axis=1)[1:]


def texture(seed: int, finest: float = 0.06) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A smooth random pattern of two coordinates, 0..1; no wave is shorter than `finest`."""
    rng = np.random.default_rng(seed)
    waves = finest * np.exp(rng.uniform(0, 2, 40))
    angle, phase = rng.uniform(0, 2 * np.pi, (2, 40))

    def look(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        along = x[..., None] * np.cos(angle) + y[..., None] * np.sin(angle)
        return 0.5 + np.sin(2 * np.pi * along / waves + phase).sum(axis=-1) / 22

    return look


@dataclass(frozen=True)
class Plane:
    """z = height + slope . (x, y) in the world, where x is between two borders."""

    height: float
    slope: tuple[float, float] = (0.0, 0.0)
    borders: tuple[float, float] = (-np.inf, np.inf)
    seed: int = 0
    is_textured: bool = True


def render(
    planes: Sequence[Plane], view: np.ndarray, intrinsics: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
    """Grey 0..1 and z-depth of planes, pixel by pixel by ray and plane."""
    v, u = np.mgrid[:height, :width].astype(float)
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(intrinsics).T
    world = rays @ view[:3, :3]  # world_from_camera, one unit of z-depth
    centre = centres(view[None])[0]
    grey, depth = np.full((height, width), 0.5), np.full((height, width), np.inf)
    for plane in planes:
        a, b = plane.slope
        along = world[..., 2] - a * world[..., 0] - b * world[..., 1]
        z = (plane.height + a * centre[0] + b * centre[1] - centre[2]) / along
        x, y = (centre[axis] + z * world[..., axis] for axis in (0, 1))
        hit = (z > 0) & (z < depth) & (x > plane.borders[0]) & (x < plane.borders[1])
        depth = np.where(hit, z, depth)
        look = texture(plane.seed)(x, y) if plane.is_textured else np.full_like(x, 0.5)
        grey = np.where(hit, look, grey)
    return np.clip(grey, 0, 1), depth


def evidence_of(
    scene: MadeScene,
    depth_scales: Sequence[float] | None = None,
    lost: Sequence[int] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> Evidence:
    """What the photos say, with exact depth.

    Args:
        scene: the points and cameras.
        depth_scales: factor by which the network's depth of each photo is too small.
        lost: photos without a match.
        apart: pairs of photos without a match.
    """
    views = len(scene.cameras)
    scales = np.ones(views) if depth_scales is None else np.array(depth_scales)
    depths = [z / scale for z, scale in zip(scene.keypoint_depths, scales, strict=True)]
    pairs = tuple(
        pair
        for pair in scene.matched.pairs
        if not {pair.first, pair.second} & set(lost) and (pair.first, pair.second) not in apart
    )
    matched = MatchedPhotos(scene.matched.features, pairs)
    tracks = join_tracks(matched)
    at = np.array([depths[v][k] for v, k in zip(tracks.view, tracks.keypoint, strict=True)], float)
    return Evidence(
        gather_matches(matched, depths),
        tracks,
        at,
        tuple(depths),
        matched.sigma_px,
        np.zeros(views, int),
        np.zeros(views, bool),
    )


def lost_cameras(cameras: np.ndarray, turn_deg: float = 12.0, shift: float = 0.4) -> np.ndarray:
    """All cameras but the first turned and shifted at random: what a network may say."""
    rng = np.random.default_rng(3)
    wrong = np.array(cameras)
    for matrix in wrong[1:]:
        axis = rng.normal(size=3)
        axis *= turn_deg / np.linalg.norm(axis)
        matrix[:] = camera(axis, shift * rng.normal(size=3)) @ matrix
    return wrong


@dataclass(frozen=True)
class Room:
    """Photos of the sample room with exact depth and cameras; the first camera is the world."""

    views: ViewSet
    images: np.ndarray
    depth: np.ndarray
    cameras: np.ndarray
    intrinsics: np.ndarray


@cache
def room_views(numbers: tuple[int, ...]) -> Room:
    folder = next(scene.folder for scene in sample_scenes() if scene.name == "room")
    entries = json.loads((folder / "cameras.json").read_text())["views"]
    entries = [entries[number] for number in numbers]
    cameras = np.array([entry["camera_from_world"] for entry in entries])
    return Room(
        read_views([folder / entry["image"] for entry in entries]),
        np.stack([np.asarray(Image.open(folder / entry["image"])) for entry in entries]),
        np.stack([np.load(folder / entry["depth"]) for entry in entries]).astype(np.float32),
        cameras @ np.linalg.inv(cameras[0]),
        np.array([entry["intrinsics"] for entry in entries]),
    )


def prediction_of(room: Room, step: int = 2, with_baseline: bool = False) -> ScenePrediction:
    """What a perfect network would say of every so manieth pixel of the photos."""
    depth = np.ascontiguousarray(room.depth[:, ::step, ::step])
    full_height, full_width = room.depth.shape[1:]
    height, width = depth.shape[1:]
    shift = 0.5 - 0.5 / step  # network pixel u is photo pixel step * u
    transform = PixelTransform(
        full_width, full_height, width, height, 1 / step, 1 / step, shift, shift
    )
    intrinsics = np.array([transform.network_intrinsics(matrix) for matrix in room.intrinsics])
    confidence = np.ones_like(depth)
    baseline = BaselinePrediction(depth * np.float32(1.1), confidence, room.cameras, intrinsics)
    return ScenePrediction(
        names=room.views.names,
        images=np.ascontiguousarray(room.images[:, ::step, ::step]),
        depth=depth,
        confidence=confidence,
        camera_from_world=room.cameras.copy(),
        intrinsics=intrinsics,
        valid_mask=np.isfinite(depth) & (depth > 0),
        expert_depths=np.stack([depth, depth * np.float32(1.1)], axis=1),
        gate_logits=np.zeros((len(depth), 2, height, width), np.float32),
        gate_temperature=1.0,
        pixel_transforms=(transform,) * len(depth),
        metadata=PredictionMetadata("truth", experts_trained=True),
        baseline=baseline if with_baseline else None,
    )


def with_wrong_cameras(
    prediction: ScenePrediction, turn_deg: float = 15.0, shift: float = 0.25
) -> ScenePrediction:
    """All cameras but the first turned and shifted at random."""
    cameras = lost_cameras(prediction.camera_from_world, turn_deg, shift)
    return replace(prediction, camera_from_world=cameras)


def with_bent_depth(prediction: ScenePrediction, amount: float) -> ScenePrediction:
    """Depth times a smooth random factor in each view, and another scale in each view."""
    rng = np.random.default_rng(0)
    depth = prediction.depth.copy()
    for index, layer in enumerate(depth):
        bumps = zoom(rng.normal(size=(5, 6)), np.array(layer.shape) / [5, 6], order=3)
        layer *= np.exp(amount * bumps + (0.1 * rng.normal() if index else 0.0))
    return replace(prediction, depth=depth)


def photos_of(pixels: np.ndarray) -> ViewSet:
    """Photos that were never files."""
    height, width = pixels.shape[1:3]
    return ViewSet(
        tuple(
            View(f"{index}.png", width, height, pixels=np.ascontiguousarray(picture))
            for index, picture in enumerate(pixels)
        )
    )
