"""Earlier results: unsaved ones that others took the place of, kept and brought back."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import MoE3DError, Progress
from moe3d_viewer.state.job import Jobs, LatestJob, error_text, was_cancelled
from moe3d_viewer.state.notices import Notices, Offer
from moe3d_viewer.state.run.reconstruction import Phase, ReconstructionState
from moe3d_viewer.state.scene.scene_file import SceneFileState
from moe3d_viewer.state.scene.scene_saving import (
    EarlierResult,
    EarlierResults,
    KeptResult,
    OpenedScene,
    SceneToSave,
)
from moe3d_viewer.state.scene.session import SessionState


@dataclass(frozen=True)
class _Move:
    """A scene that goes to the earlier results, or comes back from them."""

    work: Callable[[Progress], object]
    done: Callable[[object], None]
    what_failed: str
    scene: SceneToSave | None = None
    """That is nowhere else, if it is put aside."""


class EarlierState(QObject):
    """Whatever is unsaved when its place is taken goes here by itself, one after the other."""

    changed = Signal()
    """The list, or whether one is being read."""
    going = Signal()
    """The scene on the screen is being put aside: nobody else may write it any more."""
    settled = Signal()
    """Nothing is being put aside any more."""
    taken_back = Signal(object)
    """The result that is kept as this process's own again."""
    wanted = Signal(object)
    """EarlierResult that the user wants back, by the message about it."""

    def __init__(
        self,
        store: EarlierResults,
        jobs: Jobs,
        session: SessionState,
        reconstruction: ReconstructionState,
        scene_file: SceneFileState,
        notices: Notices,
    ) -> None:
        super().__init__(scene_file)
        self._store, self._file, self._notices = store, scene_file, notices
        self._reconstruction = reconstruction
        self._entries: tuple[EarlierResult, ...] = ()
        self._moves: list[_Move] = []
        self._waiting: _Move | None = None
        self._unkept: _Move | None = None
        self._asked: EarlierResult | None = None
        self._is_list_due = False
        self._moving = LatestJob(jobs, self)
        self._moving.succeeded.connect(self._on_moved)
        self._moving.failed.connect(self._on_move_failed)
        self._looking = LatestJob(jobs, self)
        self._looking.succeeded.connect(self._on_looked)
        self._looking.failed.connect(self._on_failed)
        self._reading = LatestJob(jobs, self)
        self._reading.succeeded.connect(self._on_read)
        self._reading.failed.connect(self._on_failed)
        session.replacing.connect(self.set_aside)
        reconstruction.replacing.connect(self._wait_for_view)
        reconstruction.phase_changed.connect(self._on_phase_changed)

    @property
    def entries(self) -> tuple[EarlierResult, ...]:
        """What can be brought back, newest first; see `look`."""
        return self._entries

    @property
    def is_moving(self) -> bool:
        """Whether a scene is being put aside or taken back, or is about to be."""
        return bool(self._moves) or self._waiting is not None

    @property
    def is_opening(self) -> bool:
        """Whether one is being read, and will take the scene's place."""
        return self._reading.is_running

    @property
    def has_failed(self) -> bool:
        """Whether the last one could not be kept, so that nobody may count on it.

        It stays in memory, and is tried again by `look`.
        """
        return self._unkept is not None

    def look(self) -> None:
        """Look what there is; answers by `changed`."""
        unkept, self._unkept = self._unkept, None
        if unkept is not None:
            self._add(unkept)
        self._list()

    def _list(self) -> None:
        """Once nothing is on its way: a list made meanwhile has too little in it, or too much."""
        self._is_list_due = bool(self._moves)
        if self._is_list_due:
            self._looking.abandon()
            return
        store = self._store
        self._looking.start(lambda progress, _publish: store.entries(progress))

    def _list_anew(self) -> None:
        """What is being looked at now has changed since."""
        if self._looking.is_running:
            self._list()

    def open(self, entry: EarlierResult) -> None:
        """Bring one back; the scene on the screen stays until it is read."""
        store, self._asked = self._store, entry
        self._reading.start(lambda progress, _publish: store.read(entry, progress))
        self.changed.emit()

    def discard(self, entry: EarlierResult) -> None:
        """Throw one away for good."""
        self._store.discard(entry)
        self._list_anew()
        self._forget(entry)

    @Slot()
    def set_aside(self) -> None:
        """Keep the scene on the screen, which is about to go, unless all of it is in a file."""
        self.wait_no_longer()
        self._begin(self._departure())

    def wait_no_longer(self) -> None:
        """Keep the result that a run replaces, though the new one is not on the screen yet."""
        waiting, self._waiting = self._waiting, None
        self._begin(waiting)

    def _begin(self, move: _Move | None) -> None:
        if move is not None:
            self.going.emit()
            self._add(move)

    def _departure(self) -> _Move | None:
        scene = self._file.scene_to_save()
        if scene is None or scene.prediction is None or not self._file.is_modified:
            return None
        store, is_result = self._store, self._file.is_result_unsaved
        return _Move(
            lambda progress: store.keep(scene, is_result, progress),
            self._tell_kept,
            self.tr("The earlier result could not be kept; File > Earlier results tries again"),
            scene,
        )

    @Slot()
    def _wait_for_view(self) -> None:
        """Who cancels a run before its view is there has the result before again."""
        self._waiting = self._departure()

    @Slot(object)
    def _on_phase_changed(self, phase: Phase) -> None:
        waiting = self._waiting
        if waiting is None or phase is Phase.PREPARING:
            return
        assert waiting.scene is not None
        if self._reconstruction.prediction is not waiting.scene.prediction:
            self.wait_no_longer()
            return
        self._waiting = None
        if not self._moves:
            self.settled.emit()

    def _add(self, move: _Move) -> None:
        self._moves.append(move)
        self._list_anew()
        if len(self._moves) == 1:
            self._start_next()

    def _start_next(self) -> None:
        work = self._moves[0].work
        self._moving.start(lambda progress, _publish: work(progress))

    @Slot(object)
    def _on_moved(self, result: object) -> None:
        self._moves[0].done(result)
        self._go_on()

    @Slot(object)
    def _on_move_failed(self, error: Exception) -> None:
        move = self._moves[0]
        if not was_cancelled(error):
            if move.scene is not None:
                self._unkept = move
            self._notices.raise_error(move.what_failed, error_text(error))
        self._go_on()

    def _go_on(self) -> None:
        del self._moves[0]  # and with it the last hold on its scene
        if self._moves:
            self._start_next()
            return
        if self._is_list_due:
            self._list()
        if not self.is_moving:
            self.settled.emit()

    def _tell_kept(self, result: object) -> None:
        assert isinstance(result, KeptResult)
        kept = result.kept
        gone = {entry.folder for entry in result.dropped}
        others = [entry for entry in self._entries if entry.folder not in gone]
        self._entries = (kept, *others)
        self.changed.emit()
        what = self.tr("“{}” was not saved. It is kept under File > Earlier results.")
        if not kept.is_result:
            what = self.tr("What you chose for “{}” is kept under File > Earlier results.")
        text = what.format(kept.title)
        lost = [entry.title for entry in result.dropped if entry.is_result]
        if lost:
            names = ", ".join(f"“{title}”" for title in lost)
            text += " " + self.tr("The oldest there was dropped: {}.").format(names)
        offer = Offer(
            self.tr("Bring it back"),
            self.tr("Show this result again"),
            lambda: self.wanted.emit(kept),
        )
        self._notices.raise_toast(text, offer=offer)

    def _forget(self, entry: EarlierResult) -> None:
        self._entries = tuple(item for item in self._entries if item.folder != entry.folder)
        self.changed.emit()

    @Slot(object)
    def _on_looked(self, entries: tuple[EarlierResult, ...]) -> None:
        self._entries = entries
        self.changed.emit()

    @Slot(object)
    def _on_read(self, scene: OpenedScene) -> None:
        entry, store = self._asked, self._store
        assert entry is not None
        self._file.show(scene, None)  # what was there before is put aside first
        prediction = scene.record.prediction
        self._add(
            _Move(
                lambda progress: store.take_back(entry, prediction, progress),
                lambda _result: self.taken_back.emit(prediction),
                self.tr("The earlier result is shown, but could not be moved"),
            )
        )
        self._forget(entry)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.changed.emit()
        if not was_cancelled(error):
            code = error.exit_code if isinstance(error, MoE3DError) else 1
            title = self.tr("Could not open the earlier result")
            self._notices.raise_error(title, error_text(error), code)
