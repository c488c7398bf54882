"""Questions about sessions: which file, whether to save before leaving, what a crash left."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.scene.saved_results import SUFFIX as RESULT_SUFFIX
from moe3d_viewer.state.scene.scene_saving import SESSION_SUFFIX, Leftover
from moe3d_viewer.widgets.shell.earlier_dialog import EarlierDialog


class SessionDialogs(QObject):
    """Opens its dialogs over one window; never waits for an answer."""

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        self._offered: set[Leftover] = set()
        state.leaving.save_wanted.connect(self.save)
        if state.autosave is not None:
            state.autosave.leftovers_changed.connect(self._offer_leftover)

    @Slot()
    def open(self) -> None:
        """Choose a session or a saved result."""
        dialog = self._file_dialog(self.tr("Open a session"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [self.tr("Sessions and results ({})").format(f"*{SESSION_SUFFIX} *{RESULT_SUFFIX}")]
        )
        dialog.fileSelected.connect(self._on_open_chosen)
        dialog.open()

    @Slot()
    def save(self) -> None:
        """Save to the session's own file; ask for one when it has none."""
        if self._state.scene_file.path is None:
            self.save_as()
        else:
            self._state.scene_file.save()

    @Slot()
    def save_as(self) -> None:
        """Choose the file; the file dialog asks before it overwrites."""
        dialog = self._file_dialog(self.tr("Save the session"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Sessions (*{})").format(SESSION_SUFFIX)])
        dialog.setDefaultSuffix(SESSION_SUFFIX.lstrip("."))
        title = self._state.session.title.removesuffix(RESULT_SUFFIX) or "scene"
        dialog.selectFile(f"{title}{SESSION_SUFFIX}")
        dialog.fileSelected.connect(self._on_save_chosen)
        dialog.rejected.connect(self._on_save_given_up)
        dialog.open()

    @Slot()
    def earlier_results(self) -> None:
        """Show unsaved results that others took the place of."""
        if self._state.earlier is not None:
            EarlierDialog(self._state, self._window).open()

    @Slot()
    def find_photos(self) -> None:
        """Choose the folder to which the photos have gone."""
        dialog = self._file_dialog(self.tr("Where are the photos now?"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly, True)
        dialog.fileSelected.connect(self._on_folder_chosen)
        dialog.open()

    @Slot()
    def _on_save_given_up(self) -> None:
        self._state.leaving.give_up()

    @Slot()
    def _offer_leftover(self) -> None:
        autosave = self._state.autosave
        if autosave is None:
            return
        self._offered &= set(autosave.leftovers)  # one that is being read may fail again
        if autosave.is_recovering:
            return
        waiting = [item for item in autosave.leftovers if item not in self._offered]
        boxes = self._window.findChildren(QMessageBox, "recovery_box")
        if waiting and not any(box.isVisible() for box in boxes):
            self._show_leftover(waiting[0])

    def _show_leftover(self, leftover: Leftover) -> None:
        when = self.tr("an unknown time")
        if leftover.saved_at_s:
            when = datetime.fromtimestamp(leftover.saved_at_s).strftime("%Y-%m-%d %H:%M")
        box = self._box("recovery_box", self.tr("The program did not end properly last time"))
        about = self.tr("“{}” was not saved; it was kept at {}.")
        if leftover.problem:
            about = self.tr(
                "“{}” was not saved. It was kept at {} and still is, but cannot be read now:\n\n{}"
            )
        title = leftover.title or leftover.folder.name
        box.setInformativeText(about.format(title, when, leftover.problem))
        word = self.tr("Try again") if leftover.problem else self.tr("Recover")
        recover = box.addButton(word, QMessageBox.ButtonRole.AcceptRole)
        recover.setObjectName("recover_button")
        discard = box.addButton(self.tr("Throw away"), QMessageBox.ButtonRole.DestructiveRole)
        discard.setObjectName("discard_button")
        box.addButton(self.tr("Ask again later"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(recover)
        autosave = self._state.autosave
        if autosave is not None:
            recover.clicked.connect(lambda: self._state.recover(leftover))
            discard.clicked.connect(lambda: autosave.discard(leftover))
        self._offered.add(leftover)
        box.finished.connect(self._offer_leftover)
        box.open()

    def _box(self, name: str, text: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setObjectName(name)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("MoE3D Viewer"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title, self._state.settings.last_folder)
        dialog.setObjectName("file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot(str)
    def _on_open_chosen(self, text: str) -> None:
        self._state.settings.set_last_folder(Path(text).parent)
        self._state.open_paths([Path(text)])

    @Slot(str)
    def _on_save_chosen(self, text: str) -> None:
        self._state.settings.set_last_folder(Path(text).parent)
        self._state.scene_file.save(Path(text))

    @Slot(str)
    def _on_folder_chosen(self, text: str) -> None:
        self._state.find_photos(Path(text))
