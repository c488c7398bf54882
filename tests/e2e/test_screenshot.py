"""`moe3d-viewer PATH --run --screenshot FILE` without a hand."""

import numpy as np
import pytest
from PySide6.QtGui import QImage

from moe3d.errors import CheckpointError
from tests.app.window_fixtures import build_viewer, child

pytestmark = pytest.mark.gui


def shoot(qtbot, store, backend, *words):
    viewer = build_viewer(qtbot, store, backend, *words)
    qtbot.waitUntil(lambda: viewer.exit_code is not None)
    return viewer


def test_the_picture_shows_the_finished_window(qtbot, store, backend, photos, tmp_path):
    target = tmp_path / "pictures" / "window.png"
    words = [str(photos), "--run", "--screenshot", str(target), "--size", "1280x720"]
    viewer = shoot(qtbot, store, backend, *words)
    assert viewer.exit_code == 0
    picture = QImage(str(target))
    assert (picture.width(), picture.height()) == (1280, 720)
    assert viewer.state.display.prediction is not None


def test_a_picture_is_taken_in_the_layout_that_is_asked_for(
    qtbot, store, backend, photos, tmp_path
):
    target = tmp_path / "experts.png"
    words = [str(photos), "--run", "--screenshot", str(target), "--layout", "experts"]
    viewer = shoot(qtbot, store, backend, *words)
    assert viewer.exit_code == 0
    assert viewer.state.work.name == "experts"
    assert child(viewer.window, "toast").isHidden()
    assert not child(viewer.window, "experts_section").isHidden()


def test_without_run_the_photos_are_shown(qtbot, store, backend, photos, tmp_path):
    target = tmp_path / "photos.png"
    viewer = shoot(qtbot, store, backend, str(photos), "--screenshot", str(target))
    assert viewer.exit_code == 0
    assert backend.requests == []
    assert target.exists()


def test_a_cloud_alone_is_shown(qtbot, store, tmp_path):
    np.save(tmp_path / "points.npy", np.random.default_rng(0).normal(size=(500, 3)))
    target = tmp_path / "cloud.png"
    viewer = shoot(qtbot, store, None, str(tmp_path / "points.npy"), "--screenshot", str(target))
    assert viewer.exit_code == 0
    assert [item.name for item in viewer.state.objects.objects] == ["points.npy"]
    assert target.exists()


def test_a_failing_run_gives_its_message_and_exit_code(qtbot, store, backend, photos, tmp_path):
    backend.run_error = CheckpointError("x.pt is cut short")
    target = tmp_path / "never.png"
    viewer = shoot(qtbot, store, backend, str(photos), "--run", "--screenshot", str(target))
    assert (viewer.exit_code, viewer.error) == (5, "x.pt is cut short")
    assert not target.exists()


def test_a_missing_folder_gives_its_message_and_exit_code(qtbot, store, backend, tmp_path):
    (tmp_path / "empty").mkdir()
    target = tmp_path / "never.png"
    viewer = shoot(qtbot, store, backend, str(tmp_path / "empty"), "--screenshot", str(target))
    assert viewer.exit_code == 3
    assert "no photo can be read" in viewer.error


def test_a_picture_that_cannot_be_written_is_an_error(qtbot, store, backend, photos, tmp_path):
    target = tmp_path / "notes.txt" / "window.png"
    (tmp_path / "notes.txt").write_text("a file, not a folder")
    viewer = shoot(qtbot, store, backend, str(photos), "--screenshot", str(target))
    assert viewer.exit_code == 7
    assert "cannot be written" in viewer.error
