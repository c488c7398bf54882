"""What jobs and dialogs load when they first need it, so that it counts as no growth of memory."""

import importlib
import sys

import moe3d
from moe3d.io.formats.colmap_module import load_pycolmap
from moe3d.scene.filters import CloudOptions
from tests.scenes import step_prediction

OF_JOBS = (
    "ComparisonOptions",
    "align_closer",
    "cloud_distances",
    "export",
    "figure_bytes",
    "make_mesh",
    "read_object",
    "read_truth",
    "write_figure",
    "write_map",
    "write_object",
)
"""Names that the window's jobs take from the package; all but those of runs, which are made up."""
INSIDE_THEM = (
    "laspy",
    "moe3d.scene.meshes.fusion",
    "moe3d.scene.meshes.poisson",
    "natsort",
    "pi_heif",
    "pye57",
    "rawpy",
    "scipy.ndimage",
    "scipy.spatial.transform",
    "skimage.feature",
    "trimesh",
)
"""Modules that only some files and kinds of work need."""


def load_what_jobs_load() -> None:
    """Once in a process: up to 400 MB."""
    for name in OF_JOBS:
        getattr(moe3d, name)
    load_pycolmap()
    for name in INSIDE_THEM:
        importlib.import_module(name)
    recipe = moe3d.mesh_recipe("tsdf", CloudOptions(), moe3d.MeshSettings())
    moe3d.make_mesh(step_prediction(height=140, width=210), recipe)  # keeps 100 MB for the next


def packages() -> set[str]:
    """Of Python, as far as they are loaded."""
    return {name.partition(".")[0] for name in list(sys.modules)}
