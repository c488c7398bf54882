"""Which panels stand open for which work; chosen in View > Layout and kept."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True)
class WindowLayout:
    """Panels for one kind of work; the 3D views stand in `state/work.py`."""

    name: str
    title: str
    help: str
    panels: tuple[str, ...]
    front: str
    """The panel that is on top where several share a place."""
    section: str = "confidence_section"
    """The group of the inspector that stands open when not all can."""


def window_layouts() -> tuple[WindowLayout, ...]:
    """All of them, in the order of the menu."""
    return (
        WindowLayout(
            "reconstruct",
            _tr("&Reconstruct"),
            _tr("Photos, a few controls and maps around one 3D view, in plain words"),
            ("photos", "inspector", "maps"),
            "inspector",
        ),
        WindowLayout(
            "experts",
            _tr("&Experts"),
            _tr("Every expert's map and one 3D view; P adds the profile"),
            ("inspector", "maps"),
            "inspector",
            "experts_section",
        ),
        WindowLayout(
            "compare",
            _tr("&Compare"),
            _tr("MoE3D beside VGGT, with the numbers"),
            ("compare", "inspector", "maps"),
            "compare",
        ),
        WindowLayout(
            "export",
            _tr("E&xport"),
            _tr("The points as they will be written, large"),
            ("inspector",),
            "inspector",
        ),
        WindowLayout(
            "everything",
            _tr("E&verything"),
            _tr("All panels, MoE3D beside VGGT"),
            ("photos", "inspector", "scene", "compare", "maps"),
            "inspector",
        ),
    )


def layout_of(name: str) -> WindowLayout:
    """The layout for a kind of work of `state/work.py`."""
    return next(layout for layout in window_layouts() if layout.name == name)


def _tr(text: str) -> str:
    return QCoreApplication.translate("WindowLayouts", text)
