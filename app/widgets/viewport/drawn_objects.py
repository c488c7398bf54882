"""What a 3D view draws beside its points, and whether it draws these."""

from collections.abc import Sequence

from moe3d import OrientedBox
from moe3d_viewer.rendering.space.scene_frame import Bounds
from moe3d_viewer.widgets.viewport.drawing.cloud_renderer import CloudRenderer
from moe3d_viewer.widgets.viewport.drawing.gl_canvas import GlCanvas
from moe3d_viewer.widgets.viewport.drawing.mesh_layer import DrawnMesh
from moe3d_viewer.widgets.viewport.drawing.mesh_storage import MeshStorage
from moe3d_viewer.widgets.viewport.drawing.object_cloud import ObjectCloudItem
from moe3d_viewer.widgets.viewport.input.navigation import Navigation


class DrawnObjects:
    """Meshes and further clouds of one view; what it shows is on the GPU once, for all views."""

    def __init__(self, canvas: GlCanvas, renderer: CloudRenderer, navigation: Navigation) -> None:
        self._canvas, self._navigation = canvas, navigation
        self._points, self._meshes = renderer.points, renderer.meshes

    @property
    def meshes(self) -> tuple[DrawnMesh, ...]:
        """Meshes that are shown."""
        return self._meshes.meshes

    @property
    def clouds(self) -> tuple[ObjectCloudItem, ...]:
        """Further clouds that are shown."""
        return self._points.clouds

    @property
    def shows_points(self) -> bool:
        """Whether the view's own points are drawn."""
        return self._points.shows_result

    def show_meshes(self, meshes: Sequence[DrawnMesh]) -> None:
        """Draw these meshes, and no others."""
        self._meshes.show(meshes)
        self._navigation.take_bounds()
        self._canvas.update()

    def show_clouds(self, clouds: Sequence[ObjectCloudItem]) -> None:
        """Draw these clouds beside the view's own points, and no others."""
        self._points.show_clouds(clouds)
        self._canvas.update()

    def show_points(self, shown: bool) -> None:
        """Draw the view's own points, or only what is beside them."""
        if shown != self._points.shows_result:
            self._points.shows_result = shown
            self._canvas.update()

    def take_bounds(self, bounds: Bounds | None) -> None:
        """Where all further objects are; None without any."""
        self._navigation.take_further(bounds)
        self._canvas.update()

    def frame(self, bounds: Bounds) -> None:
        """Go where this box is seen whole."""
        self._navigation.frame(bounds)

    def cut(self, box: OrientedBox | None) -> None:
        """Leave out what lies outside the box; None: nothing."""
        self._meshes.cut(box)
        self._canvas.update()

    def free(self, storage: MeshStorage | ObjectCloudItem) -> None:
        """Give the memory of a mesh or cloud back that no view shows any more."""
        if self._canvas.isValid():
            with self._canvas.current():
                storage.release()
