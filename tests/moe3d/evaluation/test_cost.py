"""Counted and measured cost of the mixture; the paper's figures come out for variant A."""

import numpy as np
import pytest
import torch

from moe3d.errors import UsageError
from moe3d.evaluation.cost.measured import measure_heads
from moe3d.evaluation.cost.operations import (
    build_on_meta,
    count_operations,
    count_parameters,
    read_overhead,
)
from moe3d.model.presets import mini, vggt_1b


def test_the_papers_overheads_come_out_for_vggt_1b():
    parameters, *_, layers, with_attention = read_overhead(vggt_1b(), 518, 518, (1,))
    assert parameters.base == "depth head"
    assert (parameters.added, parameters.of) == (258_986, 32_654_562)
    assert parameters.percent == pytest.approx(0.793, abs=0.0005)
    assert layers.added == pytest.approx(138.9, abs=0.05)
    assert layers.percent == pytest.approx(4.97, abs=0.01)
    assert with_attention.percent == pytest.approx(4.1, abs=0.06)


def test_added_operations_are_those_of_the_convolutions_by_hand():
    network = build_on_meta(mini())
    vggt, moe3d = count_operations(network, 1, 28, 42)
    maps, hidden, experts = 16, 24, 4
    gate = maps * maps * 9 + maps * experts
    heads = experts * (maps * hidden * 9 + hidden * 2)
    replaced = maps * hidden * 9 + hidden * 2
    assert (moe3d - vggt).total == 2 * 28 * 42 * (gate + heads - replaced)
    assert (moe3d - vggt).attention == 0


def test_added_parameters_are_those_of_the_convolutions_by_hand():
    parameters = count_parameters(build_on_meta(mini()))
    gate = 16 * 16 * 9 + 16 + 16 * 4 + 4
    one_head = 16 * 24 * 9 + 24 + 24 * 2 + 2
    assert parameters.added == gate + 3 * one_head


def test_both_heads_are_timed_in_alternation():
    measured = measure_heads(mini(), 28, 42, torch.device("cpu"), repeats=3)
    assert (measured.vggt_s > 0).all()
    assert measured.moe3d_s.shape == (3,)
    assert np.isfinite(measured.time_percent)
    assert measured.moe3d_peak_bytes >= measured.vggt_peak_bytes > 28 * 42 * 16 * 4


def test_the_whole_is_what_comes_before_the_heads_and_vggts_head():
    measured = measure_heads(mini(), 28, 42, torch.device("cpu"), repeats=3, whole=True)
    assert measured.rest_s is not None
    added = np.median(measured.moe3d_s) - np.median(measured.vggt_s)
    all_of_it = np.median(measured.rest_s) + np.median(measured.vggt_s)
    assert measured.whole_percent == pytest.approx(100 * added / all_of_it)
    assert measure_heads(mini(), 28, 42, torch.device("cpu"), repeats=1).whole_percent is None


def test_sizes_that_are_no_whole_patches_are_refused():
    with pytest.raises(UsageError, match="multiples of 14"):
        measure_heads(mini(), 30, 42, torch.device("cpu"))
