"""The export dialog as a user works it: mouse and keys, and what then stands there."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from moe3d.progress import ProgressReport
from moe3d_viewer.widgets.controls.layer_titles import layer_title
from moe3d_viewer.widgets.export.export_dialog import ExportDialog
from moe3d_viewer.widgets.export.export_frame import AxesPreview
from tests.app.window_fixtures import child
from tests.supported_scenes import supported_prediction

pytestmark = pytest.mark.gui


@pytest.fixture
def dialog(result, runner, show, theme, tmp_path):
    host = show(QWidget(), 1280, 720)
    result.export.prepare()
    opened = ExportDialog(result, host)
    opened.open()
    runner.run_all()
    child(opened, "export_folder", QLineEdit).setText(str(tmp_path / "out"))
    return opened


def click(qtbot, dialog, name: str) -> None:
    control = child(dialog, name, QAbstractButton)
    control.ensurePolished()
    place = control.rect().center()
    place.setX(8)  # the box or the circle
    qtbot.mouseClick(control, Qt.MouseButton.LeftButton, pos=place)


def choose(qtbot, dialog, name: str, text: str) -> None:
    """Choose an entry by keys, as a user without a mouse does."""
    box = child(dialog, name, QComboBox)
    place = [box.itemText(index) for index in range(box.count())].index(text)
    box.setFocus()
    for _ in range(box.count()):
        qtbot.keyClick(box, Qt.Key.Key_Up)
    for _ in range(place):
        qtbot.keyClick(box, Qt.Key.Key_Down)


def summary(dialog) -> str:
    return child(dialog, "export_summary", QLabel).text()


def ticked(dialog) -> set[str]:
    boxes = dialog.findChildren(QAbstractButton)
    names = {box.objectName(): box for box in boxes if box.objectName().startswith("format_")}
    return {name.removeprefix("format_") for name, box in names.items() if box.isChecked()}


def test_counts_size_time_and_units_stand_there_before_anything_is_written(dialog, result):
    kept = f"{result.display.kept('fused'):,}"
    assert child(dialog, "export_seen", QRadioButton).text() == f"What I see  ({kept})"
    valid = f"{result.display.total('fused'):,}"
    assert child(dialog, "export_valid", QRadioButton).text() == f"All valid  ({valid})"
    assert summary(dialog).startswith(f"{kept} points, about ")
    assert summary(dialog).endswith("relative units.")


def test_all_valid_and_less_are_counted_anew(dialog, result, runner, qtbot):
    click(qtbot, dialog, "export_valid")
    runner.run_all()
    assert summary(dialog).startswith(f"{result.display.total('fused'):,} points")
    choose(qtbot, dialog, "export_amount", "At most")
    field = child(dialog, "export_max_points", QSpinBox)
    assert field.isVisible()
    field.selectAll()
    qtbot.keyClicks(field, "500")
    runner.run_all()
    assert summary(dialog).startswith("500 points")
    field = child(dialog, "export_confidence_min", QDoubleSpinBox)
    field.selectAll()
    qtbot.keyClicks(field, "99")
    runner.run_all()
    assert "the filter confidence_min removed the last" in summary(dialog)
    assert not child(dialog, "export_button", QPushButton).isEnabled()


def test_a_purpose_ticks_its_formats_and_shows_its_axes(dialog, runner, qtbot):
    preview = child(dialog, "export_axes", AxesPreview)
    assert ticked(dialog) == {"ply", "ply-cloudcompare"}
    assert preview.up == "y"
    assert child(dialog, "export_up_told", QLabel).text() == "y up"
    choose(qtbot, dialog, "export_preset", "COLMAP")
    assert preview.up == "cv"
    choose(qtbot, dialog, "export_preset", "Blender")
    assert ticked(dialog) == {"mesh-grid", "glb"}
    assert "textured mesh" in child(dialog, "export_hint", QLabel).text()
    assert preview.up == "y"
    assert "Y up" in preview.toolTip()
    assert child(dialog, "export_up_told", QLabel).text() == "y up"
    click(qtbot, dialog, "format_colmap")
    assert child(dialog, "export_preset", QComboBox).currentText() == "Own choice"
    assert child(dialog, "export_up_told", QLabel).text() == "y up, y down"
    choose(qtbot, dialog, "export_up", "Z up (Blender, surveying)")
    assert preview.up == "z"
    assert "Y into the scene, Z up" in preview.toolTip()


def test_several_formats_with_options_arrive_in_one_request(
    dialog, result, runner, backend, qtbot, tmp_path
):
    choose(qtbot, dialog, "export_preset", "Splat training")
    choose(qtbot, dialog, "export_layer", "VGGT")
    click(qtbot, dialog, "export_edges")
    qtbot.mouseClick(child(dialog, "export_button"), Qt.MouseButton.LeftButton)
    runner.run_all()
    plan = backend.exports[0].plan
    assert plan.formats == ("colmap-dense", "ply-splat")
    assert (plan.layer, plan.edge_rtol, plan.name) == ("vggt", 0.03, "garden wall")
    assert backend.exports[0].out_dir == tmp_path / "out"


def test_a_written_export_closes_the_dialog(dialog, runner, qtbot, tmp_path):
    with qtbot.waitSignal(dialog.finished):
        qtbot.mouseClick(child(dialog, "export_button"), Qt.MouseButton.LeftButton)
        runner.run_all()
    assert (tmp_path / "out" / "scene.ply").exists()


def test_progress_is_shown_and_cancel_stops_it(dialog, result, runner, qtbot):
    qtbot.mouseClick(child(dialog, "export_button"), Qt.MouseButton.LeftButton)
    result.export.progressed.emit(ProgressReport("Poisson surface", 3, 12))
    bar = child(dialog, "export_bar", QProgressBar)
    assert bar.isVisible()
    assert bar.value() == 250
    assert child(dialog, "export_stage", QLabel).text() == "Poisson surface 3/12"
    (job,) = runner.waiting
    with qtbot.waitSignal(dialog.finished):
        qtbot.mouseClick(child(dialog, "export_cancel"), Qt.MouseButton.LeftButton)
    assert job.progress.is_cancelled


def test_existing_files_are_replaced_only_after_a_yes(dialog, runner, qtbot, tmp_path):
    target = tmp_path / "out" / "scene.ply"
    target.parent.mkdir()
    target.write_text("mine")
    qtbot.mouseClick(child(dialog, "export_button"), Qt.MouseButton.LeftButton)
    runner.run_all()
    box = child(dialog, "overwrite_box", QMessageBox)
    assert str(target) in box.informativeText()
    assert target.read_text() == "mine"
    qtbot.mouseClick(child(box, "replace_button", QPushButton), Qt.MouseButton.LeftButton)
    runner.run_all()
    assert target.read_text() == "ply\n"


def test_nothing_can_be_written_without_a_format(dialog, qtbot):
    click(qtbot, dialog, "format_ply")
    assert child(dialog, "export_button", QPushButton).isEnabled()
    click(qtbot, dialog, "format_ply-cloudcompare")
    assert not child(dialog, "export_button", QPushButton).isEnabled()
    assert summary(dialog) == "Tick at least one format."


def test_it_fits_a_small_screen_and_every_control_is_explained(dialog):
    assert dialog.width() <= 1100
    assert dialog.height() <= 640
    for control in dialog.findChildren(QWidget):
        if isinstance(control, QAbstractButton | QComboBox | QDoubleSpinBox | QSpinBox):
            assert control.objectName()
            assert control.toolTip(), control.objectName()
            assert control.accessibleName(), control.objectName()
        if isinstance(control, QLabel | QAbstractButton) and control.isVisible():
            assert control.width() >= control.minimumSizeHint().width(), control.text()


@pytest.fixture
def supported(backend):
    """Asked for before the dialog: refined layers, and support that ends at 21 columns for two."""
    backend.make = supported_prediction


def test_refined_layers_and_confirming_photos_are_offered(supported, dialog, result, runner, qtbot):
    layers = child(dialog, "export_layer", QComboBox)
    titles = [layers.itemText(row) for row in range(layers.count())]
    assert {layer_title("refined"), layer_title("vggt-refined")} <= set(titles)
    choose(qtbot, dialog, "export_layer", layer_title("vggt-refined"))
    click(qtbot, dialog, "export_valid")
    photos = child(dialog, "export_min_support", QSpinBox)
    assert photos.text() == "no limit"
    photos.setFocus()
    for _ in range(2):
        qtbot.keyClick(photos, Qt.Key.Key_Up)
    runner.run_all()
    assert result.export.choices.layer == "vggt-refined"
    assert summary(dialog).startswith(f"{21 * 56:,} points")
