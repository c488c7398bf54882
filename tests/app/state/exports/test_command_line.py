"""The copied command writes the points that the window's export writes."""

import shlex

import numpy as np
import pytest

from moe3d.cli.main import run_command
from moe3d.io.formats.ply import read_ply
from moe3d.io.scenes.prediction_file import write_prediction
from moe3d.progress import Progress
from moe3d.scene.filters import PointFilters
from moe3d.scene.filters.registry import OPTIONS
from moe3d.scene.filters.settings import scaled
from moe3d.scene.scale import in_metres
from moe3d_viewer.state.exports.command_line import export_command
from moe3d_viewer.state.exports.export import ExportRequest
from moe3d_viewer.state.exports.export_plan import ExportPlan
from moe3d_viewer.workers.export_files import export_files
from tests.filter_scenes import LAYER, example, filtered_scene

SCENE = filtered_scene()
EVERYTHING = {name: example(name) for name in OPTIONS}
LOOSE = EVERYTHING | {"experts": (0, 1, 2), "min_support": 1}


def places(path) -> np.ndarray:
    records = read_ply(path).records
    return np.stack([records[name] for name in "xyz"], axis=1)


def written(folder, prediction, settings, factor=1.0):
    """Points of the window's export, and of the copied command on a session's unscaled result."""
    plan = ExportPlan(layer=LAYER, filters=settings, name="window")
    shown = in_metres(prediction, factor) if factor != 1 else prediction
    done = export_files(ExportRequest(shown, folder, plan), Progress())
    write_prediction(prediction, folder / "scene.npz", overwrite=True)
    line = export_command(folder / "scene.npz", LAYER, settings, factor)
    words = shlex.split(line)[1:]
    assert run_command([*words, "-o", str(folder), "--name", "command", "--quiet"]) == 0
    return places(done.paths[0]), places(folder / "command.ply")


@pytest.mark.parametrize("name", OPTIONS)
def test_a_copied_command_writes_what_the_window_writes(tmp_path, name):
    window, command = written(tmp_path, SCENE, PointFilters(**{name: example(name)}))
    assert 0 < len(window) < SCENE.depth.size
    np.testing.assert_array_equal(command, window)


def test_a_copied_command_with_every_filter_writes_what_the_window_writes(tmp_path):
    window, command = written(tmp_path, SCENE, PointFilters(**LOOSE))
    assert len(window) > 0
    np.testing.assert_array_equal(command, window)


def test_a_known_scale_is_in_the_command(tmp_path):
    settings = scaled(PointFilters(box=example("box"), edge_rtol=0.03), 1 / 2.5)
    window, command = written(tmp_path, SCENE, settings, factor=2.5)
    assert 0 < len(window) < SCENE.depth.size
    np.testing.assert_allclose(command, window, atol=1e-5)


def test_without_filters_all_valid_points_are_written(tmp_path):
    window, command = written(tmp_path, SCENE, PointFilters())
    np.testing.assert_array_equal(command, window)
