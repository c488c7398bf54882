"""What the 3D view and the maps show."""

from collections.abc import Sequence

from PySide6.QtCore import SignalInstance

from moe3d_viewer.widgets.actions.command import Command, CommandGroup


class ViewActions(CommandGroup):
    """Colours, cameras, framing, photos."""

    def commands(self) -> Sequence[Command]:
        """See CommandGroup."""
        return (*self._scene_commands(), *self._filter_commands(), *self._photo_commands())

    def _scene_commands(self) -> Sequence[Command]:
        state = self.host.state
        return (
            Command(
                "cameras",
                self.tr("&Cameras"),
                "view/scene",
                state.view.show_cameras,
                ["V"],
                self.tr("Show where the photos were taken"),
                "camera",
                is_enabled=self._has_result,
                is_checked=lambda: state.view.cameras_shown,
                in_views=True,
            ),
            Command(
                "refined",
                self.tr("&Refined by all photos"),
                "view/scene",
                state.display.show_refined,
                ["R"],
                self.tr("Show the depth that all photos together mended, or the network's own"),
                is_enabled=lambda: state.display.choice.can_refine,
                is_checked=lambda: state.display.choice.is_refined,
                in_views=True,
            ),
            Command(
                "color_mode",
                self.tr("Next &colour"),
                "view/scene",
                state.display.next_color_mode,
                ["C"],
                self.tr("Colour the points in the next way"),
                is_enabled=self._has_result,
                in_views=True,
            ),
            Command(
                "legend",
                self.tr("Show &legend in 3D"),
                "view/scene",
                state.scene.look.show_legend,
                ["Shift+C"],
                self.tr("Say in the 3D view what its colours mean"),
                is_enabled=self._has_result,
                is_checked=lambda: state.scene.look.legend_shown,
                in_views=True,
            ),
            Command(
                "frame",
                self.tr("&Frame all"),
                "view/scene",
                self.host.shell.frame_all,
                ["Home"],
                self.tr("Move the camera so that all points are seen"),
                "frame",
                is_enabled=self._has_result,
                in_views=True,
            ),
        )

    def _filter_commands(self) -> Sequence[Command]:
        return (
            Command(
                "why_hidden",
                self.tr("Why is this pixel &hidden?"),
                "view/filters",
                self.host.state.hidden_pixel.ask,
                ["H"],
                self.tr("Name every filter that takes the pixel under the mouse"),
                is_enabled=self._has_result,
                in_views=True,
            ),
        )

    def _photo_commands(self) -> Sequence[Command]:
        state = self.host.state
        return (
            Command(
                "previous_photo",
                self.tr("&Previous photo"),
                "view/photo",
                lambda: state.step_view(-1),
                ["Left"],
                is_enabled=self._has_photos,
                in_views=True,
            ),
            Command(
                "next_photo",
                self.tr("&Next photo"),
                "view/photo",
                lambda: state.step_view(1),
                ["Right"],
                is_enabled=self._has_photos,
                in_views=True,
            ),
        )

    def changes(self) -> Sequence[SignalInstance]:
        """See CommandGroup."""
        state = self.host.state
        shown = state.display.layers_shown_changed
        return (
            state.display.result_changed,
            shown,
            state.session.views_changed,
            state.view.points_changed,
            state.scene.look.look_changed,
        )

    def _has_result(self) -> bool:
        return self.host.state.display.prediction is not None

    def _has_photos(self) -> bool:
        return len(self.host.state.shown_names) > 1
