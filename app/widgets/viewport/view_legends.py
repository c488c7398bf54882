"""The legends of the 3D views, as the state has them."""

from PySide6.QtCore import QObject

from moe3d_viewer.rendering.pictures.legend import Legend
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.viewport.cloud_view import CloudView
from moe3d_viewer.widgets.viewport.mode_legends import Colored, mode_legend
from moe3d_viewer.widgets.viewport.split_cloud_view import SplitCloudView


class ViewLegends(QObject):
    """Every view says what the colours of its points mean, and whatever else was added."""

    def __init__(self, state: AppState, split: SplitCloudView) -> None:
        super().__init__(split)
        self._state, self._split = state, split
        self._others: dict[str, Legend] = {}

    @property
    def unit(self) -> str:
        """Of lengths, as a legend has it."""
        units = self._state.export.units
        return {"metres": self.tr("m"), "relative": self.tr("relative units")}.get(units, units)

    def show_also(self, name: str, legend: Legend | None) -> None:
        """Add a legend of something else in the scene, or take it away.

        Args:
            name: of the one who shows it; a second one of the same name replaces the first.
            legend: stands below that of the points, in every view; None takes it away.
        """
        if legend is None:
            self._others.pop(name, None)
        else:
            self._others[name] = legend
        self.show()

    def show(self) -> None:
        """Bring every view's legend up to date with its points and their style."""
        is_shown = self._state.scene.look.legend_shown
        for view in self._split.views:
            legends = (*self._of_points(view), *self._others.values())
            self._split.set_legends(view, legends, shown=is_shown)

    def _of_points(self, view: CloudView) -> tuple[Legend, ...]:
        display, buffer = self._state.display, view.buffer
        prediction = display.prediction
        if prediction is None or buffer is None or not view.objects.shows_points:
            return ()
        points = Colored(
            view.style,
            prediction.names,
            prediction.num_experts,
            self.unit,
            buffer.has_extras,
            view.overlays.colors.plain,
        )
        return (mode_legend(display.color_mode, points),)
