"""From coarse to whole: surfaces stay closed on the way, and views beside each other keep step."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Slot

from moe3d_viewer.rendering.points.point_buffer import build_point_buffer
from moe3d_viewer.widgets.viewport.drawing.drawing_pace import DrawingPace
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView
from moe3d_viewer.widgets.viewport.two_sides import Arrangement
from tests.app.clouds import cloud_of
from tests.app.widgets.conftest import pixels_of

NUM_POINTS = 600_000
SLOW = 5_000
"""Points that a slow machine draws in a pass: a wall takes several pictures to be whole."""
WHITE = 255


@dataclass
class Drawn:
    """A picture of which so much is drawn."""

    drawn_share: float
    is_refining: bool = True


def wall():
    """A white wall before the view, as dense as several photos of it make it."""
    random = np.random.default_rng(3)
    across = random.uniform(-1, 1, (NUM_POINTS, 2))
    points = np.column_stack([across, np.full(NUM_POINTS, 3.0)])
    return cloud_of(points, np.full((NUM_POINTS, 3), WHITE))


class Watcher(QObject):
    """Notes after every picture of either view how far both are, and how much the wall covers."""

    def __init__(self, split: SplitCloudView) -> None:
        super().__init__(split)
        self._split = split
        self.shares: list[tuple[float, ...]] = []
        self.covered: list[float] = []
        """Of the left view."""
        for view in split.views:
            view.frameSwapped.connect(self._look)

    @Slot()
    def _look(self) -> None:
        self.shares.append(tuple(one.drawn_share for one in self._split.pace.drawings))
        picture = pixels_of(self._split.left.grabFramebuffer())
        self.covered.append(float((picture.min(axis=-1) > 250).mean()))

    def levels(self) -> list[tuple[int, ...]]:
        """The shares, counted by how many finer pictures a view had before."""
        steps = [sorted(set(shares)) for shares in zip(*self.shares, strict=True)]
        return [
            tuple(of.index(share) for of, share in zip(steps, shares, strict=True))
            for shares in self.shares
        ]


@pytest.fixture
def split(qtbot):
    """Two views of a wall beside each other, drawn to the end as on a slow machine."""
    widget = SplitCloudView()
    widget.set_mode(Arrangement.SPLIT)
    widget.resize(700, 340)
    qtbot.addWidget(widget)
    for budget in (widget.pace.moving, widget.pace.still):
        budget.points = budget.smallest = budget.largest = SLOW
    buffers = [build_point_buffer(wall()) for _ in range(2)]
    for view, buffer in zip(widget.views, buffers, strict=True):
        view.controller.flight_ms = 0
        view.overlays.show_gizmo(False)
        view.overlays.show_grid(False)
        view.set_buffer(buffer)
    with qtbot.waitExposed(widget):
        widget.show()
    settle(widget, qtbot)
    return widget


def settle(split: SplitCloudView, qtbot) -> None:
    qtbot.waitUntil(lambda: all(view.is_complete for view in split.views))


def drag(split: SplitCloudView, qtbot, steps: Sequence[int]) -> None:
    """Turn the left view, and with it the right one, with the mouse."""
    left, middle = split.left, split.left.rect().center()
    qtbot.mousePress(left, Qt.MouseButton.LeftButton, pos=middle)
    for step in steps:
        qtbot.mouseMove(left, middle + QPoint(step, 0))
    qtbot.mouseRelease(left, Qt.MouseButton.LeftButton, pos=middle + QPoint(steps[-1], 0))


@pytest.mark.gui
@pytest.mark.gl
def test_a_wall_is_as_closed_while_it_is_coarse_as_when_it_is_whole(split, qtbot):
    watcher = Watcher(split)
    drag(split, qtbot, [4, 8, 12])
    qtbot.waitUntil(lambda: min(watcher.shares[-1:] or [(0,)])[0] < 1)
    settle(split, qtbot)
    qtbot.waitUntil(lambda: watcher.shares[-1] == (1.0, 1.0))
    shares = [left for left, _ in watcher.shares]
    assert len(set(shares)) >= 3  # coarse, between, whole
    assert min(shares) < 0.02
    whole = watcher.covered[-1]
    assert whole > 0.2
    np.testing.assert_allclose(watcher.covered, whole, rtol=0.08)


@pytest.mark.gui
@pytest.mark.gl
def test_views_beside_each_other_are_refined_together(split, qtbot):
    watcher = Watcher(split)
    drag(split, qtbot, [4, 8, 12])
    settle(split, qtbot)
    qtbot.waitUntil(lambda: bool(watcher.shares) and watcher.shares[-1] == (1.0, 1.0))
    levels = watcher.levels()
    assert max(levels) >= (2, 2)
    assert max(abs(left - right) for left, right in levels) <= 1


@pytest.mark.gui
@pytest.mark.gl
def test_a_view_that_moves_alone_does_not_wait_for_the_other(split, qtbot):
    split.set_linked(False)
    split.right.hide()
    drag(split, qtbot, [6])
    qtbot.waitUntil(lambda: split.left.is_complete)


def test_who_shows_least_goes_on_and_the_others_wait():
    pace = DrawingPace()
    few, many = Drawn(0.1), Drawn(0.4)
    for one in (few, many):
        pace.join(one)
    assert (pace.is_turn_of(few), pace.is_turn_of(many)) == (True, False)
    few.drawn_share = 0.4
    assert (pace.is_turn_of(few), pace.is_turn_of(many)) == (True, True)


def test_nobody_waits_for_a_view_that_does_not_go_on_by_itself():
    pace = DrawingPace()
    hidden, seen = Drawn(0.1, is_refining=False), Drawn(0.4)
    for one in (hidden, seen):
        pace.join(one)
    assert pace.is_turn_of(seen)
