"""Two hundred random acts of a user; nothing may break, warn or grow.

Acts are mouse and key events; commands that were not tried yet come first. Memory is compared in
one state: the same photos open, the same result on the screen, no work under way.

MONKEY_SEEDS=5,6 plays other games, MONKEY_ACTS=5000 longer ones, MONKEY_BACKEND=real with the
built-in model and real photos, and under Xvfb the points are drawn. With -s it tells what is alive
as it goes; memory is looked at without --log-level, whose records keep failed jobs.
"""

import ctypes
import gc
import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractSlider,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QScrollBar,
    QSlider,
    QWidget,
)
from pytestqt.exceptions import TimeoutError as QtTimeoutError

from moe3d.scene.records import ScenePrediction, ViewSet
from moe3d_viewer.main import keep_memory_together
from moe3d_viewer.state.job import Job
from moe3d_viewer.state.run.run_options import RunOptionsState
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.actions.registry import Entry
from moe3d_viewer.widgets.inspector.section import Section
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.workers.memory_meter import resident_bytes
from tests.app.drawn_window import backend_with_points
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.loaded_late import load_what_jobs_load, packages
from tests.app.questions import answer_if_asked
from tests.app.window_fixtures import drop, run_photos
from tests.patience import PATIENCE_MS, turns
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
ACTS = int(os.environ.get("MONKEY_ACTS", "200"))
MEASURED = 4 if ACTS <= 200 else 20
"""How often memory is looked at."""
LOADED = MEASURED // 2 - 1
"""The look from which on nothing may grow: halfway, every command has been done by then."""
IS_REAL = os.environ.get("MONKEY_BACKEND") == "real"
PATIENCE_OF_AN_ACT_MS = 8_000
"""A box that comes in between takes the keys: then what was waited for never comes."""
LEAVING = {"quit", "full_screen"}
MAX_GROWTH = 40 * 2**20  # a result here has 8 MB: half a dozen that stay are seen
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
COUNTED = (ScenePrediction, Job)


class Monkey:
    """Does one random thing at a time, from the registry of commands and the controls shown."""

    def __init__(self, viewer: Viewer, photos: Path, bad: Path, seed: int, qtbot) -> None:
        self._viewer, self._window, self._qtbot = viewer, viewer.window, qtbot
        self._photos, self._bad = photos, bad
        self._hands = Hands(viewer, qtbot)
        self._random = random.Random(seed)
        self._picked: QWidget | None = None
        self.done: list[str] = []
        self.tried: Counter[str] = Counter()

    def act(self) -> None:
        """Do something, then put away whatever it opened."""
        acts: list[Callable[[], str]] = [
            self._command, self._command, self._command, self._command, self._command,
            self._command, self._slide, self._tick, self._choose, self._press_key, self._hover,
            self._drop_bad, self._drop_good, self._run, self._run_and_cancel, self._save,
            self._open_session,
        ]  # fmt: skip
        self._do_one(self._random.choice(acts))

    def act_untried(self) -> bool:
        """Do a command that was never done; False when there is none."""
        if not self.untried:
            return False
        self._do_one(self._command)
        return True

    @property
    def untried(self) -> set[str]:
        """Commands that could be done now and never were."""
        entries = [e for e in self._window.commands.entries if e.action.isEnabled()]
        return {e.command.name for e in entries} - set(self.tried) - LEAVING

    def account(self) -> str:
        """What the window was at, for a game that stops."""
        run, jobs = self._viewer.state.reconstruction, self._viewer.runner.num_running
        errors = [(error.title, error.text) for error in self._viewer.state.notices.errors[-2:]]
        lines = (
            f"after {len(self.done)} acts, the last ones {self.done[-20:]}",
            f"run {run.phase}, can start {run.can_start}, {jobs} jobs; errors {errors}",
            f"options {self._viewer.state.run_options.request(ViewSet(()))}",
            f"focus {QApplication.focusWidget()}, active {QApplication.activeWindow()}",
            f"popup {QApplication.activePopupWidget()}, dialog {self._dialog()}",
            f"picked {self._places_of(self._picked)}",
        )
        return "\n".join(lines)

    def _do_one(self, act: Callable[[], str]) -> None:
        self._picked, self._qtbot.patience_ms = None, PATIENCE_OF_AN_ACT_MS
        try:
            self.done.append(act())
        except QtTimeoutError:  # a box that comes in between takes the keys
            if self._dialog() is None and not self._has_gone(self._picked):
                raise
        finally:
            self._qtbot.patience_ms = PATIENCE_MS
        self._qtbot.wait(self._random.choice((1, 1, 5, 20)))
        self.put_away()

    def put_away(self) -> None:
        """Escape out of menus and dialogs, the last one first; some come a little later.

        A display may give a dialog the focus long after it was opened; if it is closed before,
        that takes the focus from the window and closes its next menu. So it is waited for.
        """
        opened, waits = None, 0
        for _ in range(60):
            opened = QApplication.activePopupWidget() or self._dialog()
            if isinstance(opened, QDialog) and not opened.isActiveWindow() and waits < 20:
                waits += 1
                self._qtbot.wait(50)
            elif opened is not None:
                self._qtbot.keyClick(opened, Qt.Key.Key_Escape)
            elif self._window.isActiveWindow():
                return
            else:
                self._window.activateWindow()
            self._qtbot.wait(5)
        raise AssertionError(f"{opened} does not close by Escape: {self.done[-3:]}")

    @staticmethod
    def _places_of(part: QWidget | None) -> list[str]:
        """Where a control stands, from the inside out."""
        found = []
        while part is not None:
            name = f"{part.objectName()} {type(part).__name__}"
            found.append(f"{name} {part.geometry().getRect()}, seen {part.visibleRegion()}")
            part = part.parentWidget()
        return found

    @staticmethod
    def _has_gone(part: QWidget | None) -> bool:
        """Whether a control went away after it was picked, or its group or panel: a scene without
        result came, or plain words. What is folded is still there."""
        while part is not None and not part.isWindow():
            above = part.parentWidget()
            is_folded = isinstance(above, Section) and part is above.body
            if part.isHidden() and not is_folded:
                return True
            part = above
        return False

    def _dialog(self) -> QDialog | None:
        shown = [d for d in self._window.findChildren(QDialog) if d.isVisible()]
        return shown[-1] if shown else None

    def _one(self, kind: type) -> QWidget | None:
        found = self._window.findChildren(kind)
        shown = [w for w in found if w.isVisible() and w.isEnabled() and w.objectName()]
        shown = [w for w in shown if not isinstance(w, QScrollBar) and w.objectName() != "device"]
        self._picked = self._random.choice(shown) if shown else None
        return self._picked

    def _command(self) -> str:
        entries = [e for e in self._window.commands.entries if e.command.name not in LEAVING]
        enabled = [e for e in entries if e.action.isEnabled()]
        least = min(self.tried[e.command.name] for e in enabled)
        entry = self._random.choice([e for e in enabled if self.tried[e.command.name] == least])
        self.tried[entry.command.name] += 1
        self._do(entry)
        return entry.command.name

    def _do(self, entry: Entry) -> None:
        """By its key where one acts now, else from the menus."""
        keys = entry.action.shortcuts()
        if not keys or entry.command.in_views or self._random.random() < 0.5:
            self._by_menu(entry)
            return
        key = keys[0][0]
        self._qtbot.keyClick(self._window, key.key(), key.keyboardModifiers())

    def _by_menu(self, entry: Entry) -> None:
        switched: list[bool] = []
        connection = entry.action.enabledChanged.connect(switched.append)
        try:
            self._hands.command(entry.command.name)
        except QtTimeoutError:  # work that ended may have switched it off, and on again
            if entry.action.isEnabled() and not switched:
                raise
        finally:
            entry.action.enabledChanged.disconnect(connection)

    def _slide(self) -> str:
        slider = self._one(QAbstractSlider)
        if isinstance(slider, QSlider) and slider.orientation() is Qt.Orientation.Horizontal:
            self._hands.slide(slider.objectName(), self._random.choice((0.0, 0.3, 0.8, 1.0)))
        return f"slide {slider.objectName() if slider is not None else ''}"

    def _tick(self) -> str:
        box = self._one(QCheckBox)
        if box is not None:
            self._hands.tick(box.objectName())
        return f"tick {box.objectName() if box is not None else ''}"

    def _choose(self) -> str:
        box = self._one(QComboBox)
        if isinstance(box, QComboBox):
            self._hands.show(box).setFocus()
            for _ in range(self._random.randrange(4)):
                self._qtbot.keyClick(box, self._random.choice((Qt.Key.Key_Up, Qt.Key.Key_Down)))
        return f"choose {box.objectName() if box is not None else ''}"

    def _press_key(self) -> str:
        keys = (Qt.Key.Key_C, Qt.Key.Key_H, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_2)
        key = self._random.choice((*keys, Qt.Key.Key_0, Qt.Key.Key_P, Qt.Key.Key_Tab))
        where = QApplication.focusWidget() or self._window
        self._qtbot.keyClick(where, key)
        return f"key {key.name}"

    def _hover(self) -> str:
        tile = self._one(MapTile)
        if tile is not None:
            self._qtbot.mouseMove(tile, tile.rect().center())
        return "hover a map"

    def _drop_bad(self) -> str:
        drop(self._window, [self._bad])
        return "drop a bad file"

    def _drop_good(self) -> str:
        drop(self._window, [self._photos])
        self.agree()
        return "drop photos"

    def _run(self) -> str:
        self._qtbot.keyClick(self._window, Qt.Key.Key_R, CONTROL)
        self.agree()
        self._qtbot.wait(250)
        return "run"

    def _run_and_cancel(self) -> str:
        self._qtbot.keyClick(self._window, Qt.Key.Key_F5)
        self._qtbot.wait(self._random.choice((1, 15, 120)))
        self._qtbot.keyClick(self._window, Qt.Key.Key_Escape)
        return "run and cancel"

    @property
    def _session(self) -> Path:
        return self._bad.with_name("kept.moe3d")

    def _save(self) -> str:
        if self._window.commands["save_as"].isEnabled() and not self._session.exists():
            self._qtbot.keyClick(self._window, Qt.Key.Key_S, CONTROL | SHIFT)
            self._hands.answer_file_dialog(self._session)
            return "save a session"
        self._qtbot.keyClick(self._window, Qt.Key.Key_S, CONTROL)
        return "save again"

    def _open_session(self) -> str:
        if self._session.exists():
            self._qtbot.keyClick(self._window, Qt.Key.Key_O, CONTROL | SHIFT)
            self._hands.answer_file_dialog(self._session)
            self.agree()
        return "open a session"

    def agree(self) -> None:
        """Let what is unsaved go, if that is asked."""
        answer_if_asked(self._viewer, self._qtbot, "discard")


def choose_first_options(options: RunOptionsState) -> None:
    """As the program starts: a model of half the precision has half the bytes, and a processor
    refuses float16."""
    options.set_precision("auto")
    options.set_resize_mode("auto")
    options.set_refine("auto")
    options.set_compare(True)


def calm(monkey: Monkey, viewer: Viewer, photos: Path, qtbot) -> dict[str, int]:
    """Come to the state in which memory is compared; what is alive then."""
    qtbot.waitUntil(lambda: viewer.runner.num_running == 0)
    turns(qtbot)  # its last words are on their way
    monkey.put_away()
    qtbot.waitUntil(lambda: viewer.runner.num_running == 0)
    choose_first_options(viewer.state.run_options)
    drop(viewer.window, [photos])
    monkey.agree()
    qtbot.waitUntil(lambda: not viewer.state.session.is_loading)
    monkey.put_away()
    qtbot.keyClick(viewer.window, Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    qtbot.keyClick(viewer.window, Qt.Key.Key_1, CONTROL)
    qtbot.waitUntil(lambda: viewer.runner.num_running == 0)
    qtbot.wait(50)
    gc.collect()
    qtbot.wait(1)
    objects = gc.get_objects()
    assert viewer.state.display.prediction is not None, monkey.account()
    counts = {kind.__name__: sum(type(o) is kind for o in objects) for kind in COUNTED}
    counts["widgets"] = len(QApplication.allWidgets())
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).malloc_trim(0)  # what is free already is no growth
    counts["bytes"] = resident_bytes()
    return counts


def do_untried(monkey: Monkey) -> None:
    """Every command that can be done and was not."""
    for _ in range(ACTS):
        if not monkey.act_untried():
            break


def play(
    monkey: Monkey, viewer: Viewer, photos: Path, qtbot, acts: int = ACTS
) -> list[dict[str, int]]:
    """The whole game, or more of it; what was alive at every look."""
    alive = []
    for number in range(acts):
        monkey.act()
        assert viewer.window.isVisible(), monkey.done[-5:]
        if number == ACTS // 2 - 1:  # everything was done once before memory is compared
            do_untried(monkey)
        if number % (ACTS // MEASURED) == ACTS // MEASURED - 1:
            alive.append(calm(monkey, viewer, photos, qtbot))
            print(f"{number + 1} acts: {alive[-1]}", flush=True)
    do_untried(monkey)
    assert not monkey.untried
    alive.append(calm(monkey, viewer, photos, qtbot))
    return alive


def play_with(backend: FakeBackend) -> None:
    """Bigger results than usual; points of them where they can be drawn."""
    backend.make = lambda: step_prediction(height=140, width=210)
    backend.follows_photos, backend.step_s = True, 0.02


@pytest.fixture
def backend() -> FakeBackend | None:
    made = backend_with_points() if QGuiApplication.platformName() == "xcb" else FakeBackend()
    play_with(made)
    return None if IS_REAL else made


@pytest.fixture
def photos(photos: Path) -> Path:
    """Two photos that are none, or two real ones."""
    if IS_REAL:
        for photo in photos.iterdir():
            photo.unlink()
        for name in ("000.jpg", "001.jpg"):
            shutil.copy(Path("assets/samples/room/images", name), photos)
    return photos


@pytest.mark.timeout(300 if ACTS == 200 else 0)
@pytest.mark.parametrize("seed", [int(s) for s in os.environ.get("MONKEY_SEEDS", "1").split(",")])
def test_two_hundred_random_acts_leave_no_trace(viewer, photos, tmp_path, qtbot, monkeypatch, seed):
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda _url: True)
    keep_memory_together()  # as the program does
    bad = tmp_path / "bad.moe3d"
    bad.write_bytes(b"PK\x03\x04 no session")
    monkey = Monkey(viewer, photos, bad, seed, qtbot)
    load_what_jobs_load()
    loaded = packages()
    run_photos(viewer, photos, qtbot)
    try:
        alive = play(monkey, viewer, photos, qtbot)
        if alive[-1]["bytes"] - alive[LOADED]["bytes"] >= MAX_GROWTH:
            # What is needed for the first time late in the game comes once; a leak goes on.
            alive = [*alive[-1:] * (LOADED + 1), *play(monkey, viewer, photos, qtbot, ACTS // 2)]
    except QtTimeoutError as error:
        raise AssertionError(monkey.account()) from error
    wrong = [e for e in viewer.state.notices.errors if "inside the program" in e.title]
    wrong += [e for e in viewer.state.notices.errors if "unexpected error" in e.text]
    assert not wrong, (wrong[0].title, wrong[0].text, monkey.done[-12:])
    late = packages() - loaded
    assert alive[-1]["bytes"] - alive[LOADED]["bytes"] < MAX_GROWTH, (alive, late)
    for kind in ("ScenePrediction", "Job", "widgets"):
        assert alive[-1][kind] <= alive[LOADED][kind] + 2, (kind, alive)
    assert viewer.window.windowTitle().startswith("garden wall")  # and it still works
