"""The models: opened from the banner over a demonstration's result, whole from the first frame."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from moe3d_viewer.state.run.models import KNOWN_MODELS
from moe3d_viewer.widgets.shell.model_dialog import ModelCard, ModelDialog
from tests.app.cut_off import cut_off
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos
from tests.patience import rest
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui


@pytest.fixture
def backend(backend):
    made = step_prediction()
    facts = replace(made.metadata, demonstration=True)
    backend.make = lambda: replace(made, metadata=facts)
    return backend.use_real(KNOWN_MODELS)


def opened(viewer, qtbot) -> ModelDialog:
    qtbot.waitUntil(lambda: bool(viewer.window.findChildren(ModelDialog)))
    (dialog,) = viewer.window.findChildren(ModelDialog)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def listed(dialog: ModelDialog, qtbot) -> None:
    """All models are known now."""
    qtbot.waitUntil(lambda: len(dialog.findChildren(ModelCard)) == 3)


def test_the_banner_opens_the_models_by_a_click_and_by_the_keyboard(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    hands = Hands(viewer, qtbot)
    hands.press("banner_model")
    dialog = opened(viewer, qtbot)
    listed(dialog, qtbot)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not viewer.window.findChildren(ModelDialog))
    link = child(viewer.window, "banner_model", QPushButton)
    assert link.focusPolicy() & Qt.FocusPolicy.TabFocus
    hands.key(link, Qt.Key.Key_Space)
    listed(opened(viewer, qtbot), qtbot)


@pytest.mark.parametrize("size", [(1280, 720), (960, 600)])
def test_nothing_of_a_model_is_cut_and_the_dialog_keeps_its_size(viewer, backend, size, qtbot):
    viewer.window.resize(*size)
    viewer.window.activateWindow()
    qtbot.waitUntil(viewer.window.isActiveWindow)
    qtbot.keyClick(viewer.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    dialog = opened(viewer, qtbot)
    first = dialog.size()
    listed(dialog, qtbot)
    rest(qtbot, dialog)
    assert dialog.size() == first
    assert "\n".join(cut_off(dialog)) == ""


def test_a_card_says_state_size_and_licence(viewer, backend, qtbot):
    viewer.window.activateWindow()
    qtbot.waitUntil(viewer.window.isActiveWindow)
    qtbot.keyClick(viewer.window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    dialog = opened(viewer, qtbot)
    listed(dialog, qtbot)

    def said(what: str, model: str) -> str:
        return child(dialog, f"{what}_of_{model}", QLabel).text()

    assert said("state", "mini") == "on this machine, ready to use"
    assert said("licence", "facebook/VGGT-1B") == "CC BY-NC 4.0 (non-commercial)"
    assert said("size", "facebook/VGGT-1B") == "5.0 GB"
    if dialog.findChild(QPushButton, "download_facebook/VGGT-1B") is not None:
        assert said("state", "facebook/VGGT-1B").startswith("not on this machine")
