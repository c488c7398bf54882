"""The choice of the mixture's settings: the rule by hand, and the shipped setting is the model."""

import math
from types import ModuleType

import numpy as np
import pytest
import torch

from moe3d.evaluation.reports.summary import Difference, Interval
from moe3d.model.checkpoint import read_checkpoint
from moe3d.model.known_models import find_checkpoint
from moe3d.model.output import RunOptions
from tests.benchmark_module import load_benchmark

NO_INTERVAL = Interval(math.nan, math.nan)


@pytest.fixture(scope="module")
def settings() -> ModuleType:
    return load_benchmark("mixture_settings")


def _found(absrel: float, f1: float, flying: float) -> list[Difference]:
    ratios = zip(("absrel_scene", "boundary_f1", "fpr_self"), (absrel, f1, flying), strict=True)
    return [
        Difference(name, "a", "b", 0.0, NO_INTERVAL, ratio, NO_INTERVAL, 0, 9)
        for name, ratio in ratios
    ]


def test_the_sharpest_of_those_that_are_exact_and_have_few_flying_points(settings):
    found = {
        "inexact": _found(1.02, 1.3, 0.5),
        "flying": _found(1.0, 1.2, 0.71),
        "dull": _found(0.99, 1.05, 0.4),
        "sharp": _found(1.01, 1.1, 0.7),
    }
    assert settings.choose(found) == "sharp"


def test_without_both_the_fewest_flying_points_of_the_exact(settings):
    found = {
        "inexact": _found(1.02, 1.3, 0.5),
        "flying": _found(1.0, 1.2, 0.9),
        "less": _found(1.0, 1.1, 0.8),
    }
    assert settings.choose(found) == "less"


def test_the_shipped_setting_is_the_shipped_model(settings):
    scene = next(settings.generated(1_000_500, 1))
    answers = dict(settings.Mixtures([0.15, 0.3]).answers(scene, [settings.SHIPPED]))
    network = read_checkpoint(find_checkpoint("mini")).network.eval()
    images = torch.from_numpy(scene.images).permute(0, 3, 1, 2)[None].float() / 255
    temperature = settings.SHIPPED.temperature
    with torch.no_grad():
        output = network(images, options=RunOptions(gate_temperature=temperature))
    np.testing.assert_allclose(answers[settings.VGGT], output.baseline_depth[0], rtol=1e-4)
    np.testing.assert_allclose(answers[settings.SHIPPED.name], output.depth[0], rtol=1e-4)


def test_a_photo_at_twice_the_scale_errs_only_beside_the_others(settings):
    scene = next(settings.generated(1_000_501, 1))
    depth = np.where(np.isfinite(scene.depth), scene.depth, 1.0)
    depth[0] *= 2
    rows = settings.rows_of(scene, depth)
    assert [row["absrel_photo"] for row in rows] == pytest.approx([0] * 4, abs=1e-9)
    first, *others = (row["absrel_scene"] for row in rows)
    off = others[0]  # the scale is 1 - off: it errs by that, and by 2 (1 - off) - 1
    assert [first, *others] == pytest.approx([1 - 2 * off, off, off, off], abs=1e-9)
    assert 0 < off < 0.5
