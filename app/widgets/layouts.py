"""Which panels stand open for which work; chosen in View > Layout and kept."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.state.view_options import Layout


@dataclass(frozen=True)
class WindowLayout:
    """Panels and 3D views for one kind of work."""

    name: str
    title: str
    help: str
    panels: tuple[str, ...]
    front: str
    """The panel that is on top where several share a place."""
    views: Layout
    section: str = "confidence_section"
    """The group of the inspector that stands open when not all can."""


def window_layouts() -> tuple[WindowLayout, ...]:
    """All of them, in the order of the menu."""
    return (
        WindowLayout(
            "reconstruct",
            _tr("&Reconstruct"),
            _tr("Photos, filters and maps around the 3D view"),
            ("photos", "inspector", "maps"),
            "inspector",
            Layout.SPLIT,
        ),
        WindowLayout(
            "experts",
            _tr("&Experts"),
            _tr("Every expert's map and one 3D view; P adds the profile"),
            ("inspector", "maps"),
            "inspector",
            Layout.SINGLE,
            "experts_section",
        ),
        WindowLayout(
            "compare",
            _tr("&Compare"),
            _tr("MoE3D beside VGGT, with the numbers"),
            ("compare", "inspector", "maps"),
            "compare",
            Layout.SPLIT,
        ),
        WindowLayout(
            "export",
            _tr("E&xport"),
            _tr("The points as they will be written, large"),
            ("inspector",),
            "inspector",
            Layout.SINGLE,
        ),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("WindowLayouts", text)
