"""The models this program knows by name, and where they lie on this machine. No network."""

import re
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from moe3d.errors import CheckpointError
from moe3d.io.files.assets import assets_dir
from moe3d.io.files.outside_files import reading
from moe3d.model.catalogue import ALIASES, CATALOGUE, KnownModel
from moe3d.model.checkpoint.files import locate_files

HUB_ID = re.compile(r"^[A-Za-z0-9][\w.-]*/[\w.-]+$")
HUB_FILES = ("model.safetensors", "model.safetensors.index.json", "model.pt")


@dataclass(frozen=True)
class ModelPlaces:
    """Where models are looked for."""

    built_in_dir: Path = assets_dir() / "models"
    """Folder of the models that come with the program."""
    hub_cache: Path | None = None
    """The model hub's cache; None for the hub library's own default."""


def known_models(places: ModelPlaces | None = None) -> tuple[KnownModel, ...]:
    """Every model of the catalogue, with its path and true size where it lies on this machine."""
    return tuple(_located(model, places or ModelPlaces()) for model in CATALOGUE)


def known_model(name: str, places: ModelPlaces | None = None) -> KnownModel:
    """The catalogue's model of this name or alias, upper or lower case.

    Raises:
        CheckpointError: there is none of this name.
    """
    wanted = ALIASES.get(name.lower(), name).lower()
    for model in known_models(places):
        if model.id.lower() == wanted:
            return model
    names = ", ".join(model.id for model in CATALOGUE)
    raise CheckpointError(f"no known model is called {name!r}; known are {names}")


def find_checkpoint(name: str, places: ModelPlaces | None = None) -> Path:
    """Where a model lies: a file's path, a known model's name, or any hub id in the hub's cache.

    Raises:
        CheckpointError: it is not on this machine; the message says how to get it.
    """
    wanted = "a .safetensors or .pt file, or a model's name, is wanted"
    with reading(Path(name), CheckpointError, "is no model's name and no path", wanted):
        return _found(name, places or ModelPlaces())


def _found(name: str, places: ModelPlaces) -> Path:
    path = Path(name).expanduser()
    is_known = any(name.lower() in (model.id.lower(), *ALIASES) for model in CATALOGUE)
    if not is_known and (path.exists() or not HUB_ID.fullmatch(name) or path.suffix):
        return locate_files(path)[0]
    if not is_known:
        cached = _in_hub_cache(name, HUB_FILES, places)
        if cached is None:
            raise CheckpointError(
                f"{name} is neither a file nor a model in the hub cache of this machine; "
                "a .safetensors or .pt file is wanted"
            )
        return cached
    model = known_model(name, places)
    if model.path is None:
        raise CheckpointError(_how_to_get(model, places))
    return model.path


def _how_to_get(model: KnownModel, places: ModelPlaces) -> str:
    if model.is_built_in:
        return (
            f"the built-in model {model.id} is not in {places.built_in_dir}; reinstall the program"
        )
    return (
        f"{model.id} is not on this machine; `moe3d models download {model.id}` fetches it "
        f"({model.size_bytes / 1e9:.1f} GB, {model.licence})"
    )


def _located(model: KnownModel, places: ModelPlaces) -> KnownModel:
    files = _files_on_disk(model, places)
    if not files:
        return model
    values = {**vars(model), "path": files[0]}
    values["size_bytes"] = sum(file.stat().st_size for file in files)
    return KnownModel(**values)


def _files_on_disk(model: KnownModel, places: ModelPlaces) -> tuple[Path, ...]:
    if model.is_built_in:
        try:
            return locate_files(places.built_in_dir / f"{model.id}.safetensors")
        except CheckpointError:
            return ()
    cached = _in_hub_cache(model.id, (model.hub_file, *HUB_FILES), places)
    return () if cached is None else locate_files(cached)


def _in_hub_cache(repo: str, names: tuple[str, ...], places: ModelPlaces) -> Path | None:
    for name in names:
        found = try_to_load_from_cache(repo, name, cache_dir=places.hub_cache)
        if isinstance(found, str):
            return Path(found)
    return None
