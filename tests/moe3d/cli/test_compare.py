"""`moe3d compare` on saved results."""

import json

import pytest

from moe3d.cli.main import run_command
from moe3d.io.scenes.prediction_file import write_prediction
from tests.moe3d.evaluation.one_scene.test_scene_truth import truth_folder
from tests.scenes import refined_prediction, step_prediction


@pytest.fixture
def result(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    write_prediction(step_prediction(), folder / "prediction.npz")
    return folder


def test_a_result_is_compared_with_its_own_vggt_side(result, capsys):
    assert run_command(["compare", str(result), "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sides"] == {"fused": "MoE3D", "vggt": "VGGT"}
    assert document["measures"]["flying"] == {"fused": 0, "vggt": 280}


def test_truth_adds_its_metrics_to_the_table(result, tmp_path, capsys):
    truth = truth_folder(tmp_path / "truth")
    assert run_command(["compare", str(result), "--truth", str(truth), "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "TRUTH: DEPTH" in text
    assert "AbsRel" in text
    assert "median scale, one for the scene" in text


def test_two_results_are_compared_with_each_other(result, tmp_path, capsys):
    other = tmp_path / "other.npz"
    write_prediction(step_prediction(with_baseline=False), other)
    words = ["compare", str(result), "--against", str(other), "--json", "--quiet"]
    assert run_command(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sides"]["vggt"] == str(other)
    assert document["measures"]["differ_3"] == {"pair": 0}


def test_no_second_side_is_exit_code_2_and_bad_truth_7(result, tmp_path, capsys):
    alone = tmp_path / "alone.npz"
    write_prediction(step_prediction(with_baseline=False), alone)
    assert run_command(["compare", str(alone)]) == 2
    assert "--against" in capsys.readouterr().err
    assert run_command(["compare", str(result), "--truth", str(tmp_path / "no")]) == 7
    assert "is not there" in capsys.readouterr().err


def test_refined_depths_are_compared_when_asked_for_and_the_photos_agreement_is_told(
    tmp_path, capsys
):
    saved = tmp_path / "refined.npz"
    write_prediction(refined_prediction(), saved)
    assert run_command(["compare", str(saved), "--refined", "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["sides"] == {"refined": "MoE3D refined", "vggt-refined": "VGGT refined"}
    # half of the pixels lie 2.1 against 2 away, the others agree
    assert document["measures"]["differ_3"] == {"pair": 0.5}
    assert document["agreement"]["residual_px"] == 0.6
    assert run_command(["compare", str(saved), "--quiet"]) == 0
    text = capsys.readouterr().out
    assert "HOW THE PHOTOS AGREE\n  3 of 4 photos placed, 5,312 matches" in text
    assert "photo 4.jpg  network's own            0         -        8 %   12.3 %" in text


def test_without_refined_depths_asking_for_them_is_a_usage_error(result, capsys):
    assert run_command(["compare", str(result), "--refined", "--quiet"]) == 2
    assert "'refined' is not in this prediction" in capsys.readouterr().err
