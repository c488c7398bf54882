"""The network against recorded outputs of the reference implementation, random weights.

The folder comes from VGGT_PARITY_DIR: every case.npz with a case.json beside it is run, with
state_dict.pt from the same folder.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from moe3d.model.differentiable_geometry import world_points_from_depth
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import ModelOutput
from moe3d.model.pose_encoding import Cameras, cameras_from_pose_encoding
from tests.parity_network import config_from_case

OWN_FOLDER = Path(__file__).parents[2] / "data" / "vggt_parity"
FOLDER = Path(os.environ.get("VGGT_PARITY_DIR", OWN_FOLDER))
CASES = sorted(path for path in FOLDER.glob("*.npz") if path.with_suffix(".json").exists())


@dataclass(frozen=True)
class Case:
    """One recorded run, and ours on the same images."""

    truth: dict[str, np.ndarray]
    output: ModelOutput
    tokens: list[torch.Tensor]
    patch_tokens: torch.Tensor
    num_special_tokens: int
    fusion_maps: dict[str, torch.Tensor]


def load_weights(network: MoE3DNetwork, weights: dict[str, torch.Tensor]) -> None:
    missing, unexpected = network.load_state_dict(weights, strict=False)
    assert all(key.startswith("moe_head.") for key in missing)
    assert all(key.startswith("track_head.") for key in unexpected)


@pytest.fixture(scope="module", params=CASES, ids=lambda path: path.stem)
def case(request: pytest.FixtureRequest) -> Case:
    path: Path = request.param
    truth = dict(np.load(path))
    weights = torch.load(path.parent / "state_dict.pt", weights_only=True)
    config = config_from_case(json.loads(path.with_suffix(".json").read_text())["config"], weights)
    network = MoE3DNetwork(config).eval()
    load_weights(network, weights)
    images = torch.from_numpy(truth["images_u8"]).float() / 255
    taps: dict[str, torch.Tensor] = {}
    network.aggregator.patch_embed.register_forward_hook(
        lambda _module, _inputs, result: taps.update(patch_embed=result)
    )
    for name in ("refinenet4", "refinenet3"):
        network.depth_head.scratch.get_submodule(name).register_forward_hook(
            lambda _module, _inputs, result, name=name: taps.update({name: result})
        )
    with torch.inference_mode():
        output = network(images)
        tokens = network.aggregator(images, range(config.aggregator.depth))
    return Case(
        truth, output, list(tokens.layers), taps["patch_embed"], tokens.num_special_tokens, taps
    )


def assert_close(ours: torch.Tensor, truth: np.ndarray, atol: float, rtol: float = 0.0) -> None:
    np.testing.assert_allclose(ours.numpy(), truth, atol=atol, rtol=rtol)


def test_there_is_at_least_one_case():
    assert CASES, f"no *.npz with a *.json beside it in {FOLDER}"


def test_patch_tokens_are_the_references(case: Case):
    if "tap.aggregator.patch_embed" not in case.truth:
        pytest.skip("this case recorded no patch tokens")
    assert_close(case.patch_tokens, case.truth["tap.aggregator.patch_embed"], atol=1e-5)


def test_every_recorded_aggregator_layer_is_the_references(case: Case):
    recorded = [i for i in range(len(case.tokens)) if f"agg_layer_{i}" in case.truth]
    assert recorded
    for index in recorded:
        assert_close(case.tokens[index], case.truth[f"agg_layer_{index}"], atol=1e-5)
    assert case.num_special_tokens == case.truth["patch_start_idx"]


def test_the_decoders_coarse_maps_are_the_references(case: Case):
    for name in ("refinenet4", "refinenet3"):
        if f"tap.depth_head.scratch.{name}" in case.truth:
            truth = case.truth[f"tap.depth_head.scratch.{name}"]
            assert_close(case.fusion_maps[name], truth, atol=2e-5)


def test_cameras_are_the_references_after_every_step(case: Case):
    assert_close(case.output.pose_encoding, case.truth["pose_enc"], atol=5e-6)
    assert_close(case.output.pose_encoding_steps, case.truth["pose_enc_all_iters"], atol=5e-6)


def test_camera_matrices_are_the_references(case: Case):
    height, width = case.truth["images_u8"].shape[-2:]
    cameras = cameras_from_pose_encoding(case.output.pose_encoding, height, width)
    assert_close(cameras.camera_from_world[..., :3, :], case.truth["extrinsic"], atol=1e-5)
    assert_close(cameras.intrinsics, case.truth["intrinsic"], atol=1e-3, rtol=1e-4)


def test_depth_and_confidence_are_the_references(case: Case):
    depth, confidence = case.output.baseline_depth, case.output.baseline_confidence
    assert depth is not None
    assert confidence is not None
    assert_close(depth[..., None], case.truth["depth"], atol=1e-4, rtol=1e-5)
    assert_close(confidence, case.truth["depth_conf"], atol=5e-5)


def test_the_point_heads_points_are_the_references(case: Case):
    points, confidence = case.output.world_points, case.output.world_points_confidence
    assert points is not None
    assert confidence is not None
    assert_close(points, case.truth["world_points"], atol=5e-4)
    assert_close(confidence, case.truth["world_points_conf"], atol=5e-5, rtol=1e-5)  # up to 57


def test_unprojected_depth_is_the_references(case: Case):
    if "world_points_from_depth" not in case.truth:
        pytest.skip("this case recorded no unprojected points")
    camera_from_world = np.zeros((*case.truth["extrinsic"].shape[:-2], 4, 4))
    camera_from_world[..., :3, :] = case.truth["extrinsic"]
    camera_from_world[..., 3, 3] = 1
    cameras = Cameras(
        torch.from_numpy(camera_from_world), torch.from_numpy(case.truth["intrinsic"]).double()
    )
    points = world_points_from_depth(
        torch.from_numpy(case.truth["depth"][..., 0]).double(), cameras
    )
    assert_close(points, case.truth["world_points_from_depth"], atol=1e-5)
    ours = cameras_from_pose_encoding(
        case.output.pose_encoding, *case.truth["images_u8"].shape[-2:]
    )
    assert case.output.baseline_depth is not None
    from_ours = world_points_from_depth(case.output.baseline_depth, ours)
    assert_close(from_ours, case.truth["world_points_from_depth"], atol=1e-4, rtol=1e-5)
