import json

from PIL import Image

from moe3d.cli.main import run_command


def test_the_memory_of_a_run_is_told_before_it(photos, capsys):
    assert run_command(["estimate", str(photos), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    parts = values["weights_bytes"] + values["working_bytes"] + values["context_bytes"]
    assert values["total_bytes"] == parts
    assert (values["num_photos"], values["width"], values["verdict"]) == (2, 224, "fits")
    assert run_command(["estimate", str(photos)]) == 0
    assert "2 photos as 224x168 pixels with mini" in capsys.readouterr().out


def test_photos_in_chunks_are_told(tmp_path, capsys):
    for index in range(9):
        Image.new("RGB", (80, 60), (index, 0, 0)).save(tmp_path / f"{index}.png")
    assert run_command(["estimate", str(tmp_path), "--chunk", "6"]) == 0
    told = capsys.readouterr().out
    assert "the network sees 6 photos together, in 2 overlapping chunks" in told
    assert "fits in 2 chunks of 6 photos" in told
    assert run_command(["estimate", str(tmp_path), "--chunk", "1"]) == 2
    assert "at least 6 photos together" in capsys.readouterr().err


def test_no_photos_have_no_estimate(tmp_path, capsys):
    assert run_command(["estimate", str(tmp_path)]) == 3
    assert "no photo" in capsys.readouterr().err


def test_upright_photos_stay_upright_and_a_crop_is_told(tmp_path, capsys):
    for name in ("a.png", "b.png"):
        Image.new("RGB", (90, 180)).save(tmp_path / name)
    assert run_command(["estimate", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert "2 photos as 112x224 pixels" in told.out
    assert "cut off" not in told.err
    assert run_command(["estimate", str(tmp_path), "--resize", "crop"]) == 0
    told = capsys.readouterr()
    assert "2 photos as 224x224 pixels" in told.out
    assert told.err.count("50% of it is cut off") == 2
