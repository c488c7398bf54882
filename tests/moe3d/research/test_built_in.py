import json
from dataclasses import replace

import pytest

from moe3d.errors import OutputError
from moe3d.model.known_models import ModelPlaces
from moe3d.research.built_in import BuiltInScores, is_better, known_scores, put_in_place
from moe3d.training.validation import LayerScores, ValidationScores


def scores(vggt, fused, sha256="x"):
    """Each of the two as (abs-rel, boundary F1)."""
    layers = {
        name: LayerScores(absrel, absrel, 0.5, f1, 0.3, 0.2)
        for name, (absrel, f1) in {"vggt": vggt, "fused": fused}.items()
    }
    one = ValidationScores(layers, 60, 2, 5.0, 9.0, (0.5, 0.5), 0.3, 0.5)
    return BuiltInScores((one, replace(one, num_views=3)), sha256)


OLD = scores((0.26, 0.010), (0.25, 0.013))


@pytest.mark.parametrize(
    ("new", "answer"),
    [
        (scores((0.20, 0.1), (0.19, 0.2)), True),
        (scores((0.20, 0.1), (0.26, 0.2)), False),
        (scores((0.20, 0.1), (0.19, 0.012)), False),
        (scores((0.27, 0.1), (0.19, 0.2)), False),
        (OLD, False),
    ],
)
def test_both_depths_must_be_better_in_accuracy_and_at_edges(new, answer):
    assert is_better(new, OLD) is answer
    assert "| 2 | fused | 0.250 |" in new.table(OLD)


def write(folder, names, size=10):
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"n" * size)


def test_new_files_take_the_place_of_the_old_ones(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    write(new, ["mini-00001-of-00001.safetensors", "mini.safetensors.index.json"])
    write(old, ["mini-00001-of-00002.safetensors", "mini-00002-of-00002.safetensors", "README.md"])
    put_in_place(new, old, scores((0.2, 0.1), (0.1, 0.2), "abc"))
    assert sorted(path.name for path in old.iterdir()) == [
        "README.md",
        "metrics.json",
        "mini-00001-of-00001.safetensors",
        "mini.safetensors.index.json",
    ]
    record = json.loads((old / "metrics.json").read_text())
    assert record["sha256"] == "abc"
    assert record["validation"][1]["seeds"] == "1000000 to 1000059"
    assert record["validation"][1]["layers"]["fused"]["boundary_f1"] == 0.2


def test_files_that_are_too_large_for_a_repository_are_refused(tmp_path):
    new, old = tmp_path / "new", tmp_path / "old"
    write(new, ["mini-00001-of-00001.safetensors"], size=16_000_001)
    write(old, ["mini-00001-of-00002.safetensors"])
    with pytest.raises(OutputError, match=r"files of up to 16\.0 MB"):
        put_in_place(new, old, OLD)
    assert [path.name for path in old.iterdir()] == ["mini-00001-of-00002.safetensors"]


def test_the_scores_beside_the_built_in_weights_are_of_these_weights():
    found = known_scores(ModelPlaces().built_in_dir, 60)
    assert found is not None
    assert [entry.num_views for entry in found.by_views] == [2, 3]
    assert not is_better(found, found)
    assert known_scores(ModelPlaces().built_in_dir, 20) is None
