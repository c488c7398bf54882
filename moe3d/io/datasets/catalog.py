"""Data sets by name."""

from collections.abc import Callable
from pathlib import Path

from moe3d.errors import DatasetError, UsageError
from moe3d.io.datasets.bonn import Bonn
from moe3d.io.datasets.kitti import Kitti
from moe3d.io.datasets.nrgbd import NeuralRgbd
from moe3d.io.datasets.nyu import NyuDepth
from moe3d.io.datasets.own import OwnScenes
from moe3d.io.datasets.records import Dataset
from moe3d.io.datasets.seven_scenes import SevenScenes
from moe3d.io.datasets.sintel import Sintel

DATASETS: dict[str, Callable[[Path], Dataset]] = {
    "7-scenes": SevenScenes,
    "7-scenes-usual-script": lambda root: SevenScenes(
        root, registration="usual-script", name="7-scenes-usual-script"
    ),
    "7-scenes-file": lambda root: SevenScenes(root, registration="file", name="7-scenes-file"),
    "nrgbd": NeuralRgbd,
    "nyu-v2": NyuDepth,
    "sintel": Sintel,
    "sintel-23": lambda root: Sintel(root, sequences="23", name="sintel-23"),
    "bonn": Bonn,
    "kitti": Kitti,
    "scenes": OwnScenes,
}


def open_dataset(name: str, root: Path) -> Dataset:
    """The data set of this name in this folder.

    Raises:
        UsageError: there is no such name.
        DatasetError: the folder is not there.
    """
    if name not in DATASETS:
        raise UsageError(f"no data set {name!r}; there are {', '.join(DATASETS)}")
    if not root.is_dir():
        raise DatasetError(f"{root} is no folder; the data set {name} was wanted in it")
    return DATASETS[name](root)
