"""The histogram of confidences of which a few are far above all others, with real events."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSlider

from moe3d_viewer.widgets.inspector.confidence_section import ConfidenceHistogram
from moe3d_viewer.widgets.inspector.histogram_view import BASE_PX
from moe3d_viewer.widgets.inspector.inspector import Inspector
from tests.app.window_fixtures import child
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


def heavy_tailed(usual: float):
    """The analytic scene with the confidences of a network: 1 and something of any size."""
    scene = step_prediction()
    random = np.random.default_rng(0)
    confidence = (1 + usual * np.exp(2 * random.normal(size=scene.depth.shape))).astype(np.float32)
    return dataclasses.replace(
        scene,
        confidence=confidence,
        baseline=dataclasses.replace(scene.baseline, confidence=confidence.copy()),
    )


@pytest.fixture(params=[1.0, 0.01], ids=["log axis", "cut"])
def histogram(request, backend, state, runner, photos, theme, show):
    backend.make = lambda: heavy_tailed(request.param)
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    state.view.set_percentile(0)
    inspector = show(Inspector(state, theme), 300, 900)
    inspector.state = state
    return child(inspector, "confidence_histogram", ConfidenceHistogram)


def pale_columns(chart: ConfidenceHistogram) -> int:
    """Columns of pixels whose bar is not in the colour of what is kept, just above the axis."""
    image, row = chart.grab().toImage(), chart.height() - BASE_PX - 2
    kept = chart.palette().highlight().color().rgb()
    return sum(image.pixelColor(x, row).rgb() != kept for x in range(chart.width()))


def test_bars_stand_over_a_good_part_of_the_chart(histogram):
    image, row = histogram.grab().toImage(), histogram.height() - BASE_PX - 6
    kept = histogram.palette().highlight().color().rgb()
    filled = sum(image.pixelColor(x, row).rgb() == kept for x in range(histogram.width()))
    assert filled > histogram.width() / 6


@pytest.mark.parametrize("percent", [50, 75, 90])
def test_the_line_is_dragged_to_where_that_share_is_hidden(histogram, percent, qtbot):
    state = histogram.window().state
    confidence = state.display.prediction.confidence
    wanted = float(np.percentile(confidence, percent))
    y, x = histogram.height() // 2, round(histogram.x_of(wanted))
    before = pale_columns(histogram)
    qtbot.mousePress(histogram, LEFT, pos=QPoint(1, y))
    qtbot.mouseMove(histogram, QPoint(x, y))
    qtbot.mouseRelease(histogram, LEFT, pos=QPoint(x, y))
    assert state.view.percentile == pytest.approx(percent, abs=3)
    slider = child(histogram.window(), "confidence_slider", QSlider)
    assert slider.value() == state.view.percentile
    assert pale_columns(histogram) > before


def test_keys_on_the_slider_move_the_line_by_as_much_as_it_hides(histogram, qtbot):
    state = histogram.window().state
    slider = child(histogram.window(), "confidence_slider", QSlider)
    slider.setFocus()
    state.view.set_percentile(30)
    places = []
    for _ in range(4):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
        places.append(histogram.x_of(histogram.lines()[0]))
    assert state.view.percentile == 70
    steps = np.diff(places)
    assert (steps >= 2).all(), "every step is seen"


def test_the_ends_say_that_there_are_values_beyond_them(histogram):
    said = histogram.accessibleDescription()
    assert "\N{GREATER-THAN OR EQUAL TO} " in said
    assert ("logarithmic" in said) is histogram.axis.is_log
