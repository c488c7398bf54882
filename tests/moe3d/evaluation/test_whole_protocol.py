"""The reconstruction protocols from photo to table, against a pipeline of Open3D and scipy."""

from dataclasses import replace

import numpy as np
import open3d as o3d
import pytest
from scipy.spatial import cKDTree
from skimage.transform import SimilarityTransform

from moe3d.evaluation.models import EvaluatedModel
from moe3d.evaluation.protocols import find_protocol
from moe3d.evaluation.runner import Evaluation, run_evaluation
from moe3d.evaluation.tasks.reconstruction import MultiViewReconstruction
from moe3d.io.datasets.own import OwnScenes
from tests import data_sets
from tests.fake_models import WatchedData, fake_model

FOCAL, CX, CY = 50.0, 23.5, 17.5
HEIGHT, WIDTH = 36, 48


def noisy(depth):
    generator = np.random.default_rng(int(1e6 * depth[0, 0]) % 2**32)
    return depth * (1 + 0.02 * generator.standard_normal(depth.shape)) + 0.05 * np.sin(9 * depth)


def lifted(depth, world_from_camera):
    """By Open3D's own unprojection, in the world's frame."""
    image = o3d.geometry.Image(np.ascontiguousarray(depth, dtype=np.float32))
    camera = o3d.camera.PinholeCameraIntrinsic(WIDTH, HEIGHT, FOCAL, FOCAL, CX, CY)
    cloud = o3d.geometry.PointCloud.create_from_depth_image(
        image, camera, np.linalg.inv(world_from_camera), depth_scale=1.0, depth_trunc=1e6
    )
    return np.asarray(cloud.points).reshape(HEIGHT, WIDTH, 3)


def lower(values):
    return np.sort(values)[(len(values) - 1) // 2]


def by_medians(points, truth):
    """Medians of z and of the spread, as the point-map criterion has it."""
    p, g = points.copy(), truth.copy()
    z_p, z_g = lower(p[:, 2]), lower(g[:, 2])
    p[:, 2] -= z_p
    g[:, 2] -= z_g
    spread = [
        lower(np.linalg.norm(cloud - [lower(cloud[:, axis]) for axis in range(3)], axis=1))
        for cloud in (p, g)
    ]
    moved = points.copy()
    moved[:, 2] -= z_p
    return moved * spread[1] / spread[0] + [0, 0, z_g]


def scored(points, truth):
    """ICP, normals, distances and consistencies."""
    clouds = [o3d.geometry.PointCloud(o3d.utility.Vector3dVector(one)) for one in (points, truth)]
    found = o3d.pipelines.registration.registration_icp(
        *clouds, 0.1, np.eye(4), o3d.pipelines.registration.TransformationEstimationPointToPoint()
    )
    clouds[0].transform(found.transformation)
    for cloud in clouds:
        cloud.estimate_normals()
    p, g = (np.asarray(cloud.points) for cloud in clouds)
    n, m = (np.asarray(cloud.normals) for cloud in clouds)
    (d, j), (e, i) = cKDTree(g).query(p), cKDTree(p).query(g)
    forth, back = np.abs((n * m[j]).sum(1)), np.abs((m * n[i]).sum(1))
    return {
        "acc_mean": d.mean(),
        "acc_median": np.median(d),
        "comp_mean": e.mean(),
        "comp_median": np.median(e),
        "nc_mean": (forth.mean() + back.mean()) / 2,
        "nc_median": (np.median(forth) + np.median(back)) / 2,
        "icp_fitness": found.fitness,
        "icp_rmse": found.inlier_rmse,
    }


@pytest.mark.parametrize("alignment", ["umeyama", "median"])
def test_the_whole_protocol_is_that_of_independent_libraries(tmp_path, alignment):
    data_sets.write_own(tmp_path / "data", scenes=1)
    data = WatchedData(OwnScenes(tmp_path / "data"))
    protocol = replace(
        find_protocol("project"), input_size=None, alignment=alignment, crops_px=(30,)
    )
    protocol = replace(protocol, fit_before_crop=alignment == "median")
    model = EvaluatedModel("noisy", fake_model(data, None, noisy))
    task = MultiViewReconstruction(protocol)
    (result,) = run_evaluation(Evaluation(task, data, (model,), tmp_path / "out"))
    (row,) = result.rows

    truth = data.read("scene-1000000", [0, 1, 2])
    prediction = fake_model(data, None, noisy)(truth.views)
    world_from_camera = np.linalg.inv(truth.camera_from_world)
    guessed = np.linalg.inv(prediction.camera_from_world)
    g = np.stack([lifted(*pair) for pair in zip(truth.depth, world_from_camera, strict=True)])
    p = np.stack([lifted(*pair) for pair in zip(prediction.depth, guessed, strict=True)])
    crop = np.s_[:, 3:33, 9:39]  # the middle 30 x 30
    if alignment == "median":
        aligned = by_medians(p.reshape(-1, 3), g.reshape(-1, 3)).reshape(p.shape)[crop]
        moved = aligned.reshape(-1, 3)
    else:
        source, target = p[crop].reshape(-1, 3), g[crop].reshape(-1, 3)
        moved = SimilarityTransform.from_estimate(source, target)(source)
    for name, value in scored(moved, g[crop].reshape(-1, 3)).items():
        tolerance = 1e-5 if name.startswith(("nc", "icp")) else 2e-6
        assert row[f"{name} crop 30"] == pytest.approx(value, rel=tolerance), name
