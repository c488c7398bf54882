"""Two hundred random acts of a user; nothing may break, warn or grow."""

import gc
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QDockWidget,
    QListWidget,
    QScrollBar,
)

from app.viewer import Viewer
from app.workers.memory_meter import resident_bytes
from tests.app.window_fixtures import child, drop, run_photos

pytestmark = pytest.mark.gui
ACTS = 200
LEAVING = {"quit", "full_screen"}
MAX_GROWTH = 60 * 2**20


class Monkey:
    """Does one random thing at a time, from the registry of commands and the controls shown."""

    def __init__(self, viewer: Viewer, photos: Path, bad: Path, seed: int, qtbot) -> None:
        self._viewer, self._window, self._qtbot = viewer, viewer.window, qtbot
        self._photos, self._bad = photos, bad
        self._random = random.Random(seed)
        self.done: list[str] = []

    def act(self) -> None:
        """Do something, then put away whatever dialog it opened."""
        acts: list[Callable[[], str]] = [
            self._trigger, self._trigger, self._trigger, self._slide, self._tick, self._choose,
            self._toggle_dock, self._press_key, self._drop_bad, self._drop_good,
            self._run_and_cancel,
        ]  # fmt: skip
        self.done.append(self._random.choice(acts)())
        self._qtbot.wait(self._random.choice((1, 1, 5, 20)))
        for dialog in self._window.findChildren(QDialog):
            dialog.close()

    def _one(self, kind: type) -> object | None:
        shown = [w for w in self._window.findChildren(kind) if w.isVisible() and w.isEnabled()]
        shown = [w for w in shown if not isinstance(w, QScrollBar)]
        return self._random.choice(shown) if shown else None

    def _trigger(self) -> str:
        entries = [e for e in self._window.commands.entries if e.command.name not in LEAVING]
        entry = self._random.choice([e for e in entries if e.action.isEnabled()])
        entry.action.trigger()
        return entry.command.name

    def _slide(self) -> str:
        slider = self._one(QAbstractSlider)
        if isinstance(slider, QAbstractSlider):
            slider.setValue(self._random.randint(slider.minimum(), slider.maximum()))
        return f"slide {slider.objectName() if slider is not None else ''}"

    def _tick(self) -> str:
        box = self._one(QCheckBox)
        if isinstance(box, QCheckBox):
            box.click()
        return f"tick {box.objectName() if box is not None else ''}"

    def _choose(self) -> str:
        box = self._one(QComboBox)
        if isinstance(box, QComboBox) and box.count() and box.objectName() != "device":
            box.setCurrentIndex(self._random.randrange(box.count()))
            box.activated.emit(box.currentIndex())
        return f"choose {box.objectName() if box is not None else ''}"

    def _toggle_dock(self) -> str:
        dock = self._random.choice(self._window.findChildren(QDockWidget))
        dock.toggleViewAction().trigger()
        return f"panel {dock.objectName()}"

    def _press_key(self) -> str:
        keys = (Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_H, Qt.Key.Key_Left, Qt.Key.Key_Right)
        key = self._random.choice(keys)
        self._qtbot.keyClick(self._random.choice(self._window.findChildren(QListWidget)), key)
        self._qtbot.keyClick(self._window, key)
        return f"key {key.name}"

    def _drop_bad(self) -> str:
        drop(self._window, [self._bad])
        return "drop a bad file"

    def _drop_good(self) -> str:
        drop(self._window, [self._photos])
        return "drop photos"

    def _run_and_cancel(self) -> str:
        run = child(self._window, "action_run", QAction)
        if run.isEnabled():
            run.trigger()
            self._qtbot.wait(self._random.choice((1, 15, 120)))
            self._qtbot.keyClick(self._window, Qt.Key.Key_Escape)
        return "run and cancel"


@pytest.mark.parametrize("seed", [1])
def test_two_hundred_random_acts_leave_no_trace(
    viewer, photos, backend, tmp_path, qtbot, monkeypatch, seed
):
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda _url: True)
    backend.follows_photos, backend.step_s = True, 0.02
    bad = tmp_path / "bad.moe3d"
    bad.write_bytes(b"PK\x03\x04 no session")
    run_photos(viewer, photos, qtbot)
    monkey = Monkey(viewer, photos, bad, seed, qtbot)
    sizes = []
    for number in range(ACTS):
        monkey.act()
        assert viewer.window.isVisible(), monkey.done[-5:]
        if number % (ACTS // 4) == ACTS // 4 - 1:
            gc.collect()
            sizes.append((resident_bytes(), len(QApplication.allWidgets())))
    inner = [e for e in viewer.state.notices.errors if "inside the program" in e.title]
    assert not inner, (inner[0].text, monkey.done[-12:])
    assert not [e for e in viewer.state.notices.errors if "unexpected error" in e.text]
    growth = sizes[-1][0] - sizes[1][0]
    assert growth < MAX_GROWTH, (sizes, growth)
    assert sizes[-1][1] < sizes[1][1] + 150, sizes
    drop(viewer.window, [photos])  # and it still works
    qtbot.waitUntil(lambda: not viewer.state.session.is_loading)
    qtbot.waitUntil(lambda: viewer.state.reconstruction.can_start, timeout=20_000)
    child(viewer.window, "action_run", QAction).trigger()
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None, timeout=20_000)
