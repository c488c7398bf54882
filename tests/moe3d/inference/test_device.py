"""Choosing a device: what is there, what is not, and what is said about it."""

import pytest
import torch

from moe3d.errors import UsageError
from moe3d.inference.device import select_compute, select_device


def test_automatic_choice_is_a_device_that_works():
    device = select_device("auto")
    assert torch.ones(2, device=device).sum().item() == 2


@pytest.mark.parametrize("name", ["tpu", "cuda:x", "cuda:99", "gpu"])
def test_a_device_that_is_not_there_is_named(name: str):
    with pytest.raises(UsageError, match=name):
        select_device(name)


def test_a_small_model_on_a_cpu_runs_in_float32():
    assert select_compute("cpu", "auto", 30_000_000).precision == "float32"


def test_half_precision_on_a_cpu_is_refused_with_the_alternative():
    with pytest.raises(UsageError, match="bfloat16"):
        select_compute("cpu", "float16", 30_000_000)


def test_an_unknown_precision_is_named():
    with pytest.raises(UsageError, match="int3"):
        select_compute("cpu", "int3", 30_000_000)
