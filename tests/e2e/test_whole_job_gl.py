"""The main job as a user does it: the real window, the real model, real photos, real events."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QSlider, QToolButton
from scipy.spatial.transform import Rotation

import moe3d
from moe3d_viewer.state.run.reconstruction import Phase
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from tests.app.window_fixtures import build_viewer, child, drop

pytestmark = [pytest.mark.gui, pytest.mark.gl, pytest.mark.slow]
PHOTOS = Path(__file__).parents[2] / "assets" / "samples" / "leuven" / "images"
PATIENCE_MS = 240_000


def test_drop_run_cancel_run_split_filter_export_reopen(qtbot, store, tmp_path: Path):
    viewer = build_viewer(qtbot, store, None, "--model", "mini", "--size", "1280x720")
    window, run = viewer.window, viewer.state.reconstruction

    assert drop(window, [PHOTOS])
    qtbot.waitUntil(lambda: run.can_start, timeout=PATIENCE_MS)

    press(qtbot, window, "tool_run")
    qtbot.waitUntil(lambda: any(r.stage == "network" for r in run.stages), timeout=PATIENCE_MS)
    press(qtbot, window, "tool_cancel")
    qtbot.waitUntil(lambda: run.phase is Phase.IDLE, timeout=PATIENCE_MS)
    assert run.prediction is None

    press(qtbot, window, "tool_run")
    qtbot.waitUntil(lambda: window.scene_view is not None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: run.phase is Phase.READY, timeout=PATIENCE_MS)
    prediction = run.prediction
    assert prediction is not None
    assert prediction.metadata.experts_trained
    qtbot.waitUntil(lambda: window.scene_view.is_settled, timeout=PATIENCE_MS)

    left, right = (child(window, f"{side}CloudView", CloudView) for side in ("left", "right"))
    press(qtbot, window, "tool_single")
    qtbot.waitUntil(lambda: not right.isVisible())
    press(qtbot, window, "tool_split")
    qtbot.waitUntil(right.isVisible)

    slider = child(window, "confidence_slider", QSlider)
    slider.setFocus()
    for _ in range(3):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    percentile = viewer.state.view.percentile
    assert percentile == 50
    # What is shown first, and exported, is the depth that both photos mended.
    cloud = moe3d.point_cloud(prediction, layer="refined", confidence_percentile=percentile)
    other = moe3d.point_cloud(prediction, layer="vggt-refined", confidence_percentile=percentile)
    both = np.isin(pixels_of(cloud, prediction), pixels_of(other, prediction))
    qtbot.waitUntil(lambda: left.visible_count() == both.sum() == right.visible_count())

    press(qtbot, window, "tool_export")
    qtbot.waitUntil(lambda: window.findChild(QLineEdit, "export_folder") is not None)
    folder = child(window, "export_folder", QLineEdit)
    folder.selectAll()
    qtbot.keyClicks(folder, str(tmp_path / "carried on"))
    button = child(window, "export_button", QPushButton)
    qtbot.waitUntil(button.isEnabled, timeout=PATIENCE_MS)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(viewer.state.export.last_paths), timeout=PATIENCE_MS)

    ply = next(path for path in viewer.state.export.last_paths if path.suffix == ".ply")
    reopened = trimesh.load(ply)
    # The preset for MeshLab and CloudCompare only turns the cloud: from y down to y up.
    points = cloud.points[both].astype(float)
    turn, _ = Rotation.align_vectors(reopened.vertices, points)
    np.testing.assert_allclose(reopened.vertices, turn.apply(points), atol=1e-5)
    assert turn.apply([0, -1, 0])[1] > 0.9
    np.testing.assert_array_equal(reopened.colors[:, :3], cloud.colors[both])


def pixels_of(cloud, prediction) -> np.ndarray:
    return cloud.view_index * prediction.depth[0].size + cloud.pixel_index


def press(qtbot, window, name: str) -> None:
    button = child(window, name, QToolButton)
    qtbot.waitUntil(button.isEnabled, timeout=PATIENCE_MS)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
