"""The one question before something unsaved goes: save, discard, cancel."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.scene.leaving import Answer, Question, Step

Button = QMessageBox.StandardButton
ANSWERS = {Button.Save.value: Answer.SAVE, Button.Discard.value: Answer.DISCARD}


class LeavingBox(QObject):
    """Asks over one window, and never waits; a question that has changed is put anew."""

    def __init__(self, state: AppState, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._window = state, window
        self._box: QMessageBox | None = None
        state.leaving.asked.connect(self._show)

    @Slot(object)
    def _show(self, question: Question | None) -> None:
        self._withdraw()
        if question is None:
            return
        box = self._box = QMessageBox(self._window)
        box.setObjectName("unsaved_box")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("MoE3D Viewer"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self._heading(question))
        box.setInformativeText(" ".join(self._sentences(question)))
        self._add_buttons(box, question)
        if question.can_be_last:
            self._add_check(box)
        box.finished.connect(self._on_answered)
        box.open()

    def _withdraw(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.finished.disconnect(self._on_answered)
            box.close()

    def _heading(self, question: Question) -> str:
        if not question.can_save:
            return self.tr("A run is under way")
        texts = {
            Step.OPEN: self.tr("Save “{0}” before “{1}” is opened?"),
            Step.BACK: self.tr("Save “{0}” before the earlier result comes back?"),
            Step.RUN: self.tr("Save the result of “{0}” before it is replaced?"),
            Step.CLOSE: self.tr("Save “{0}” before closing?"),
        }
        return texts[question.step].format(question.title, question.target)

    def _sentences(self, question: Question) -> list[str]:
        found = []
        if question.is_result_unsaved:
            found.append(self.tr("Its result is in no file yet."))
        elif question.is_changed:
            found.append(self.tr("What you changed since it was saved is in no file yet."))
        if question.is_running and question.step is Step.CLOSE:
            found.append(self.tr("The run that is under way ends, and what it has done is lost."))
        elif question.is_running:
            found.append(
                self.tr("The run ends when “{}” opens, and what it has done is lost.").format(
                    question.target
                )
            )
        if question.can_save and question.is_kept:
            found.append(
                self.tr("Without saving it stays for a while under File > Earlier results.")
            )
        return found

    def _add_buttons(self, box: QMessageBox, question: Question) -> None:
        go = {
            Step.OPEN: self.tr("Stop the run and open"),
            Step.BACK: self.tr("Stop the run and go back"),
            Step.CLOSE: self.tr("Stop the run and close"),
        }
        discard = self.tr("Discard")
        if question.step is Step.RUN:
            discard = self.tr("Run without saving")
        if not question.can_save:
            discard = go.get(question.step, discard)
        if question.can_save:
            self._add(box, Button.Save, self.tr("Save"), "unsaved_save")
        self._add(box, Button.Discard, discard, "unsaved_discard")
        self._add(box, Button.Cancel, self.tr("Cancel"), "unsaved_cancel")
        box.setEscapeButton(Button.Cancel)
        box.setDefaultButton(Button.Save if question.can_save else Button.Cancel)

    def _add(
        self, box: QMessageBox, kind: QMessageBox.StandardButton, text: str, name: str
    ) -> None:
        tips = {
            Button.Save: self.tr(
                "Save the session, then go on; a name is asked for if it has none"
            ),
            Button.Discard: self.tr("Go on without saving"),
            Button.Cancel: self.tr("Leave everything as it is (Esc)"),
        }
        made = box.addButton(kind)
        made.setText(text)
        made.setObjectName(name)
        made.setToolTip(tips[kind])

    def _add_check(self, box: QMessageBox) -> None:
        check = QCheckBox(self.tr("Do not ask again: earlier results are kept"), box)
        check.setObjectName("do_not_ask_again")
        check.setToolTip(
            self.tr("Ask no more before a run; File > Earlier results has this switch, too")
        )
        box.setCheckBox(check)

    @Slot(int)
    def _on_answered(self, answer: int) -> None:
        box, self._box = self._box, None
        given = ANSWERS.get(answer, Answer.CANCEL)
        check = box.checkBox() if box is not None else None
        if check is not None and check.isChecked() and given is not Answer.CANCEL:
            self._state.leaving.set_asks_before_run(False)
        self._state.leaving.answer(given)
