"""The export dialog is right from its first frame, and keeps its size and its content."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QRadioButton

from moe3d.io.exports.export import EXPORT_FORMATS
from moe3d_viewer.state.exports.export import FORECAST_EXPORT
from moe3d_viewer.widgets.export.export_dialog import ExportDialog
from moe3d_viewer.workers.export_files import forecast_export
from tests.app.cut_off import cut_off
from tests.app.window_fixtures import child, run_photos
from tests.patience import rest

pytestmark = pytest.mark.gui


@pytest.fixture
def gate() -> threading.Event:
    """Until it is set, nobody knows size and time of an export."""
    return threading.Event()


@pytest.fixture
def dialog(viewer, photos, backend, gate, qtbot):
    def late(request, progress):
        while not gate.wait(0.01):
            progress.raise_if_cancelled()
        return forecast_export(request, progress)

    backend.replace(FORECAST_EXPORT, late)
    run_photos(viewer, photos, qtbot)
    kept = child(viewer.window, "kept_points", QLabel)
    qtbot.waitUntil(lambda: " of " in kept.text())
    qtbot.keyClick(viewer.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(viewer.window.findChildren(ExportDialog)))
    (opened,) = viewer.window.findChildren(ExportDialog)
    qtbot.waitUntil(opened.isVisible)
    yield opened
    gate.set()


def told(dialog: ExportDialog) -> dict[str, str]:
    """Every text of the dialog but the summary's."""
    parts = [*dialog.findChildren(QLabel), *dialog.findChildren(QRadioButton)]
    said = {f"{part.objectName()} {part.pos()}": part.text() for part in parts}
    said = {name: text for name, text in said.items() if not name.startswith("export_summary")}
    boxes = dialog.findChildren(QComboBox)
    return said | {box.objectName(): box.currentText() for box in boxes}


def test_its_first_frame_has_all_formats_counts_and_axes(dialog, viewer):
    boxes = [box.objectName() for box in dialog.findChildren(QCheckBox)]
    listed = [name for name in boxes if name.startswith("format_")]
    assert listed == [f"format_{key}" for key in EXPORT_FORMATS]
    kept = f"{viewer.state.display.kept('fused'):,}"
    assert child(dialog, "export_seen", QRadioButton).text() == f"What I see  ({kept})"
    assert child(dialog, "export_up_told", QLabel).text() == "y up"
    assert child(dialog, "export_summary", QLabel).text().startswith("Counting")


def test_it_leaves_room_on_a_small_screen(dialog, qtbot):
    rest(qtbot, dialog)
    assert dialog.height() <= 0.8 * 720
    assert dialog.width() <= 1000
    assert cut_off(dialog) == []


def test_nothing_jumps_when_size_and_time_are_known(dialog, gate, viewer, qtbot):
    rest(qtbot, dialog)
    size, before = dialog.size(), told(dialog)
    gate.set()
    summary = child(dialog, "export_summary", QLabel)
    qtbot.waitUntil(lambda: summary.text().endswith("relative units."))
    rest(qtbot, dialog, [viewer.runner])
    assert dialog.size() == size
    assert told(dialog) == before


def test_nothing_jumps_between_purposes_and_amounts(dialog, gate, viewer, qtbot):
    gate.set()
    rest(qtbot, dialog, [viewer.runner])
    size, places = dialog.size(), {}
    for name in ("export_preset", "export_amount", "export_up"):
        box = child(dialog, name, QComboBox)
        for index in range(box.count()):
            box.setFocus()
            qtbot.keyClick(box, Qt.Key.Key_Home if index == 0 else Qt.Key.Key_Down)
            rest(qtbot, dialog, [viewer.runner])
            assert dialog.size() == size, (name, box.currentText())
            fields = ("export_folder", "export_button", "export_layer", "export_up")
            now = {field: child(dialog, field).pos() for field in fields}
            places = places or now
            assert now == places, (name, box.currentText())


def test_numbers_of_another_choice_are_never_shown(dialog, gate, viewer, qtbot):
    gate.set()
    summary = child(dialog, "export_summary", QLabel)
    qtbot.waitUntil(lambda: summary.text().endswith("relative units."))
    gate.clear()
    qtbot.mouseClick(child(dialog, "export_valid", QRadioButton), Qt.MouseButton.LeftButton)
    assert summary.text().startswith("Counting")
    gate.set()
    valid = f"{viewer.state.display.total('fused'):,}"
    qtbot.waitUntil(lambda: summary.text().startswith(f"{valid} points"))
