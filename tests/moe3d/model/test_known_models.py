import dataclasses
from pathlib import Path

import pytest

from moe3d.errors import CheckpointError
from moe3d.model.catalogue import licence_from_path
from moe3d.model.known_models import (
    ModelPlaces,
    find_checkpoint,
    known_model,
    known_models,
)


@pytest.fixture
def places(tmp_path: Path) -> ModelPlaces:
    (tmp_path / "built_in").mkdir()
    return ModelPlaces(built_in_dir=tmp_path / "built_in", hub_cache=tmp_path / "hub")


def put_into_cache(places: ModelPlaces, repo: str, filename: str) -> Path:
    """The hub cache's documented layout, for one file."""
    folder = places.hub_cache / ("models--" + repo.replace("/", "--"))
    path = folder / "snapshots" / "c0ffee" / filename
    path.parent.mkdir(parents=True)
    path.write_bytes(b"1234567")
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("c0ffee")
    return path


def test_size_and_licence_are_known_before_anything_is_fetched(places: ModelPlaces):
    models = {model.id: model for model in known_models(places)}
    assert set(models) == {"mini", "facebook/VGGT-1B", "facebook/VGGT-1B-Commercial"}
    assert all(model.path is None for model in models.values())
    research = models["facebook/VGGT-1B"]
    assert abs(research.size_bytes / 1e9 - 5.03) < 0.01
    assert "NC" in research.licence
    assert not research.is_gated
    assert models["facebook/VGGT-1B-Commercial"].is_gated
    assert models["mini"].is_built_in


def test_a_model_in_the_hub_cache_is_found_without_network(places: ModelPlaces):
    path = put_into_cache(places, "facebook/VGGT-1B", "model.safetensors")
    model = known_model("facebook/VGGT-1B", places)
    assert model.path == path
    assert model.size_bytes == 7
    for name in ("facebook/VGGT-1B", "vggt-1b", "VGGT-1B"):
        assert find_checkpoint(name, places) == path
    assert licence_from_path(path) == model.licence


def test_the_other_file_of_a_repository_will_do(places: ModelPlaces):
    path = put_into_cache(places, "facebook/VGGT-1B", "model.pt")
    assert find_checkpoint("vggt-1b", places) == path


def test_any_hub_id_is_looked_up_in_the_cache(places: ModelPlaces):
    path = put_into_cache(places, "someone/finetuned", "model.safetensors")
    assert find_checkpoint("someone/finetuned", places) == path


def test_the_built_in_model_may_be_in_shards(places: ModelPlaces):
    for index in (1, 2):
        (places.built_in_dir / f"mini-0000{index}-of-00002.safetensors").write_bytes(b"123")
    model = known_model("mini", places)
    assert model.path == places.built_in_dir / "mini-00001-of-00002.safetensors"
    assert model.size_bytes == 6


def test_a_files_path_is_taken_as_it_is(places: ModelPlaces, tmp_path: Path):
    path = tmp_path / "mine.safetensors"
    path.touch()
    assert find_checkpoint(str(path), places) == path
    assert licence_from_path(path) == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("vggt-1b", "moe3d models download facebook/VGGT-1B.*5.0 GB.*CC BY-NC"),
        ("mini", "built-in model mini is not in"),
        ("someone/else", "neither a file nor a model in the hub cache"),
        ("weights/mine.safetensors", "there is no model file"),
        ("tpyo", "there is no model file tpyo"),
    ],
)
def test_what_is_not_there_is_said(places: ModelPlaces, name: str, words: str):
    with pytest.raises(CheckpointError, match=words):
        find_checkpoint(name, places)


def test_an_unknown_name_lists_the_known_ones(places: ModelPlaces):
    with pytest.raises(CheckpointError, match="mini, facebook/VGGT-1B"):
        known_model("vggt-2b", places)


def test_known_models_are_frozen(places: ModelPlaces):
    with pytest.raises(dataclasses.FrozenInstanceError):
        known_models(places)[0].id = "other"
