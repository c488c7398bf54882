"""Cameras and look of the 3D view, and its tools."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import SignalInstance

from moe3d_viewer.state.viewport.tools import Tool
from moe3d_viewer.widgets.actions.command import Command, CommandGroup

AXIS_KEYS = {
    "front": "Num+1",
    "back": "Ctrl+Num+1",
    "right": "Num+3",
    "left": "Ctrl+Num+3",
    "top": "Num+7",
    "bottom": "Ctrl+Num+7",
}


class SceneActions(CommandGroup):
    """Everything here waits for a result."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        scene = self.host.state.scene
        return (
            *self._drag_commands(),
            *self._axis_commands(),
            *self._camera_commands(),
            *self._look_commands(),
            *self._tool_commands(),
            Command(
                "leave",
                self.tr("&End the tool, or stop the run"),
                "tools/leave",
                self._leave,
                ["Esc"],
                self.tr(
                    "Put the tool away, else leave the large map or the photo, else stop the run"
                ),
                is_enabled=self._can_leave,
            ),
            self._command(
                "picture",
                self.tr("Save picture of the 3D &view…"),
                "export/pictures",
                self.host.dialogs.picture,
                ["Ctrl+F12"],
            ),
            self._command(
                "turntable",
                self.tr("Save turn&table video…"),
                "export/pictures",
                self.host.dialogs.turntable,
                ["Ctrl+Shift+F12"],
                help=self.tr("A video that goes once round the pivot"),
                is_enabled=lambda: self._has_result() and scene.turntable.can_start,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        scene = self.host.state.scene
        return (
            self.host.state.display.presence_changed,
            scene.look.look_changed,
            scene.section.box_changed,
            scene.tools.tool_changed,
            scene.upright.frame_changed,
            scene.measurement.distances_changed,
            scene.camera.looked_through_changed,
            scene.turntable.running_changed,
            self.host.state.profile.armed_changed,
            self.host.state.map_view.large_changed,
            self.host.state.reconstruction.phase_changed,
        )

    def _drag_commands(self) -> Sequence[Command]:
        look = self.host.state.scene.look
        texts = {
            "orbit": self.tr("&Orbit, up stays up"),
            "trackball": self.tr("Free &trackball"),
            "fly": self.tr("F&ly and look around"),
        }
        return tuple(
            self._command(
                f"drag_{name}",
                text,
                "view.camera/drag",
                lambda name=name: look.set_navigation(name),
                is_checked=lambda name=name: look.navigation == name,
                choice="navigation",
            )
            for name, text in texts.items()
        )

    def _axis_commands(self) -> Sequence[Command]:
        camera = self.host.state.scene.camera
        texts = {
            "front": self.tr("&Front"),
            "back": self.tr("&Back"),
            "right": self.tr("&Right"),
            "left": self.tr("&Left"),
            "top": self.tr("&Top"),
            "bottom": self.tr("Botto&m"),
        }
        return tuple(
            self._command(
                f"axis_{name}",
                text,
                "view.camera/axis",
                lambda name=name: camera.axis_wanted.emit(name),
                [AXIS_KEYS[name]],
                in_views=True,
            )
            for name, text in texts.items()
        )

    def _camera_commands(self) -> Sequence[Command]:
        state = self.host.state
        scene = state.scene
        return (
            self._command(
                "orthographic",
                self.tr("&Parallel projection"),
                "view.camera/axis",
                lambda: scene.look.set_orthographic(not scene.look.orthographic),
                ["Num+5"],
                is_checked=lambda: scene.look.orthographic,
                in_views=True,
            ),
            self._command(
                "pivot",
                self.tr("Turn about the &middle"),
                "view.camera/go",
                scene.camera.pivot_wanted.emit,
                ["F"],
                in_views=True,
            ),
            self._command(
                "look_through",
                self.tr("Look through the p&hoto"),
                "view.camera/go",
                self._toggle_look_through,
                ["Return", "Enter"],
                is_checked=lambda: scene.camera.looked_through is not None,
                in_views=True,
            ),
            self._command(
                "cameras_upright",
                self.tr("&Up as in the photos"),
                "view.camera/up",
                lambda: scene.upright.set_up(None),
            ),
        )

    def _look_commands(self) -> Sequence[Command]:
        look = self.host.state.scene.look
        return (
            self._command(
                "grid",
                self.tr("&Grid"),
                "view/scene",
                lambda: look.show_grid(not look.grid_shown),
                is_checked=lambda: look.grid_shown,
            ),
            self._command(
                "axes",
                self.tr("A&xes"),
                "view/scene",
                lambda: look.show_gizmo(not look.gizmo_shown),
                is_checked=lambda: look.gizmo_shown,
            ),
        )

    def _tool_commands(self) -> Sequence[Command]:
        scene = self.host.state.scene
        return (
            self._command(
                "measure",
                self.tr("&Measure distance"),
                "tools/measure",
                lambda: scene.tools.toggle(Tool.MEASURE),
                ["M"],
                is_checked=lambda: scene.tools.tool is Tool.MEASURE,
                in_views=True,
            ),
            self._command(
                "clear_distances",
                self.tr("&Forget distances"),
                "tools/measure",
                scene.measurement.clear,
                is_enabled=lambda: bool(scene.measurement.distances),
            ),
            self._command(
                "level",
                self.tr("&Level by three points"),
                "tools/level",
                lambda: scene.tools.toggle(Tool.LEVEL),
                is_checked=lambda: scene.tools.tool is Tool.LEVEL,
            ),
            self._command(
                "section",
                self.tr("&Section box"),
                "tools/section",
                lambda: scene.section.set_on(not scene.section.is_on),
                ["B"],
                is_checked=lambda: scene.section.is_on,
                in_views=True,
            ),
        )

    def _command(
        self,
        name: str,
        text: str,
        menu: str,
        call: Callable[..., object],
        keys: Sequence[str] = (),
        **more,
    ) -> Command:
        more.setdefault("is_enabled", self._has_result)

        def run(_is_on: bool = False) -> None:
            call()

        return Command(name, text, menu, run, keys, **more)

    def _toggle_look_through(self) -> None:
        state = self.host.state
        is_in = state.scene.camera.looked_through is not None
        state.scene.camera.look_through(None if is_in else state.view.selected_view)

    def _can_leave(self) -> bool:
        state = self.host.state
        return (
            state.scene.tools.tool is not Tool.LOOK
            or state.profile.is_armed
            or state.map_view.is_large
            or state.scene.camera.looked_through is not None
            or state.reconstruction.can_cancel
        )

    def _leave(self) -> None:
        """The innermost thing that is under way ends, wherever the focus is."""
        state = self.host.state
        if state.scene.tools.tool is not Tool.LOOK:
            state.scene.tools.take(Tool.LOOK)
        elif state.profile.is_armed:
            state.profile.arm(False)
        elif state.map_view.is_large:
            state.map_view.leave()
        elif state.scene.camera.looked_through is not None:
            state.scene.camera.leave()
        else:
            state.reconstruction.cancel()

    def _has_result(self) -> bool:
        return self.host.state.display.prediction is not None
