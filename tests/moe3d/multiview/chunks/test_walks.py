"""A generated walk of sixty photos with exact truth, seen by a network that errs a little."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.ndimage import zoom
from scipy.spatial.transform import Rotation

from moe3d.geometry.similarity import Similarity, fit_similarity, rotation_angles_deg
from moe3d.multiview.chunks.joining import ChunkAnswer
from moe3d.multiview.chunks.planning import plan_chunks
from moe3d.multiview.chunks.whole_scene import JoinSettings, join_all, moved_cameras
from moe3d.progress import Progress
from moe3d.training.data.generator import SceneGenerator

SEED, COUNT, HEIGHT, WIDTH = 1_000_618, 60, 28, 42
TURN_DEG, SHIFT, SCALE, BEND, FOCAL = 1.0, 0.03, 0.03, 0.05, 0.02
"""Standard deviations: degrees, share of the depth, and logarithms."""


@dataclass(frozen=True)
class Walk:
    cameras: np.ndarray
    depth: np.ndarray
    intrinsics: np.ndarray


@pytest.fixture(scope="module")
def walk() -> Walk:
    made = SceneGenerator().generate([SEED], COUNT, HEIGHT, WIDTH)
    cameras = made.camera_from_world[0].numpy().astype(np.float64)
    return Walk(cameras, made.depth[0].numpy(), made.intrinsics[0].numpy().astype(np.float64))


def answer(walk: Walk, views: tuple[int, ...], random: np.random.Generator) -> ChunkAnswer:
    """What the network says of some photos: the truth with errors, in its first photo's frame."""
    rows = list(views)
    first = walk.cameras[rows[0]]
    scale = float(np.exp(0.5 * random.normal()))
    frame = Similarity(scale, first[:3, :3], scale * first[:3, 3])
    cameras, lenses = moved_cameras(walk.cameras[rows], frame), walk.intrinsics[rows].copy()
    lenses[:, [0, 1], [0, 1]] *= np.exp(FOCAL * random.normal())
    depth = scale * walk.depth[rows].astype(np.float64)
    for row in range(len(rows)):
        bumps = random.normal(size=(5, 6))
        bend = np.asarray(zoom(bumps, np.array([HEIGHT, WIDTH]) / [5, 6], order=3))
        if row:
            wrong = np.eye(4)
            wrong[:3, :3] = Rotation.from_rotvec(
                np.radians(TURN_DEG) * random.normal(size=3)
            ).as_matrix()
            wrong[:3, 3] = SHIFT * np.nanmedian(depth[row]) * random.normal(size=3)
            cameras[row] = wrong @ cameras[row]
        depth[row] *= np.exp(BEND * bend + SCALE * random.normal())
    v, u = (axis.ravel() for axis in np.mgrid[:HEIGHT, :WIDTH])
    return ChunkAnswer(
        views,
        cameras,
        lenses,
        np.stack([u, v], -1).astype(np.float64),
        depth.reshape(len(rows), -1).astype(np.float32),
        np.ones((len(rows), HEIGHT * WIDTH), np.float32),
    )


def drift(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Median error of relative rotations, degrees, and of the centres, shares of the extent."""
    turns = [np.einsum("aij,bkj->abik", c[:, :3, :3], c[:, :3, :3]) for c in (found, true)]
    angles = rotation_angles_deg(turns[0] @ turns[1].swapaxes(-1, -2))
    centres, wanted = (np.linalg.inv(c)[:, :3, 3] for c in (found, true))
    left = np.linalg.norm(fit_similarity(centres, wanted).apply(centres) - wanted, axis=1)
    extent = np.linalg.norm(np.ptp(wanted, axis=0))
    return np.array([np.median(angles[np.triu_indices(len(found), 1)]), left.mean() / extent])


def test_chunks_drift_hardly_more_than_one_pass_errs(walk):
    plan, ratios = plan_chunks(COUNT, 16), []
    for seed in range(3):
        random = np.random.default_rng(seed)
        whole = answer(walk, tuple(range(COUNT)), random).camera_from_chunk
        answers = [answer(walk, views, random) for views in plan.chunks]
        cameras = np.empty((COUNT, 4, 4))
        placed = join_all(answers, JoinSettings(), Progress())
        for chunk, world_from_chunk in enumerate(placed):
            assert world_from_chunk is not None
            mine = plan.members(chunk)
            rows = [plan.chunks[chunk].index(view) for view in mine]
            own = answers[chunk].camera_from_chunk[rows]
            cameras[mine] = moved_cameras(own, world_from_chunk)
        ratios.append(drift(cameras, walk.cameras) / drift(whole, walk.cameras))
    assert (np.mean(ratios, axis=0) < 1.5).all()
