"""Whether what is on the screen may go: one question wherever something unsaved would be lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.run.reconstruction import Phase, ReconstructionState
from moe3d_viewer.state.scene.earlier import EarlierState
from moe3d_viewer.state.scene.saved_results import SavedResultsState
from moe3d_viewer.state.scene.scene_file import SceneFileState
from moe3d_viewer.state.scene.scene_saving import EarlierResult
from moe3d_viewer.state.scene.session import SessionState
from moe3d_viewer.state.settings import Settings

ASKS = "ask_before_replacing"
PATIENCE_MS = 30_000
"""After so long the window ends, whatever is still being put aside."""

SESSION_END_MS = 60_000
"""An end of the desktop's session that has not come by then was called off."""


class Step(StrEnum):
    """What the user is about to do."""

    OPEN = "open"
    RUN = "run"
    BACK = "back"
    """To an earlier result."""
    CLOSE = "close"


class Answer(StrEnum):
    """What the user said."""

    SAVE = "save"
    DISCARD = "discard"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Question:
    """All that there is to ask about at once."""

    step: Step
    title: str
    """Name of the scene that would go."""
    target: str
    """Name of what would come; empty for a run and for closing."""
    is_result_unsaved: bool
    is_changed: bool
    """Something chosen is not in the session's file."""
    is_running: bool
    is_kept: bool
    """Whether what is not saved stays among the earlier results."""

    @property
    def can_save(self) -> bool:
        """Whether saving would keep something; a run that goes on cannot be saved."""
        return self.is_result_unsaved or self.is_changed

    @property
    def can_be_last(self) -> bool:
        """Whether the user may say that this is not to be asked again."""
        return self.is_kept and self.step in (Step.RUN, Step.BACK) and not self.is_running


@dataclass(frozen=True)
class _Wish:
    step: Step
    go: Callable[[], None]
    target: str = ""
    is_run_given_up: bool = False


class LeavingState(QObject):
    """Every way to another scene, to a new result and out of the program goes through here."""

    asked = Signal(object)
    """Question; again whenever the answer to it would mean something else; None: withdrawn."""
    save_wanted = Signal()
    """The user answered "save": to the session's file, or to one that is to be asked for."""
    closing_agreed = Signal()
    """The user is done with the window, and something is still to be kept."""
    may_close = Signal()
    """Everything is kept that is to be kept."""
    session_ended = Signal()
    """The desktop ends: nobody is asked, and what is unsaved is for the next start."""
    changed = Signal()
    """Whether runs are asked about."""

    def __init__(
        self,
        session: SessionState,
        scene_file: SceneFileState,
        saved: SavedResultsState,
        reconstruction: ReconstructionState,
        earlier: EarlierState | None,
        settings: Settings,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._session, self._file, self._saved = session, scene_file, saved
        self._reconstruction, self._earlier = reconstruction, earlier
        self._settings, self._notices = settings, notices
        self._wish: _Wish | None = None
        self._question: Question | None = None
        self._is_saving = self._is_waiting = self._is_closing = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._end_closing)
        self._session_end = QTimer(self)
        self._session_end.setSingleShot(True)
        self._session_end.setInterval(SESSION_END_MS)
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(0)
        self._looking.timeout.connect(self._look_again)
        scene_file.saved.connect(self._on_saved)
        scene_file.save_failed.connect(self.give_up)
        scene_file.changed.connect(self._look_soon)
        reconstruction.phase_changed.connect(self._look_soon)
        reconstruction.prediction_changed.connect(self._look_soon)
        if earlier is not None:
            earlier.settled.connect(self._on_settled)

    @property
    def question(self) -> Question | None:
        """What is being asked now."""
        return self._question

    @property
    def asks_before_run(self) -> bool:
        """Whether a run over an unsaved result is asked about, though the result is kept."""
        return self._settings.value(ASKS, "yes") == "yes"

    def set_asks_before_run(self, asks: bool) -> None:
        """Choose whether runs are asked about."""
        if asks != self.asks_before_run:
            self._settings.set_value(ASKS, "yes" if asks else "no")
            self.changed.emit()

    def open(self, go: Callable[[], None], target: str) -> None:
        """Let another scene take the place of this one, if the user agrees."""
        self._ask(_Wish(Step.OPEN, go, target))

    def bring_back(self, entry: EarlierResult) -> None:
        """Open an earlier result."""
        earlier = self._earlier
        if earlier is not None:
            self._ask(_Wish(Step.BACK, lambda: earlier.open(entry), entry.title))

    def run(self) -> None:
        """Reconstruct the chosen photos; see `ReconstructionState.start`."""
        self._start(self._reconstruction.start)

    def run_preview(self) -> None:
        """Reconstruct a few of the chosen photos."""
        self._start(self._reconstruction.start_preview)

    def close(self) -> bool:
        """Whether the window may close at once; else `may_close` follows, if the user agrees."""
        if self._session_end.isActive():
            self.session_ended.emit()
            return False
        if self._is_closing:
            return False
        wish = _Wish(Step.CLOSE, self._begin_closing)
        if self._question_for(wish) is not None:
            self._ask(wish)
            return False
        self._put_aside()
        if self._is_settled:
            return True
        self._end_when_settled()
        return False

    def expect_session_end(self) -> None:
        """The desktop is about to end: who closes the window now is not asked."""
        self._session_end.start()

    def answer(self, answer: Answer) -> None:
        """Do what the user said."""
        wish = self._wish
        if wish is None:
            return
        self._question = None
        if answer is Answer.CANCEL:
            self._wish = None
        elif answer is Answer.DISCARD:
            self._go()
        else:
            self._wish = replace(wish, is_run_given_up=True)
            self._is_waiting = self._file.is_busy  # a save that is under way may be enough
            self._is_saving = not self._is_waiting
            if self._is_saving:
                self.save_wanted.emit()

    @Slot()
    def give_up(self) -> None:
        """What was to be saved was not: everything stays as it is."""
        if self._is_saving:
            self._is_saving, self._wish = False, None

    def _start(self, start: Callable[[], None]) -> None:
        if self._session.is_loading:  # the run is of the photos that are being read
            start()
        elif self._is_opening:
            self._notices.raise_toast(self.tr("Another scene is being opened: run after that"))
        elif self._reconstruction.can_start:
            self._ask(_Wish(Step.RUN, start))

    @property
    def _is_opening(self) -> bool:
        is_coming_back = self._earlier is not None and self._earlier.is_opening
        return self._file.is_opening or self._saved.is_opening or is_coming_back

    @property
    def _can_keep(self) -> bool:
        return self._earlier is not None and not self._earlier.has_failed

    @property
    def _is_settled(self) -> bool:
        return self._earlier is None or not self._earlier.is_moving

    def _ask(self, wish: _Wish) -> None:
        """The newest wish counts; one that was being asked about is dropped."""
        self._wish, self._question = wish, None
        self._is_saving = self._is_waiting = False
        self._look_again()

    def _question_for(self, wish: _Wish) -> Question | None:
        is_unsaved, step = self._file.is_result_unsaved, wish.step
        # Choices alone belong to a session's file; of a result in a file they are kept unasked.
        is_changed = self._file.is_modified and self._file.path is not None and not is_unsaved
        # A result that is being made ready to be seen is a result, no run any more.
        is_computing = self._reconstruction.phase in (Phase.RUNNING, Phase.CANCELLING)
        is_running = is_computing and not wish.is_run_given_up
        if step is Step.RUN:
            is_changed = is_running = False  # what is chosen stays
        if step in (Step.RUN, Step.BACK) and self._can_keep and not self.asks_before_run:
            is_unsaved = is_changed = False
        if not (is_unsaved or is_changed or is_running):
            return None
        title = self._file.path.stem if self._file.path is not None else self._session.title
        return Question(
            step, title, wish.target, is_unsaved, is_changed, is_running, self._can_keep
        )

    @Slot()
    def _look_again(self) -> None:
        """Ask, ask anew because something has changed, or go on because nothing is lost."""
        wish = self._wish
        if wish is None or self._is_saving or (self._is_waiting and self._file.is_busy):
            return
        self._is_waiting = False
        question, before = self._question_for(wish), self._question
        if question is None:
            self._question = None
            if before is not None:
                self.asked.emit(None)
            self._go()
        elif question != self._question:
            self._question = question
            self.asked.emit(question)

    def _go(self) -> None:
        wish, self._wish = self._wish, None
        if wish is not None:
            wish.go()

    def _put_aside(self) -> None:
        if self._earlier is not None:
            self._earlier.set_aside()

    def _begin_closing(self) -> None:
        self._put_aside()
        self._end_when_settled()

    def _end_when_settled(self) -> None:
        self._is_closing = True
        if self._is_settled:
            self.may_close.emit()
        else:
            self.closing_agreed.emit()
            self._patience.start()

    @Slot()
    def _on_settled(self) -> None:
        if self._is_closing:
            self._end_closing()

    @Slot()
    def _end_closing(self) -> None:
        self._patience.stop()
        self.may_close.emit()

    @Slot()
    def _on_saved(self) -> None:
        if self._is_saving:
            self._is_saving = False
            self._look_again()

    @Slot()
    @Slot(object)
    def _look_soon(self, _phase: object = None) -> None:
        """Not in the middle of what goes on: whoever told of it has more to do."""
        if self._wish is not None:
            self._looking.start()
