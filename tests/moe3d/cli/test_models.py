"""`moe3d models` and `moe3d check` list what is there without the network."""

import json

from safetensors import safe_open

from moe3d.cli.main import run_command
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
