"""Undo and redo of what the user chose, on snapshots of everything that is remembered."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from moe3d_viewer.state.remembered import RememberedRegistry

MERGE_S = 0.8
"""Changes of one value that follow each other this quickly are one step: the drag of a slider."""
MAX_STEPS = 200

Snapshot = dict[str, dict[str, object]]


@dataclass(frozen=True)
class _Step:
    """Where undo goes back to."""

    part: str
    value_name: str
    before: Snapshot


class History(QObject):
    """Steps back and forth; one act of the user is one step."""

    changed = Signal()
    """What can be undone or redone is another thing now."""

    def __init__(
        self,
        registry: RememberedRegistry,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._registry, self._clock = registry, clock
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []
        self._now: Snapshot = registry.snapshot()
        self._last_change_s = 0.0
        self._is_restoring = self._is_held = False
        registry.changed.connect(self._on_changed)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was taken back."""
        return bool(self._redo)

    @property
    def undo_name(self) -> str:
        """Name of the value that undo changes; empty when there is none."""
        return self._undo[-1].value_name if self._undo else ""

    @property
    def redo_name(self) -> str:
        """Name of the value that redo changes; empty when there is none."""
        return self._redo[-1].value_name if self._redo else ""

    def undo(self) -> None:
        """Take the last step back."""
        if self._undo:
            self._redo.append(self._go_to(self._undo.pop()))
            self.changed.emit()

    def redo(self) -> None:
        """Take the step that was undone last once more."""
        if self._redo:
            self._undo.append(self._go_to(self._redo.pop()))
            self.changed.emit()

    def clear(self) -> None:
        """Begin anew from what is chosen now: another scene, or another result."""
        self._undo, self._redo = [], []
        self._now = self._registry.snapshot()
        self.changed.emit()

    def end_step(self) -> None:
        """The next change is a step of its own, however quickly it comes."""
        self._last_change_s = -MERGE_S

    def hold(self) -> None:
        """Something is grabbed: until `let_go`, changes of one value are one step of their own."""
        self.end_step()
        self._is_held = True

    def let_go(self) -> None:
        """The next change is another step."""
        self.end_step()
        self._is_held = False

    def _go_to(self, step: _Step) -> _Step:
        left = _Step(step.part, step.value_name, self._now)
        self._is_restoring = True
        try:
            self._registry.restore(self._registry.only_undoable(step.before))
        finally:
            self._is_restoring = False
        self._now = self._registry.snapshot()
        self.end_step()
        return left

    @Slot(str, str)
    def _on_changed(self, part: str, value_name: str) -> None:
        if self._is_restoring:
            return
        before, now_s = self._now, self._clock()
        self._now = {**before, part: self._registry[part].to_json()}
        if not self._registry.in_history(part, value_name):
            return
        is_same = bool(self._undo) and self.undo_name == value_name and self._undo[-1].part == part
        is_first = self._last_change_s == -MERGE_S
        goes_on = now_s - self._last_change_s <= MERGE_S or (self._is_held and not is_first)
        if not (is_same and not self._redo and goes_on):
            self._undo = [*self._undo, _Step(part, value_name, before)][-MAX_STEPS:]
            self._redo = []
            self.changed.emit()
        self._last_change_s = now_s
