"""`moe3d models` and `moe3d check` list what is there without the network."""

import json

import torch
from safetensors import safe_open

from moe3d.cli.main import run_command
from moe3d.model.checkpoint import ReadOptions, read_checkpoint
from moe3d.model.known_models import find_checkpoint


def test_the_known_models_are_listed_with_size_and_licence(capsys):
    assert run_command(["models", "--json"]) == 0
    models = {model["id"]: model for model in json.loads(capsys.readouterr().out)["models"]}
    assert {"mini", "facebook/VGGT-1B", "facebook/VGGT-1B-Commercial"} <= set(models)
    assert models["facebook/VGGT-1B"]["size_bytes"] > 4e9
    assert models["mini"]["path"] is not None
    assert all(model["licence"] for model in models.values())


def test_a_download_without_a_name_is_a_usage_error(capsys):
    assert run_command(["models", "download"]) == 2
    assert "name the model" in capsys.readouterr().err


def test_check_names_the_device_and_the_models(capsys):
    assert run_command(["check", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["device"]
    assert "mini" in {model["id"] for model in report["models"]}


def test_the_licence_of_the_built_in_model_is_that_of_its_file(capsys):
    with safe_open(find_checkpoint("mini"), "np") as file:
        of_file = json.loads(file.metadata()["moe3d"])["licence"]
    assert run_command(["models"]) == 0
    assert f"licence: {of_file}" in capsys.readouterr().out.split("facebook")[0]


def test_a_narrow_copy_holds_what_a_run_in_bfloat16_makes_of_the_model(capsys, tmp_path):
    copy = tmp_path / "copy.safetensors"
    assert run_command(["models", "narrow", "mini", "--output", str(copy)]) == 0
    assert str(copy) in capsys.readouterr().out
    options = ReadOptions(backbone_dtype=torch.bfloat16)
    wanted = read_checkpoint(find_checkpoint("mini"), options)
    found = read_checkpoint(copy, options)
    weights = wanted.network.state_dict()
    assert all(
        torch.equal(weight, weights[key]) for key, weight in found.network.state_dict().items()
    )
    assert found.info.name == wanted.info.name
    with safe_open(copy, "np") as file:
        assert file.get_slice("aggregator.frame_blocks.0.mlp.fc1.weight").get_dtype() == "BF16"
    assert run_command(["models", "narrow", "mini", "--output", str(copy)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_a_narrow_copy_without_a_place_is_a_usage_error(capsys):
    assert run_command(["models", "narrow", "mini"]) == 2
    assert "--output" in capsys.readouterr().err
