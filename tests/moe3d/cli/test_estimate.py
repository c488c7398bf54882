import json

from moe3d.cli.main import run_command


def test_the_memory_of_a_run_is_told_before_it(photos, capsys):
    assert run_command(["estimate", str(photos), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    parts = values["weights_bytes"] + values["working_bytes"] + values["context_bytes"]
    assert values["total_bytes"] == parts
    assert (values["num_photos"], values["width"], values["verdict"]) == (2, 224, "fits")
    assert run_command(["estimate", str(photos)]) == 0
    assert "2 photos as 224x168 pixels with mini" in capsys.readouterr().out


def test_no_photos_have_no_estimate(tmp_path, capsys):
    assert run_command(["estimate", str(tmp_path)]) == 3
    assert "no photo" in capsys.readouterr().err
