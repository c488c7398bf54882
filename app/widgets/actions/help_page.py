"""F1: the first minute, what the panels say, and every command with its help."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from moe3d_viewer.widgets.actions.registry import Actions

WIDTH, HEIGHT = 680, 560


class HelpPage(QDialog):
    """Its list of commands is made from the registry, so it cannot be out of date."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("help_page")
        self.setWindowTitle(self.tr("Help"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(WIDTH, HEIGHT)
        text = QTextBrowser()
        text.setObjectName("help_text")
        text.setAccessibleName(self.tr("Help"))
        text.setToolTip(self.tr("Scroll with the arrow keys"))
        text.setMarkdown(self._introduction() + self._commands(actions))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.addWidget(text, 1)
        rows.addWidget(buttons)

    def _introduction(self) -> str:
        return self.tr(
            "# MoE3D Viewer\n\n"
            "1. **Drop** a folder of photos on the window, or open one.\n"
            "2. Take out what is blurred or double, drag cards into another order. The first photo "
            "is the reference camera; the star makes another one the reference.\n"
            "3. Press **Run**. Esc stops it; the last result stays.\n"
            "4. **Look**: drag turns the scene, the wheel zooms to the cursor, a double click sets "
            "the pivot. Hover a map: all maps and the status bar show the same pixel. C colours "
            "the points in another way; the line under the choice says what it means.\n"
            "5. **Filter**: what hides points is a chip above the 3D view. H says why a pixel is "
            "hidden. B cuts a box out of the scene: drag the middles of its faces.\n"
            "6. **Export**, or save everything as one session.\n\n"
            "## What the pictures mean\n\n"
            "*Fused* is the result: the sum of the experts' depths, weighted by the gate. The "
            "coloured overlay shows only which expert has the largest weight. *VGGT* is the same "
            "network without experts. *Refined* depth was mended by all photos together and is "
            "shown first; R leads to the network's own and back. *Support* is how many other "
            "photos confirm a pixel. Experts, overlay and what-ifs are always the network's own. "
            "Units are relative until you give a length.\n\n"
            "Options of the view act at once. Options under NEXT RUN need a new run; a line there "
            "says when the result is older than they are. A click on a heading folds its options; "
            "in a low window as many stand open as there is room for.\n\n"
        )

    def _commands(self, actions: Actions) -> str:
        lines = [self.tr("## Commands\n")]
        for entry in actions.entries:
            keys = ", ".join(key.toString() for key in entry.action.shortcuts())
            help_text = entry.command.help or entry.command.title
            end = f" — `{keys}`" if keys else ""
            lines.append(f"* **{entry.command.title}**: {help_text}{end}")
        return "\n".join(lines)
