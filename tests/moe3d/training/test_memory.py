from dataclasses import replace

import pytest
import torch

from moe3d.model.config import ModelConfig
from moe3d.model.presets import mini
from moe3d.training.config import DataConfig, TrainingConfig
from moe3d.training.memory import (
    GIB,
    MemoryEstimate,
    _counting,
    estimate_memory,
    memory_table,
)


def test_the_most_bytes_alive_at_once_by_hand():
    with _counting() as counter:
        first = torch.empty(1000, device="meta")  # 4,000 bytes
        second = first * 2  # 8,000 alive
        del first
        third = second.double()  # 4,000 + 8,000
        del second
        _ = third[:10]  # a view holds nothing of its own
    assert counter.peak == 12_000
    assert counter.live == 8_000


def test_what_fits_by_hand():
    estimate = MemoryEstimate(1.0, 0.8, first_sample=2.0, each_sample=1.5, caching=9.0)
    assert estimate.largest_step(8.0) == 0  # caching needs more
    assert estimate.largest_step(12.0) == 1 + 4  # 12 - 1.2 - 1.8 - 2 = 7 = 4 * 1.5 + 1
    table = memory_table(estimate, is_cached=True)
    assert "8 GB card: does not fit" in table
    assert "12 GB card: up to 5 frames a step" in table


def test_experts_and_gate_of_vggt_1b_fit_on_a_small_card():
    config = TrainingConfig(preset="head", data=DataConfig(sizes=("518x392",)))
    estimate = estimate_memory(ModelConfig(), config, torch.bfloat16)
    trained = 258_986 + 36_962  # the mixture's published extra and VGGT's own last convolutions
    assert estimate.training_state == pytest.approx(16 * trained / GIB)
    # No map may be kept twice: a frame's 518x392 map of 128 channels is 104 MB in 32 bits.
    assert 0.1 < estimate.each_sample < 1
    assert estimate.largest_step(8.0) >= 4
    # 909 M weights of the backbone in 16 bits and four token maps of four frames.
    assert 1.7 < estimate.caching < 6


@pytest.mark.parametrize(("preset", "measured_gib"), [("vggt", 16.4), ("pair", 31.3)])
def test_a_measured_step_on_a_card_is_not_above_the_estimate(preset, measured_gib):
    """Peak of 32 scenes of 4 views at 224x168 in bfloat16, as torch told on an H100."""
    data = DataConfig(sizes=("224x168",), scenes_per_step=32)
    config = TrainingConfig(preset=preset, data=data)
    architecture = replace(mini(), moe=replace(mini().moe, own_decoder=True))
    found = estimate_memory(architecture, config, torch.bfloat16)
    whole = found.weights + found.training_state + found.first_sample + 31 * found.each_sample
    assert measured_gib * 0.98 < whole < measured_gib * 1.2
