"""How the 3D view is looked at: movement, projection, light, background, and what is around."""

from PySide6.QtCore import Signal

from moe3d_viewer.state.chosen_values import flag, number, one_of
from moe3d_viewer.state.remembered import Chosen, Remembered

NAVIGATIONS = ("orbit", "trackball", "fly")
LIGHTINGS = ("auto", "on", "off")
BACKGROUNDS = ("theme", "black", "grey", "white")
SMALLEST_FRUSTUM, LARGEST_FRUSTUM = 0.1, 10.0
FRUSTUM_STEP = 1.15
SMALLEST_SHARE, LARGEST_SHARE = 0.0003, 0.02


class SceneLookState(Remembered):
    """Live options of the 3D view that no other panel needs."""

    look_changed = Signal()

    navigation = Chosen("orbit", one_of(NAVIGATIONS))
    """Left drag: orbit about a fixed up, turn freely, or look around while flying."""
    orthographic = Chosen(False, flag)
    """Parallel projection."""
    lighting = Chosen("auto", one_of(LIGHTINGS))
    """Eye-dome lighting; "auto": in the colours that hide the photo's own shading."""
    background = Chosen("theme", one_of(BACKGROUNDS))
    grid_shown = Chosen(False, flag, "show_grid")
    """Whether a floor grid is drawn."""
    gizmo_shown = Chosen(True, flag, "show_gizmo")
    """Whether the world's axes are drawn in the corner."""
    legend_shown = Chosen(True, flag, "show_legend")
    """Whether the views say what their colours mean."""
    size_in_world = Chosen(False, flag)
    """Whether points have a size in the scene instead of on the screen."""
    world_share = Chosen(0.002, number(SMALLEST_SHARE, LARGEST_SHARE))
    """Diameter of a point of a size in the scene, as a share of the scene's diagonal."""
    frustum_scale = Chosen(1.0, number(SMALLEST_FRUSTUM, LARGEST_FRUSTUM))
    """Size of the camera frusta; 1 is 3 % of the scene's diagonal."""
    photo_opacity = Chosen(0.5, number(0.0, 1.0))
    """Of the photo while looking through its camera."""

    def set_navigation(self, navigation: str) -> None:
        """Choose what a left drag does."""
        self._set("navigation", navigation)

    def set_orthographic(self, orthographic: bool) -> None:
        """Choose the projection."""
        self._set("orthographic", orthographic)

    def set_lighting(self, lighting: str) -> None:
        """Choose when points are shaded by depth."""
        self._set("lighting", lighting)

    def set_background(self, background: str) -> None:
        """Choose what is behind the points."""
        self._set("background", background)

    def show_grid(self, shown: bool) -> None:
        """Draw the floor grid, or not."""
        self._set("grid_shown", shown)

    def show_gizmo(self, shown: bool) -> None:
        """Draw the axes in the corner, or not."""
        self._set("gizmo_shown", shown)

    def show_legend(self, shown: bool) -> None:
        """Say what the colours mean, or not."""
        self._set("legend_shown", shown)

    def set_size_in_world(self, in_world: bool) -> None:
        """Measure points in the scene or on the screen."""
        self._set("size_in_world", in_world)

    def set_world_share(self, share: float) -> None:
        """Choose the size of points in the scene."""
        self._set("world_share", min(max(float(share), SMALLEST_SHARE), LARGEST_SHARE))

    def set_frustum_scale(self, scale: float) -> None:
        """Choose the size of the camera frusta."""
        self._set("frustum_scale", min(max(float(scale), SMALLEST_FRUSTUM), LARGEST_FRUSTUM))

    def step_frustum_scale(self, step: int) -> None:
        """Make the frusta one step larger or smaller."""
        self.set_frustum_scale(self.frustum_scale * FRUSTUM_STEP**step)

    def set_photo_opacity(self, opacity: float) -> None:
        """Choose how much of the view the photo covers."""
        self._set("photo_opacity", min(max(float(opacity), 0.0), 1.0))

    def _set(self, name: str, value: object) -> None:
        if self._keep(name, value):
            self.look_changed.emit()
