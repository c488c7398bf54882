"""The study of photo-like data: it starts, goes on after a stop, and treats all arms alike."""

import json
from types import ModuleType

import numpy as np
import pytest
import torch

from moe3d.training.features import FrameBatch
from tests.benchmark_module import load_benchmark
from tests.moe3d.training.photo_like.conftest import ZERO, write_library


@pytest.fixture(scope="module")
def study() -> ModuleType:
    return load_benchmark("photo_like_study")


def _batch(name: str) -> FrameBatch:
    image = torch.zeros(4, 3, 14, 14)
    return FrameBatch(image, (torch.zeros(4, 1, 8),), torch.ones(4, 14, 14), (name,), 4)


def test_half_and_half_takes_every_other_step_of_each_kind(study):
    drawn = {kind: [_batch(f"{kind} {step}") for step in range(4)] for kind in study.KINDS}
    shown = [[b.names[0] for b in study.steps_of(arm, drawn)] for arm in study.ARMS]
    assert {len(names) for names in shown} == {4}
    assert shown[2] == ["generated 0", "photo-like 1", "generated 2", "photo-like 3"]
    assert shown[3] == shown[2]


def test_scores_of_two_photos_at_two_scales_by_hand(study):
    truth = np.full((2, 4, 4), 2.0)
    truth[0, 0, 0] = np.nan
    depth = np.stack([np.full((4, 4), 1.0), np.full((4, 4), 4.0)])
    scene, photo, spread = study.score_scene(depth, truth)
    # 15 pixels want 2, 16 want 0.5: the median is 0.5, and the first photo's error 0.75
    assert scene == pytest.approx(15 / 31 * 0.75)
    assert photo == pytest.approx(0)
    assert spread == pytest.approx(np.log(4) / 2)


def test_a_round_that_is_no_even_number_of_steps_is_refused(study, capsys):
    with pytest.raises(SystemExit):
        study.arguments(["--furniture", "x", "--round-scenes", "3", "--step-scenes", "1"])
    assert "arms differ in frames" in capsys.readouterr().err


def test_a_study_goes_on_where_it_stopped_and_comes_to_the_same(study, tmp_path):
    write_library(tmp_path / "free.sh3f", dict.fromkeys(("cube", "plate"), ZERO))
    common = ["--furniture", str(tmp_path / "free.sh3f"), "--round-scenes", "2", "--frames", "16"]
    common += ["--step-scenes", "1", "--size", "28x28", "--workers", "0", "--score-scenes"]
    study.main([*common, "1", "--out", str(tmp_path / "whole")])
    stopped = [*common, "0", "--out", str(tmp_path / "parts"), "--minutes", "1e-9"]
    study.main(stopped)
    assert len((tmp_path / "parts" / "log.jsonl").read_text().splitlines()) == 1
    study.main([*common, "1", "--out", str(tmp_path / "parts")])
    whole, parts = (
        json.loads((tmp_path / name / "study.json").read_text()) for name in ("whole", "parts")
    )
    assert whole["frames"] == parts["frames"] == 16
    assert set(whole["results"]) == {"start", *(arm.name for arm in study.ARMS)}
    for arm, sets in whole["results"].items():
        assert set(sets) == {"generated", "photo-like", "motorcycle", "sample room"}
        for name, scores in sets.items():
            assert scores["moe_scene"] == pytest.approx(parts["results"][arm][name]["moe_scene"])
    start, half = whole["results"]["start"], whole["results"]["half and half"]
    assert start["generated"]["moe_scene"] != half["generated"]["moe_scene"]
    assert "| sample room (1) | start |" in (tmp_path / "whole" / "study.md").read_text()
