"""Keeps the unsaved scene safe from a crash, and offers at the next start what a crash left."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from moe3d import ScenePrediction
from moe3d_viewer.state.job import Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.remembered import RememberedRegistry
from moe3d_viewer.state.scene.earlier import EarlierState
from moe3d_viewer.state.scene.scene_file import SceneFileState
from moe3d_viewer.state.scene.scene_saving import Leftover, OpenedScene, Recovery

QUIET_MS = 3000
"""Nothing is written while the user is still changing things."""


class AutosaveState(QObject):
    """Writes after each result, and again when something was chosen and the hand rests."""

    leftovers_changed = Signal()
    settled = Signal()
    """Answers `settle`: all that can be kept is kept."""

    def __init__(
        self,
        recovery: Recovery,
        jobs: Jobs,
        scene_file: SceneFileState,
        display: DisplayState,
        remembered: RememberedRegistry,
        notices: Notices,
        earlier: EarlierState | None = None,
    ) -> None:
        super().__init__()
        self._earlier = earlier
        self._recovery, self._file, self._display = recovery, scene_file, display
        self._notices = notices
        self._leftovers: tuple[Leftover, ...] = ()
        self._kept: ScenePrediction | None = None
        self._keeping: ScenePrediction | None = None
        self._recovering: Leftover | None = None
        self._told = ""
        self._is_for_next_start = self._is_settling = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.save_now)
        self._writing = LatestJob(jobs, self)
        self._writing.succeeded.connect(self._on_written)
        self._writing.failed.connect(self._on_failed)
        self._looking = LatestJob(jobs, self)
        self._looking.succeeded.connect(self._on_looked)
        self._looking.failed.connect(self._on_failed)
        self._reading = LatestJob(jobs, self)
        self._reading.succeeded.connect(self._on_recovered)
        self._reading.failed.connect(self._on_recovery_failed)
        display.result_changed.connect(self._wait)
        remembered.changed.connect(self._wait)
        scene_file.changed.connect(self._clear_if_saved)
        if earlier is not None:
            earlier.going.connect(self._let_go)
            earlier.taken_back.connect(self._take_back)
            earlier.settled.connect(self._on_earlier_settled)
        jobs.closing.add(self._end)

    @property
    def leftovers(self) -> tuple[Leftover, ...]:
        """Scenes that a crash left, newest first."""
        return self._leftovers

    @property
    def is_recovering(self) -> bool:
        """Whether a scene that was left is being read."""
        return self._reading.is_running

    def look(self) -> None:
        """Look for scenes that were left; answers by `leftovers_changed`."""
        recovery = self._recovery
        self._looking.start(lambda progress, _publish: recovery.leftovers(progress))

    def recover(self, leftover: Leftover) -> None:
        """Open a scene that was left; it counts as unsaved. One that fails is offered again."""
        recovery = self._recovery
        self._recovering = leftover
        self._writing.abandon()  # or the scene on the screen would go into the other one's folder
        self._reading.start(lambda progress, _publish: recovery.recover(leftover, progress))
        self._forget(leftover)

    def discard(self, leftover: Leftover) -> None:
        """Throw a scene away that was left."""
        self._recovery.discard(leftover)
        self._forget(leftover)

    @Slot()
    def save_now(self) -> None:
        """Write what changed since the last time: the result only when it is another one."""
        scene, recovery = self._file.scene_to_save(), self._recovery
        if scene is None or scene.prediction is None or not self._file.is_modified:
            return
        self._timer.stop()
        # A large scene takes longer than a hand rests; a recovered one brings its own folder, and
        # from where the scene before is still to be moved nothing may be overwritten.
        if self._writing.is_running or self._reading.is_running or self._is_moving:
            self._timer.start()
            return
        self._keeping = scene.prediction
        if scene.prediction is self._kept:
            chosen = scene.remembered
            self._writing.start(lambda progress, _publish: recovery.save_choices(chosen, progress))
        else:
            self._writing.start(lambda progress, _publish: recovery.save_all(scene, progress))

    def settle(self) -> None:
        """The program is told to end from outside: keep what is unsaved; answers by `settled`."""
        self._is_for_next_start, self._is_settling = self._file.is_modified, True
        if self._earlier is not None:
            self._earlier.wait_no_longer()
        self._settle_on()

    def _settle_on(self) -> None:
        if not self._writing.is_running:
            self.save_now()
        if not self._writing.is_running and not self._is_moving:
            self.settled.emit()

    @property
    def _is_moving(self) -> bool:
        return self._earlier is not None and self._earlier.is_moving

    @Slot()
    def _on_earlier_settled(self) -> None:
        if self._is_settling:
            self._settle_on()

    @Slot()
    def _let_go(self) -> None:
        """The scene that is kept here goes to the earlier results."""
        self._writing.abandon()
        self._kept = None

    @Slot(object)
    def _take_back(self, prediction: object) -> None:
        if self._display.prediction is prediction and isinstance(prediction, ScenePrediction):
            self._kept = prediction

    def _end(self) -> None:
        """A clean end: nothing is left behind, but after `settle` what is unsaved."""
        self._timer.stop()
        self._writing.abandon()
        if self._is_for_next_start:
            self._recovery.leave()
        else:
            self._recovery.clear()

    def _forget(self, leftover: Leftover) -> None:
        self._leftovers = tuple(item for item in self._leftovers if item != leftover)
        self.leftovers_changed.emit()

    @Slot()
    def _wait(self) -> None:
        if self._display.prediction is not None:
            self._timer.start()

    @Slot()
    def _clear_if_saved(self) -> None:
        if self._kept is not None and not self._file.is_modified and not self._file.is_busy:
            self._kept = None
            self._writing.abandon()
            self._recovery.clear()

    @Slot(object)
    def _on_written(self, _result: object) -> None:
        self._kept, self._told = self._keeping, ""
        self._clear_if_saved()  # the user may have saved while this was being written
        if self._is_for_next_start:
            self._settle_choices()

    def _settle_choices(self) -> None:
        """What was chosen while the last one was written, once."""
        if self._timer.isActive():
            self.save_now()
        if not self._writing.is_running:
            self.settled.emit()

    @Slot(object)
    def _on_looked(self, leftovers: tuple[Leftover, ...]) -> None:
        if leftovers != self._leftovers:
            self._leftovers = leftovers
            self.leftovers_changed.emit()

    @Slot(object)
    def _on_recovered(self, scene: OpenedScene) -> None:
        self._kept = None  # what is shown now has nothing to do with what was kept before
        self._file.show(scene, None)
        self._kept = scene.record.prediction

    @Slot(object)
    def _on_recovery_failed(self, error: Exception) -> None:
        if self._recovering is not None:
            unread = replace(self._recovering, problem=error_text(error))
            self._leftovers = (unread, *self._leftovers)
            self.leftovers_changed.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        text = error_text(error)
        if not was_cancelled(error) and text != self._told:  # once, not every time a hand rests
            self._told = text
            self._notices.raise_error(self.tr("The autosave failed"), text)
        if self._is_for_next_start:
            self.settled.emit()
