"""Surfaces of the result: made, shown, exported."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import SignalInstance, Slot

from moe3d_viewer.widgets.actions.command import Command, CommandGroup
from moe3d_viewer.widgets.actions.host import Host
from moe3d_viewer.widgets.inspector.section_column import SectionColumn
from moe3d_viewer.widgets.objects.object_dialogs import ObjectDialogs


class MeshActions(CommandGroup):
    """Everything here waits for a result."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        host.state.meshes.export_wanted.connect(self._export)

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        meshes = self.host.state.meshes
        texts = {
            "grid": (
                self.tr("Make mesh of each &photo"),
                self.tr("A textured surface of every photo, cut at depth edges, in the 3D view"),
            ),
            "tsdf": (
                self.tr("Make &fused mesh"),
                self.tr("One surface of all photos (TSDF), in the 3D view"),
            ),
            "poisson": (
                self.tr("Make &smooth mesh"),
                self.tr("One smooth, closed surface (Poisson), in the 3D view"),
            ),
        }
        return (
            *(
                Command(
                    f"make_mesh_{kind}",
                    text,
                    "tools/mesh",
                    self._maker(kind),
                    help=sentence,
                    is_enabled=lambda: meshes.can_make,
                )
                for kind, (text, sentence) in texts.items()
            ),
            Command(
                "mesh_points",
                self.tr("Points &beside the mesh"),
                "tools/mesh",
                lambda: meshes.show_points(meshes.hides_points),
                help=self.tr("Show the points of the result again, or hide them"),
                is_enabled=self._has_result,
                is_checked=lambda: not meshes.hides_points,
            ),
            Command(
                "export_mesh",
                self.tr("Export t&his mesh…"),
                "export/files",
                self._export,
                help=self.tr("Write the surface that is shown to a file"),
                is_enabled=lambda: meshes.counts is not None,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        return (self.host.state.display.presence_changed, self.host.state.meshes.changed)

    def _maker(self, kind: str) -> Callable[..., None]:
        def make(_is_on: bool = False) -> None:  # what a QAction tells
            self._make(kind)

        return make

    def _make(self, kind: str) -> None:
        self.host.docks.open("scene")
        panel = self.host.docks.content("scene")
        if isinstance(panel, SectionColumn):
            panel.open_section("mesh_section")  # there it is seen, and can be cancelled
        self.host.state.meshes.make_kind(kind)

    @Slot()
    def _export(self) -> None:
        export, meshes = self.host.state.export, self.host.state.meshes
        export.choices.set_formats((meshes.export_format,))
        export.choices.set_as_seen(True)
        self.host.dialogs.export()

    def _has_result(self) -> bool:
        return self.host.state.display.prediction is not None


class ObjectActions(CommandGroup):
    """Add, align."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._dialogs = ObjectDialogs(host.state, host.window)

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        state = self.host.state
        objects = state.objects
        return (
            Command(
                "add_object",
                self.tr("Add &cloud or mesh…"),
                "file/open",
                self._dialogs.add,
                ["Ctrl+Shift+A"],
                self.tr("Show PLY, GLB, OBJ, LAS, E57, NPZ and other files beside the result"),
            ),
            Command(
                "align_object",
                self.tr("&Align the marked object"),
                "view/scene",
                lambda: state.alignment.begin(objects.selected),
                help=self.tr("Click three points on the object and the same on the result"),
                is_enabled=lambda: state.alignment.can_align(objects.selected),
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        return (
            state.objects.selection_changed,
            state.objects.object_changed,
            state.objects.object_removed,
            state.display.presence_changed,
        )
