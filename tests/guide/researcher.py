"""Somebody who wants to know which expert decides where, and what that changes."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.guide.stage import Stage
from tests.guide.story import Step, Story

REACH_PX = 24
"""Of the profile, to both sides of the edge."""


def _edge(stage: Stage) -> tuple[int, int]:
    """The pixel of the first photo where depth jumps most between neighbours, off its rim."""
    prediction = stage.state.display.prediction
    assert prediction is not None
    depth = np.log(prediction.depth[0])
    inner = np.nan_to_num(np.abs(np.diff(depth, axis=1)))[REACH_PX:-REACH_PX, REACH_PX:-REACH_PX]
    y, x = np.unravel_index(int(np.argmax(inner)), inner.shape)
    return int(x) + REACH_PX, int(y) + REACH_PX


def _open(stage: Stage) -> None:
    stage.drop([stage.scenes.session])
    stage.bot.waitUntil(lambda: stage.state.display.prediction is not None)
    stage.rest()


def _experts(stage: Stage) -> None:
    stage.control(Qt.Key.Key_2)


def _hover(stage: Stage) -> None:
    stage.hover("fused", *_edge(stage))


def _enlarge(stage: Stage) -> None:
    tile = stage.hands.show(stage.hands.find("tile_gating", MapTile))
    stage.bot.mouseDClick(tile, Qt.MouseButton.LeftButton)
    stage.bot.waitUntil(stage.hands.find("large_map").isVisible)


def _go_back(stage: Stage) -> None:
    stage.key(Qt.Key.Key_Escape)
    stage.bot.waitUntil(lambda: not stage.hands.find("large_map").isVisible())


def _colour_by_expert(stage: Stage) -> None:
    stage.hands.choose("color_mode", "expert")


def _profile(stage: Stage) -> None:
    hands = stage.hands
    hands.key(hands.find("strip_scroll", QScrollArea), Qt.Key.Key_P)
    tile = hands.find("tile_fused", MapTile)
    hands.show(tile)
    x, y = _edge(stage)
    ends = [tile.point_of(x + way, y).toPoint() for way in (-REACH_PX, REACH_PX)]
    hands.drag(tile, *ends)
    stage.bot.waitUntil(lambda: stage.window.findChild(QWidget, "profile_plots") is not None)


def _mute(stage: Stage) -> None:
    stage.hands.press("mute_1")
    stage.bot.waitUntil(lambda: stage.state.remix.shown.points is not None)


def _hear_all(stage: Stage) -> None:
    stage.press_in_view(Qt.Key.Key_0)
    stage.bot.waitUntil(lambda: not stage.state.remix.shown.is_active)


def _difference(stage: Stage) -> None:
    stage.hands.press("tool_difference")


RESEARCHER = Story(
    "researcher",
    _open,
    (
        Step(
            "experts",
            "The layout Experts: a map of every expert, and how often each wins.",
            _experts,
        ),
        Step("hover", "Every expert's weight and depth at the pixel under the mouse.", _hover),
        Step("large", "One map large: who wins where.", _enlarge, _go_back),
        Step("colours", "Points coloured by the expert that wins there.", _colour_by_expert),
        Step("profile", "Every depth along a line across an edge.", _profile),
        Step("what-if", "What the depth would be without one expert.", _mute, _hear_all),
        Step("difference", "Where MoE3D and VGGT differ, in 3D.", _difference),
    ),
)
