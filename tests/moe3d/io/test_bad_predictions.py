"""Property tests: whatever a prediction holds, an export is right or one clear refusal."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moe3d.errors import MoE3DError
from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.io.formats.ply import read_ply
from moe3d.io.scenes.prediction_file import read_prediction, write_prediction
from moe3d.scene.cloud import point_cloud
from moe3d.scene.filters import CloudOptions
from moe3d.scene.records import ScenePrediction
from tests.scenes import step_prediction

FORMATS = (
    "ply",
    "ply-cloudcompare",
    "ply-splat",
    "glb",
    "mesh-grid",
    "obj",
    "colmap",
    "colmap-dense",
)
FORMATS += ("transforms", "npz", "depth-exr", "depth-png", "expert-maps", "las", "e57", "mesh-tsdf")
ODD_DEPTHS = [np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, 1e-30, 1e-8, 1e12, 1e17, 1e30, 3e38]
ODD_NAMES = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "..",
            "../../x",
            "/etc/passwd",
            "C:\\x\\y.jpg",
            "a b.jpg",
            "größe 🏠.jpg",
            "x" * 300,
        ]
    ),
    st.text(max_size=20),
)
FEW = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Plan:
    """What is bad; the scene is built in the test, as strategies may not draw other randomness."""

    views: int
    height: int
    width: int
    experts: int
    seed: int
    shares: tuple[float, float, float]
    """Odd depths, odd confidences, invalid pixels."""
    shift: float
    focal_px: float
    names: list[str]


PLANS = st.builds(
    Plan,
    views=st.integers(1, 3),
    height=st.integers(1, 9),
    width=st.integers(2, 11),
    experts=st.integers(1, 4),
    seed=st.integers(0, 2**20),
    shares=st.tuples(*[st.sampled_from([0.0, 0.3, 1.0])] * 2, st.sampled_from([0.0, 0.5, 1.0])),
    shift=st.sampled_from([0.0, 0.0, 1e6, 1e30, np.nan]),
    focal_px=st.sampled_from([10.0, 10.0, 1e-30, 1e30, np.nan]),
    names=st.lists(ODD_NAMES, min_size=3, max_size=3) | st.just(["a/../b.jpg"] * 3),
)


def build(plan: Plan) -> ScenePrediction:
    """A step scene with some bad pixels, one bad camera and bad names."""
    scene = step_prediction(plan.views, plan.height, plan.width, plan.experts)
    generator = np.random.default_rng(plan.seed)
    depth, confidence = scene.depth.copy(), scene.confidence.copy()
    odd_confidences = [np.nan, np.inf, -np.inf, 0, -5]
    for values, odd, share in zip(
        (depth, confidence), (ODD_DEPTHS, odd_confidences), plan.shares[:2], strict=True
    ):
        hit = generator.random(depth.shape) < share
        values[hit] = generator.choice(np.array(odd, np.float32), int(hit.sum()))
    cameras, intrinsics = scene.camera_from_world.copy(), scene.intrinsics.copy()
    cameras[-1, 0, 3] += plan.shift
    intrinsics[-1, 0, 0] = plan.focal_px
    return replace(
        scene,
        names=tuple(plan.names[: plan.views]),
        depth=depth,
        confidence=confidence,
        valid_mask=generator.random(depth.shape) >= plan.shares[2],
        camera_from_world=cameras,
        intrinsics=intrinsics,
    )


@FEW
@given(PLANS, st.sampled_from([0, 20, 100]), st.sampled_from([None, 0.03]))
def test_a_cloud_is_finite_and_its_counts_add_up(plan, percentile, edge_rtol):
    scene = build(plan)
    cloud = point_cloud(scene, "fused", percentile, edge_rtol=edge_rtol, normals=True)
    assert np.isfinite(cloud.points).all()
    assert cloud.normals is not None
    np.testing.assert_allclose(np.linalg.norm(cloud.normals, axis=1), 1, atol=1e-3)
    assert len(cloud) + sum(cloud.removed_by.values()) == cloud.num_valid


@pytest.mark.parametrize("name", FORMATS)
@FEW
@given(plan=PLANS)
def test_an_export_is_whole_or_refused_and_stays_in_its_folder(name, plan):
    scene = build(plan)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "deep" / "out"
        options = ExportOptions(CloudOptions(confidence_percentile=0))
        try:
            (done,) = export(scene, out, [name], options)
            assert done.path.exists()
            assert done.sidecar.exists()
        except MoE3DError:
            assert not [path for path in Path(folder).rglob("*") if path.is_file()]
        outside = [path for path in Path(folder).rglob("*") if path.is_file()]
        assert all(out in path.parents for path in outside)


@FEW
@given(plan=PLANS)
def test_exported_points_are_the_clouds_points(plan):
    scene = build(plan)
    cloud = point_cloud(scene)
    with tempfile.TemporaryDirectory() as folder:
        if len(cloud) == 0:
            with pytest.raises(MoE3DError, match="nothing to export"):
                export(scene, folder)
            return
        vertices = read_ply(export(scene, folder)[0].path)
        np.testing.assert_array_equal(vertices.points, cloud.points)


@FEW
@given(plan=PLANS)
def test_any_prediction_survives_its_file(plan):
    scene = build(plan)
    with tempfile.TemporaryDirectory() as folder:
        found = read_prediction(write_prediction(scene, Path(folder) / "a.npz"))
    np.testing.assert_array_equal(found.depth, scene.depth)
    np.testing.assert_array_equal(found.camera_from_world, scene.camera_from_world)
    assert found.names == scene.names


def test_300_views_of_one_name_export_to_every_other_format(tmp_path):
    scene = step_prediction(num_views=300, height=2, width=4, num_experts=2, with_baseline=False)
    scene = replace(scene, names=("IMG 1.jpg",) * 300)
    surfaces = ("mesh-grid", "obj", "mesh-tsdf")  # eight pixels a photo make none
    done = export(scene, tmp_path, [name for name in FORMATS if name not in surfaces])
    assert done[0].written["points"] == len(point_cloud(scene))
    assert len(list((tmp_path / "scene_colmap" / "images").iterdir())) == 300
    assert len(list((tmp_path / "scene_experts").glob("*.exr"))) == 300


@pytest.mark.parametrize("name", [*FORMATS, "mesh-poisson"])
def test_one_pixel_is_a_point_or_a_clear_refusal(tmp_path, name):
    whole = step_prediction(num_views=1, height=1, width=2, num_experts=2, with_baseline=False)
    scene = replace(
        whole,
        images=whole.images[:, :, :1],
        depth=whole.depth[:, :, :1],
        confidence=whole.confidence[:, :, :1],
        valid_mask=whole.valid_mask[:, :, :1],
        expert_depths=whole.expert_depths[..., :1],
        gate_logits=whole.gate_logits[..., :1],
        pixel_transforms=(replace(whole.pixel_transforms[0], width=1),),
    )
    options = ExportOptions(CloudOptions(normals=True))
    if name in ("mesh-grid", "obj", "mesh-tsdf", "mesh-poisson"):
        with pytest.raises(MoE3DError, match=r"nothing to export|voxel size|Poisson"):
            export(scene, tmp_path, [name], options)
        assert not list(tmp_path.rglob("*"))
    else:
        (done,) = export(scene, tmp_path, [name], options)
        assert done.written.get("points", 1) == 1
