"""What spares memory changes no answer beyond the rounding that is said."""

import copy
from pathlib import Path

import pytest
import torch

from moe3d.inference.preprocess import prepare_views
from moe3d.io.photos.images import read_views
from moe3d.model.checkpoint import read_checkpoint
from moe3d.model.known_models import find_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import ModelOutput, RunOptions
from moe3d.model.peak_bytes import PeakTensorBytes

ROOM = Path(__file__).parents[3] / "assets/samples/room/images"
ROUNDING = {"rtol": 1e-4, "atol": 1e-5}
FIELDS = ("depth", "confidence", "expert_depths", "gate_logits", "baseline_depth", "pose_encoding")


def run(network: MoE3DNetwork, images: torch.Tensor, **options: object) -> ModelOutput:
    with torch.inference_mode():
        return network(images, options=RunOptions(**options))


def apart(first: ModelOutput, second: ModelOutput, field: str) -> float:
    """Mean relative difference of a field that is above 0."""
    one, other = getattr(first, field), getattr(second, field)
    return float(((one - other).abs() / one).mean())


def assert_same(first: ModelOutput, second: ModelOutput) -> None:
    for field in FIELDS:
        torch.testing.assert_close(getattr(first, field), getattr(second, field), **ROUNDING)


@pytest.mark.parametrize("piece", [1, 7, 50, 10_000])
def test_blocks_piece_by_piece_give_the_same_answer(tiny_network, tiny_images, piece):
    whole = run(tiny_network, tiny_images)
    pieces = run(tiny_network, tiny_images, tokens_per_piece=piece)
    assert_same(whole, pieces)


def test_blocks_piece_by_piece_in_bfloat16_stay_within_its_rounding(tiny_network, tiny_images):
    network = copy.deepcopy(tiny_network)
    network.cast_backbone(torch.bfloat16)
    exact = run(tiny_network, tiny_images)
    whole = run(network, tiny_images)
    pieces = run(network, tiny_images, tokens_per_piece=9)
    for field in ("depth", "baseline_depth"):
        assert apart(exact, pieces, field) < 1.5 * apart(exact, whole, field)


def test_pieces_leave_training_alone(tiny_network, tiny_images):
    answers = []
    for piece in (0, 5):
        output = tiny_network(tiny_images, options=RunOptions(tokens_per_piece=piece))
        tiny_network.zero_grad()
        output.depth.sum().backward()
        weight = tiny_network.aggregator.global_blocks[0].mlp.fc1.weight
        answers.append(weight.grad.clone())
    assert answers[0].abs().max() > 0
    torch.testing.assert_close(*answers)


def test_layers_kept_in_the_main_memory_give_the_same_answer(tiny_network, tiny_images):
    whole = run(tiny_network, tiny_images)
    kept = run(tiny_network, tiny_images, kept_on_cpu=True, frames_per_chunk=1)
    assert_same(whole, kept)


def test_narrow_kept_layers_and_heads_stay_within_a_fifth_of_a_percent():
    network = read_checkpoint(find_checkpoint("mini")).network
    views = read_views(ROOM).select([0, 3])
    photos = prepare_views(views, long_side=224, patch=14, mode="crop").images
    images = torch.from_numpy(photos).permute(0, 3, 1, 2)[None].float() / 255
    whole = run(network, images)
    for options in (
        {"kept_dtype": torch.bfloat16},
        {"heads_dtype": torch.bfloat16},
        {"kept_dtype": torch.bfloat16, "heads_dtype": torch.bfloat16},
    ):
        answer = run(network, images, **options)
        for field in ("depth", "expert_depths", "baseline_depth"):
            assert 0 < apart(whole, answer, field) < 0.002, (options, field)
        torch.testing.assert_close(answer.pose_encoding, whole.pose_encoding)
        assert answer.depth.dtype == torch.float32


def test_the_last_layer_is_not_rounded_to_steps(tiny_network, tiny_images):
    answer = run(tiny_network, tiny_images, heads_dtype=torch.bfloat16)
    raw = answer.baseline_depth.log()
    assert (raw != raw.bfloat16().float()).float().mean() > 0.9


def test_the_measures_spare_memory(tiny_network):
    network = MoE3DNetwork(tiny_network.config).eval()
    images = torch.rand(1, 12, 3, 56, 56)

    def peak(**options: object) -> int:
        with PeakTensorBytes() as counter:
            run(network, images, frames_per_chunk=1, **options)
        return counter.peak

    plain = peak()
    assert peak(kept_dtype=torch.bfloat16) < plain
    assert peak(tokens_per_piece=20) < plain
