import dataclasses
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from moe3d.errors import JobCancelledError, ShapeError
from moe3d.model.checkpoint import build_on_meta
from moe3d.model.config import DPTConfig, ModelConfig, MoEConfig
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.model.presets import mini, vggt_1b

KEY_LIST = Path(__file__).parents[2] / "data" / "vggt_parity" / "vggt_1b_keys.txt"
ROUNDING = {"rtol": 2e-5, "atol": 1e-5}


def official_shapes() -> dict[str, tuple[int, ...]]:
    rows = (line.split("\t") for line in KEY_LIST.read_text().splitlines())
    return {key: tuple(int(side) for side in re.findall(r"\d+", shape)) for key, shape in rows}


@pytest.fixture(scope="module")
def vggt_on_meta() -> MoE3DNetwork:
    return build_on_meta(dataclasses.replace(vggt_1b(), has_point_head=True))


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


class AllocatedBytes(TorchDispatchMode):
    """Adds up what operators return outside the meta device."""

    total = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and not result.is_meta:
            self.total += result.numel() * result.element_size()
        return result


@pytest.mark.parametrize("has_point_head", [True, False])
def test_all_official_keys_find_their_place(vggt_on_meta: MoE3DNetwork, has_point_head: bool):
    official = official_shapes()
    assert len(official) == 1797
    if not has_point_head:
        vggt_on_meta = build_on_meta(vggt_1b())
    stand_ins = {key: torch.empty(shape, device="meta") for key, shape in official.items()}
    result = vggt_on_meta.load_state_dict(stand_ins, strict=False, assign=True)
    assert all(key.startswith("moe_head.") for key in result.missing_keys)
    skipped = ("track_head.",) if has_point_head else ("track_head.", "point_head.")
    assert all(key.startswith(skipped) for key in result.unexpected_keys)


def test_building_vggt_1b_on_the_meta_device_allocates_nothing():
    with AllocatedBytes() as allocated:
        network = build_on_meta(vggt_1b())
    assert allocated.total == 0
    assert all(tensor.is_meta for tensor in network.state_dict().values())
    assert not list(network.buffers())  # a buffer outside the checkpoint would stay empty


def test_building_on_the_meta_device_does_not_load_torchs_compiler():
    code = (
        "import sys; from moe3d.model.checkpoint import build_on_meta; "
        "from moe3d.model.presets import mini; build_on_meta(mini()); "
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_variant_a_adds_what_the_paper_prints(vggt_on_meta: MoE3DNetwork):
    network = vggt_on_meta
    own_head = network.depth_head.scratch.output_conv2
    added = count(network.moe_head) - count(own_head)  # the experts take the place of VGGT's head
    assert added == 258_986
    assert count(network.depth_head) == 32_654_562
    assert round(100 * added / count(network.depth_head), 3) == 0.793


def test_the_parts_have_vggts_sizes(vggt_on_meta: MoE3DNetwork):
    network = vggt_on_meta
    assert count(network.aggregator) == 909_112_320
    assert count(network.camera_head) == 216_174_610
    assert count(network.point_head) == 32_654_628


def test_the_mini_has_its_size_and_registers_none_of_dinos():
    network = build_on_meta(mini())
    assert 29e6 < count(network) < 31e6
    assert network.aggregator.patch_embed.register_tokens is None


@pytest.mark.parametrize("frames_per_chunk", [1, 4, 100])
def test_chunks_of_frames_do_not_change_the_result(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor, frames_per_chunk: int
):
    with torch.inference_mode():
        whole = tiny_network(tiny_images)
        parts = tiny_network(tiny_images, options=RunOptions(frames_per_chunk=frames_per_chunk))
    torch.testing.assert_close(parts.depth, whole.depth, **ROUNDING)
    torch.testing.assert_close(parts.baseline_depth, whole.baseline_depth, **ROUNDING)


def test_scenes_of_a_batch_do_not_see_each_other(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor
):
    with torch.inference_mode():
        both = tiny_network(tiny_images)
        second = tiny_network(tiny_images[1:])
    torch.testing.assert_close(both.depth[1:], second.depth, **ROUNDING)
    torch.testing.assert_close(both.pose_encoding[1:], second.pose_encoding, **ROUNDING)


def test_only_the_first_view_is_special(tiny_network: MoE3DNetwork, tiny_images: torch.Tensor):
    with torch.inference_mode():
        straight = tiny_network(tiny_images).depth
        later_swapped = tiny_network(tiny_images[:, [0, 2, 1]]).depth[:, [0, 2, 1]]
        first_swapped = tiny_network(tiny_images[:, [1, 0, 2]]).depth[:, [1, 0, 2]]
    torch.testing.assert_close(later_swapped, straight, **ROUNDING)
    assert (first_swapped - straight).abs().max() > 1e-3


def test_the_fused_depth_follows_from_experts_and_gate(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor
):
    with torch.inference_mode():
        output = tiny_network(tiny_images, options=RunOptions(gate_temperature=0.25))
    odds = torch.exp(output.gate_logits.double() / 0.25)
    weights = odds / odds.sum(dim=2, keepdim=True)
    expected = (weights * output.expert_depths).sum(dim=2).float()
    torch.testing.assert_close(output.depth, expected, **ROUNDING)
    assert output.gate_temperature == 0.25
    assert (output.depth > 0).all()
    assert (output.confidence >= 1).all()


def test_every_block_and_chunk_is_counted(tiny_network: MoE3DNetwork, tiny_images: torch.Tensor):
    seen: list[tuple[int, int]] = []
    with torch.inference_mode():
        tiny_network(
            tiny_images,
            lambda done, total, _share: seen.append((done, total)),
            RunOptions(frames_per_chunk=4),
        )
    # 1 DINO block, 2 x (frame, global), 4 camera steps, 2 chunks of 6 frames
    assert list(dict.fromkeys(seen)) == [(done, 11) for done in range(1, 12)]


def test_a_run_stops_where_the_caller_raises(tiny_network: MoE3DNetwork, tiny_images: torch.Tensor):
    calls = []

    def stop_at_third(done: int, total: int, share: float) -> None:
        calls.append(done)
        if done == 3:
            raise JobCancelledError("cancelled")

    with pytest.raises(JobCancelledError), torch.inference_mode():
        tiny_network(tiny_images, stop_at_third)
    assert calls == [1, 2, 3]


def test_the_baseline_can_be_left_out(tiny_network: MoE3DNetwork, tiny_images: torch.Tensor):
    with torch.inference_mode():
        with_it = tiny_network(tiny_images)
        without = tiny_network(tiny_images, options=RunOptions(with_baseline=False))
    assert without.baseline_depth is None
    torch.testing.assert_close(without.depth, with_it.depth, **ROUNDING)


@pytest.mark.parametrize("variant", ["A", "A'", "B", "F"])
@pytest.mark.parametrize("own_decoder", [False, True])
@pytest.mark.parametrize("detail_channels", [(), (4, 8), (4, 4, 8)])
def test_every_weight_of_the_mixture_learns(
    tiny_config: ModelConfig, variant: str, own_decoder: bool, detail_channels: tuple[int, ...]
):
    config = dataclasses.replace(
        tiny_config,
        has_baseline=False,
        moe=MoEConfig(num_experts=2, variant=variant, own_decoder=own_decoder),
        dpt=dataclasses.replace(tiny_config.dpt, detail_channels=detail_channels),
    )
    torch.manual_seed(0)
    network = MoE3DNetwork(config)
    torch.nn.init.normal_(network.moe_head.gate.conv2.weight)
    output = network(torch.rand(1, 2, 3, 42, 28))
    assert output.depth.shape == (1, 2, 42, 28)
    assert output.baseline_depth is None
    (output.depth.sum() + output.confidence.sum() + output.pose_encoding.sum()).backward()
    unused = {name for name, weight in network.named_parameters() if weight.grad is None}
    assert unused == {"aggregator.patch_embed.mask_token"}


def test_the_image_stem_places_edges_that_tokens_cannot(tiny_config: ModelConfig):
    # Two images that differ in one pixel: with the stem the depth changes most at that pixel.
    config = dataclasses.replace(
        tiny_config, dpt=dataclasses.replace(tiny_config.dpt, detail_channels=(8, 8, 8))
    )
    torch.manual_seed(0)
    network = MoE3DNetwork(config).eval()
    images = torch.full((1, 1, 3, 56, 56), 0.5)
    touched = images.clone()
    touched[..., 20, 33] = 1.0
    with torch.inference_mode():
        change = (network(touched).depth - network(images).depth).abs()[0, 0]
    row, column = divmod(int(change.argmax()), 56)
    assert max(abs(row - 20), abs(column - 33)) <= 3


def test_recomputing_blocks_gives_the_same_gradient(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor
):
    gradients = []
    for recompute in (False, True):
        tiny_network.zero_grad()
        options = RunOptions(recompute_blocks=recompute)
        tiny_network(tiny_images, options=options).depth.mean().backward()
        gradients.append(tiny_network.aggregator.camera_token.grad.clone())
    torch.testing.assert_close(gradients[0], gradients[1], **ROUNDING)


def test_a_run_in_inference_mode_does_not_spoil_training(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor
):
    with torch.inference_mode():
        tiny_network(tiny_images)
    tiny_network(tiny_images).depth.mean().backward()
    assert tiny_network.aggregator.camera_token.grad is not None


def test_a_bfloat16_backbone_keeps_norms_and_heads_in_float32(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor
):
    with torch.inference_mode():
        exact = tiny_network(tiny_images)
        tiny_network.cast_backbone(torch.bfloat16)
        rounded = tiny_network(tiny_images)
    low = {n for n, p in tiny_network.named_parameters() if p.dtype == torch.bfloat16}
    assert low
    assert all(re.search(r"aggregator.*\.(qkv|proj|fc1|fc2)\.", name) for name in low)
    assert not any("patch_embed.patch_embed" in name for name in low)
    assert rounded.depth.dtype == torch.float32
    relative = (rounded.depth / exact.depth - 1).abs()
    assert 0 < relative.mean() < 0.02


def test_heads_leave_the_callers_autocast(tiny_network: MoE3DNetwork, tiny_images: torch.Tensor):
    seen = []
    tiny_network.depth_head.scratch.output_conv1.register_forward_hook(
        lambda _module, _inputs, result: seen.append(result.dtype)
    )
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert tiny_network(tiny_images).depth.dtype == torch.float32
        output = tiny_network(tiny_images, options=RunOptions(heads_in_autocast=True))
        assert output.depth.dtype == torch.float32
    assert seen == [torch.float32, torch.bfloat16]


@pytest.mark.parametrize(
    "shape", [(1, 3, 28, 28), (1, 1, 3, 28, 30), (1, 1, 4, 28, 28), (1, 0, 3, 14, 14)]
)
def test_images_that_do_not_fit_are_named(tiny_network: MoE3DNetwork, shape: tuple[int, ...]):
    with pytest.raises(ShapeError, match=r"multiples of 14; got \("):
        tiny_network(torch.zeros(shape))


def test_layers_may_be_read_more_than_once(
    tiny_config: ModelConfig, randomize: Callable, tiny_images: torch.Tensor
):
    config = dataclasses.replace(
        tiny_config, dpt=dataclasses.replace(tiny_config.dpt, layers=(0, 0, 0, 0))
    )
    network = randomize(MoE3DNetwork(config))
    with torch.inference_mode():
        assert network(tiny_images).depth.isfinite().all()


def test_a_decoder_needs_four_levels(tiny_config: ModelConfig):
    assert DPTConfig().num_map_channels == 128
    assert tiny_config.dpt.num_map_channels == 4
