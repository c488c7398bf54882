"""What this program is, and whose work it rests on."""

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.widgets.parts import label


def program_version() -> str:
    """Version of the installed package; "development" when it runs from its source."""
    try:
        return version("moe3d-viewer")
    except PackageNotFoundError:
        return "development"


class AboutDialog(QDialog):
    """Name, version, sources."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle(self.tr("About MoE3D Viewer"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(460)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(26, 24, 26, 18)
        rows.setSpacing(10)
        rows.addWidget(label(self.tr("MoE3D Viewer"), "title"))
        rows.addWidget(label(self.tr("Version {}").format(program_version()), "muted"))
        for text in (
            self.tr(
                "Turns photos into cameras, depth and a coloured point cloud with MoE-enhanced "
                "VGGT, and shows which expert decides at every pixel."
            ),
            self.tr(
                "After the papers VGGT (Wang et al., CVPR 2025) and MoE3D (arXiv 2601.05208); both "
                "networks are written from their description. Program: Apache-2.0. Weights carry "
                "their own licences, shown before a download and beside each result."
            ),
            self.tr("Photos and results stay on this machine."),
        ):
            rows.addWidget(label(text, wrap=True))
        rows.addStretch(1)
        rows.addWidget(buttons)
