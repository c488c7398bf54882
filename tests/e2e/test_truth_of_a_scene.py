"""Compare: sides named while it measures, rows told apart; truth that lies beside the photos."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QPushButton, QStyle, QTableWidget, QWidget

from moe3d.io.scenes.truth_place import truth_beside
from moe3d_viewer.state.scene.comparison_report import COMPARE
from moe3d_viewer.state.scene.truth import READ_TRUTH
from moe3d_viewer.workers.compare_scene import compare, read_truth
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos
from tests.moe3d.evaluation.one_scene.test_scene_truth import truth_folder
from tests.patience import rest

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def gate() -> threading.Event:
    """Until it is set, neither numbers nor truth come."""
    return threading.Event()


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """A data set's scene: photos in `images`, true depth and cameras beside them."""
    folder = truth_folder(tmp_path / "room")
    (folder / "images").mkdir()
    for name in ("1.jpg", "2.jpg"):
        (folder / "images" / name).write_bytes(b"")
    return folder


@pytest.fixture
def held(viewer, backend, gate):
    def late(work):
        def waiting(*given):
            progress = next(one for one in given if hasattr(one, "raise_if_cancelled"))
            while not gate.wait(0.01):
                progress.raise_if_cancelled()
            return work(*given)

        return waiting

    backend.replace(COMPARE, late(compare)).replace(READ_TRUTH, late(read_truth))
    yield viewer
    gate.set()


def measured(viewer, qtbot) -> QTableWidget:
    report = viewer.state.comparison_report
    qtbot.waitUntil(lambda: report.report is not None and not report.is_measuring)
    rest(qtbot, viewer.window, [viewer.runner])
    return child(viewer.window, "compare_table", QTableWidget)


def headings(table: QTableWidget) -> list[str]:
    found = [table.horizontalHeaderItem(column) for column in range(3)]
    return [item.text() for item in found if item is not None]


def label_of(table: QTableWidget, row: int) -> str:
    item = table.item(row, 0)
    assert item is not None
    return item.text()


def test_both_sides_have_names_while_they_are_measured(held, photos, gate, qtbot):
    run_photos(held, photos, qtbot)
    Hands(held, qtbot).show(child(held.window, "compare_panel", QWidget))
    table = child(held.window, "compare_table", QTableWidget)
    qtbot.waitUntil(lambda: held.state.comparison_report.is_measuring)
    assert headings(table) == ["Own depth", "MoE3D", "VGGT"]
    gate.set()
    assert headings(measured(held, qtbot)) == ["Own depth", "MoE3D", "VGGT"]


@pytest.mark.parametrize("width", [1280, 1920])
def test_every_row_has_its_own_label_and_all_of_it_is_seen(viewer, scene, width, qtbot):
    viewer.window.resize(width, 1000)
    run_photos(viewer, scene / "images", qtbot)
    Hands(viewer, qtbot).show(child(viewer.window, "compare_panel", QWidget))
    measured(viewer, qtbot)
    viewer.state.truth.load_beside()
    qtbot.waitUntil(lambda: viewer.state.truth.truth is not None)
    table = measured(viewer, qtbot)
    rows = [row for row in range(table.rowCount()) if table.columnSpan(row, 0) == 1]
    labels = [label_of(table, row) for row in rows]
    assert len(labels) > 30  # those of the truth, too
    assert len(set(labels)) == len(labels)
    margin = table.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
    room = table.columnWidth(0) - 2 * margin
    flags = int(Qt.TextFlag.TextWordWrap)
    for row, text in zip(rows, labels, strict=True):
        box = table.fontMetrics().boundingRect(0, 0, room, 1000, flags, text)
        assert box.width() <= table.columnWidth(0), text
        assert box.height() <= table.rowHeight(row) + 1, text


def test_a_scene_with_truth_says_so_and_loading_it_fills_and_raises_compare(
    held, scene, gate, qtbot
):
    run_photos(held, scene / "images", qtbot)
    hands, window = Hands(held, qtbot), held.window
    hands.show(child(window, "inspector", QWidget))
    hands.command("load_truth_beside")
    ready = child(window, "ready", QLabel)
    qtbot.waitUntil(lambda: ready.text() == "reading the truth")
    gate.set()
    dock = child(window, "compare_dock", QDockWidget)
    qtbot.waitUntil(lambda: not dock.visibleRegion().isEmpty())
    toast = child(window, "toast_text", QLabel)
    assert toast.text().startswith("Truth loaded: depth of ")
    table = measured(held, qtbot)
    groups = [label_of(table, row) for row in range(table.rowCount())]
    assert "Against truth: depth" in groups
    assert not child(window, "truth_beside", QLabel).isVisible()


def test_the_panel_offers_the_truth_beside_the_photos(viewer, scene, qtbot):
    run_photos(viewer, scene / "images", qtbot)
    hands = Hands(viewer, qtbot)
    hands.show(child(viewer.window, "compare_panel", QWidget))
    assert child(viewer.window, "truth_beside", QLabel).isVisible()
    button = child(viewer.window, "load_truth_beside", QPushButton)
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: viewer.state.truth.truth is not None)
    qtbot.waitUntil(lambda: not button.isVisible())


def test_photos_without_truth_are_offered_none(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    Hands(viewer, qtbot).show(child(viewer.window, "compare_panel", QWidget))
    assert not child(viewer.window, "truth_beside", QLabel).isVisible()
    assert not viewer.window.commands["load_truth_beside"].isEnabled()


def test_truth_is_found_from_the_photos_their_folder_and_the_scene(scene, tmp_path):
    assert truth_beside([scene / "images"]) == scene
    assert truth_beside([scene]) == scene
    assert truth_beside([scene / "images" / "1.jpg", scene / "images" / "2.jpg"]) == scene
    assert truth_beside([tmp_path / "elsewhere" / "x.jpg"]) is None
    assert truth_beside([]) is None
