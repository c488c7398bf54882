"""Whatever is typed as a model's name, the answer is one sentence."""

from pathlib import Path

import pytest

from moe3d.errors import CheckpointError
from moe3d.model.known_models import ModelPlaces, find_checkpoint

NAMES = [
    "",
    " ",
    ".",
    "..",
    "/",
    "//",
    "~",
    "~nobody-of-this-name/model.pt",
    "a" * 5000,
    "a/" * 2000,
    "a/" + "b" * 300,
    "nul\0byte",
    "nul\0byte/model",
    "facebook/VGGT-1B\n",
    "org/name\n",
    "org/na--me",
    "org/name..x",
    "org/name.git",
    "-org/-name",
    "org/name/extra",
    "https://huggingface.co/facebook/VGGT-1B",
    "../../etc/passwd",
    "org/..",
    "модель/имя",
    "\ud800/x",
    "a b/c d",
    "CON",
    "mini\n",
    "model-00001-of-99999.safetensors",
    "\x1b[31mred",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_an_odd_name_is_refused_in_one_sentence(name: str, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError) as caught:
        find_checkpoint(name, ModelPlaces(hub_cache=tmp_path / "hub"))
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) < 1000


def test_a_folder_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch):
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(CheckpointError, match="may not be read"):
        find_checkpoint(str(tmp_path / "model.pt"))
