from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSlider, QToolButton, QWidget

from moe3d_viewer.widgets.inspector.confidence_section import ConfidenceHistogram
from moe3d_viewer.widgets.inspector.inspector import Inspector
from moe3d_viewer.widgets.maps.value_bar import ValueBar
from tests.app.window_fixtures import child, open_section
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui


@pytest.fixture
def inspector(result, theme, show):
    return show(Inspector(result, theme), 300, 900)


def test_before_a_result_only_the_next_run_is_offered(state, theme, show):
    inspector = show(Inspector(state, theme), 300, 900)
    visible = {
        name: child(inspector, f"{name}_section", QWidget).isVisible()
        for name in ("confidence", "points", "experts", "info", "next_run")
    }
    assert [name for name, shown in visible.items() if shown] == ["next_run"]


def test_keys_on_the_slider_change_the_kept_count(inspector, result, qtbot):
    slider = child(inspector, "confidence_slider", QSlider)
    counts = child(inspector, "confidence_counts", QLabel)
    before = counts.text()
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert result.view.percentile == 30
    assert counts.text() != before
    assert f"{result.display.kept('fused'):,} of {result.display.total('fused'):,}" in counts.text()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert result.view.percentile == 0
    total = f"{result.display.total('fused'):,}"
    assert f"any value, kept {total} of {total}" in counts.text()


def test_the_line_of_the_histogram_is_the_threshold_and_can_be_dragged(inspector, result, qtbot):
    histogram = child(inspector, "confidence_histogram", ConfidenceHistogram)
    before, middle = histogram.grab().toImage(), histogram.height() // 2
    confidence = result.display.prediction.confidence
    half = float(np.median(confidence))
    start = QPoint(round(histogram.x_of(result.display.threshold("fused"))), middle)
    target = QPoint(round(histogram.x_of(half)), middle)
    qtbot.mousePress(histogram, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(histogram, target)
    qtbot.mouseRelease(histogram, Qt.MouseButton.LeftButton, pos=target)
    assert result.view.percentile == pytest.approx(50, abs=3)
    assert child(inspector, "confidence_slider", QSlider).value() == result.view.percentile
    after = histogram.grab().toImage()
    row = histogram.height() - 16
    turned = [
        after.pixelColor(x, row) != before.pixelColor(x, row)
        for x in range(start.x() + 3, target.x() - 3)
    ]
    assert sum(turned) > 10  # now pale: hidden


def test_the_source_of_the_confidence_is_named(inspector):
    assert "VGGT's depth confidence" in child(inspector, "confidence_counts", QLabel).text()


def test_an_eye_hides_an_expert_and_brings_it_back(inspector, result, qtbot):
    eye = child(inspector, "eye_2", QToolButton)
    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert result.view.hidden_experts == {1}
    qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert result.view.hidden_experts == frozenset()


def test_usage_shares_are_those_of_the_result(inspector):
    texts = [child(inspector, f"usage_{number}", ValueBar).text for number in (1, 2, 3, 4)]
    assert texts == ["50 %", "50 %", "0 %", "0 %"]


def test_layers_and_colours_are_offered_from_the_result(inspector, result, qtbot):
    layer = child(inspector, "layer", QComboBox)
    assert [layer.itemData(row) for row in range(layer.count())] == list(result.display.layers)
    mode = child(inspector, "color_mode", QComboBox)
    qtbot.keyClick(mode, Qt.Key.Key_Down)
    assert result.view.color_mode == "depth"


def test_the_facts_of_the_run_are_shown(state, runner, photos, backend, theme, show):
    metadata = replace(
        step_prediction().metadata,
        model="mini",
        licence="Apache-2.0",
        seconds_by_stage={"a": 2.0, "b": 0.5},
        notes=("1 photo was refused",),
    )
    backend.make = lambda: replace(step_prediction(), metadata=metadata)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    inspector = show(Inspector(state, theme), 300, 900)
    section = child(inspector, "info_section", QWidget)
    texts = {label.text() for label in section.findChildren(QLabel)}
    assert {"mini", "Apache-2.0", "2.5 s", "relative", "1 photo was refused"} <= texts


def test_options_of_the_next_run_change_nothing_on_the_screen(inspector, result, qtbot):
    shown = result.display.prediction
    open_section(inspector, "next_run", qtbot)
    qtbot.mouseClick(child(inspector, "compare", QCheckBox), Qt.MouseButton.LeftButton)
    box = child(inspector, "device", QComboBox)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_End)
    assert not result.run_options.compare
    assert result.run_options.device == "cpu"
    assert result.display.prediction is shown
