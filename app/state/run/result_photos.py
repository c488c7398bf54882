"""Which photos the result on the screen was made of, and whether the next run takes others."""

from PySide6.QtCore import QObject, Signal, Slot

from moe3d_viewer.state.run.photo_selection import PhotoSelectionState
from moe3d_viewer.state.run.reconstruction import ReconstructionState
from moe3d_viewer.state.scene.session import SessionState


class ResultPhotosState(QObject):
    """Compares names: of a result that came without its photos nothing is said."""

    changed = Signal()

    def __init__(
        self,
        session: SessionState,
        selection: PhotoSelectionState,
        reconstruction: ReconstructionState,
    ) -> None:
        super().__init__()
        self._session, self._selection = session, selection
        self._reconstruction = reconstruction
        selection.selection_changed.connect(self._tell)
        reconstruction.prediction_changed.connect(self._tell)

    def mark(self, name: str) -> str:
        """A few words about a photo for the list; empty when the result has it as it is now."""
        used = self._used
        if not used:
            return ""
        if name not in used:
            return self.tr("not in the result")
        if name in self._selection.excluded:
            return self.tr("left out since")
        return ""

    @property
    def text(self) -> str:
        """In what the photos of the next run differ from those of the result; empty for nothing."""
        used, chosen = self._used, self._selection.chosen.names
        if not used or chosen == used:
            return ""
        count = self.tr("1 photo") if len(used) == 1 else self.tr("{} photos").format(len(used))
        return self.tr("Result of {}: {}. Run again to bring it up to date.").format(
            count, ", ".join(self._differences(used, chosen))
        )

    def _differences(self, used: tuple[str, ...], chosen: tuple[str, ...]) -> list[str]:
        added = sum(name not in used for name in chosen)
        left_out = sum(name not in chosen for name in used)
        found = []
        if added:
            found.append(self.tr("{} of these not in it").format(added))
        if left_out:
            found.append(self.tr("{} in it left out since").format(left_out))
        if chosen[:1] != used[:1]:
            found.append(self.tr("another reference since"))
        elif not found:
            found.append(self.tr("another order since"))
        return found

    @property
    def _used(self) -> tuple[str, ...]:
        """Names of the result's photos; empty where they cannot be those of the list."""
        prediction = self._reconstruction.prediction
        if prediction is None or not self._session.can_run:
            return ()
        is_theirs = not set(prediction.names).isdisjoint(self._selection.names)
        return prediction.names if is_theirs else ()

    @Slot()
    def _tell(self) -> None:
        self.changed.emit()
