"""How surfaces are made, for the 3D view and for files alike."""

import json

from moe3d import MESH_KINDS, MeshSettings
from moe3d_viewer.state.chosen_values import number, one_of, whole
from moe3d_viewer.state.remembered import Chosen, Remembered

DETAILS = ("coarse", "normal", "fine", "own")
LARGEST_STEP, LEAST_DEPTH, LARGEST_DEPTH = 16, 4, 12
_STEPS = {"coarse": 2, "normal": None, "fine": 1}
_VOXELS = {"coarse": 256, "normal": 384, "fine": 640}
_DEPTHS = {"coarse": 7, "normal": 8, "fine": 9}


class MeshChoices(Remembered):
    """Holds the choices; `changed` tells of each."""

    kind = Chosen("grid", one_of(MESH_KINDS), in_history=False)
    """What the 3D view is asked to make: a mesh a photo, fused, or smooth."""
    detail = Chosen("normal", one_of(DETAILS), in_history=False)
    """How fine; "own" takes the three values below."""
    grid_step = Chosen(1, whole(1, LARGEST_STEP), in_history=False)
    """Every so many pixels one vertex, of photos' meshes."""
    voxel_size = Chosen(0.0, number(0, 1e6), in_history=False)
    """Of fused surfaces, units of the screen; 0: as in "normal"."""
    depth = Chosen(8, whole(LEAST_DEPTH, LARGEST_DEPTH), in_history=False)
    """Of the octree of smooth surfaces; one more is twice as fine."""
    edge_rtol = Chosen(0.03, number(0.001, 2), in_history=False)
    """Largest relative depth jump inside a surface."""
    min_part = Chosen(-1, whole(-1), in_history=False)
    """Smallest piece that stays, triangles; -1: the kind's own."""

    @property
    def settings(self) -> MeshSettings:
        """All of it, as surfaces take it."""
        detail, is_own = self.detail, self.detail == "own"
        return MeshSettings(
            edge_rtol=self.edge_rtol,
            grid_step=self.grid_step if is_own else _STEPS[detail],
            voxel_size=(self.voxel_size or None) if is_own else None,
            tsdf_voxels=_VOXELS["normal" if is_own else detail],
            poisson_depth=self.depth if is_own else _DEPTHS[detail],
            min_part_faces=None if self.min_part < 0 else self.min_part,
        )

    def set_kind(self, kind: str) -> None:
        """Choose what is made."""
        self._keep("kind", one_of(MESH_KINDS)(kind))

    def set_detail(self, detail: str) -> None:
        """Choose how fine surfaces are."""
        self._keep("detail", one_of(DETAILS)(detail))

    def set_grid_step(self, step: int) -> None:
        """One vertex every so many pixels."""
        self._keep("grid_step", min(max(int(step), 1), LARGEST_STEP))

    def set_voxel_size(self, size: float) -> None:
        """Edge of a voxel; 0 is as in "normal"."""
        self._keep("voxel_size", min(max(float(size), 0.0), 1e6))

    def set_depth(self, depth: int) -> None:
        """Of the octree."""
        self._keep("depth", min(max(int(depth), LEAST_DEPTH), LARGEST_DEPTH))

    def set_edge_rtol(self, rtol: float) -> None:
        """Choose what counts as a depth edge."""
        self._keep("edge_rtol", min(max(float(rtol), 0.001), 2.0))

    def set_min_part(self, faces: int) -> None:
        """Leave out smaller pieces; -1 is the kind's own."""
        self._keep("min_part", max(int(faces), -1))


def made_words(kind: str, layer: str, settings: MeshSettings) -> str:
    """What a session keeps of a surface, to make it again with the filters it keeps, too."""
    return json.dumps({"kind": kind, "layer": layer, "settings": vars(settings)})


def read_made_words(words: str) -> tuple[str, str, MeshSettings]:
    """Kind, layer and settings of a surface.

    Raises:
        ValueError, TypeError: these are no such words.
    """
    found = json.loads(words)
    kind, layer = found["kind"], found["layer"]
    if kind not in MESH_KINDS or not isinstance(layer, str):
        raise ValueError(f"wanted a surface, got {words!r}")
    return kind, layer, MeshSettings(**found["settings"])
