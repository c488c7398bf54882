"""What an exporter gets: options, and the prediction's points as a stream."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from moe3d.geometry.axes import export_from_world
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.formats import FormatFacts
from moe3d.io.exports.sidecar import honesty_notes
from moe3d.progress import Progress
from moe3d.scene.cloud import iterate_clouds
from moe3d.scene.filters import CloudOptions, Selection, refuse_empty, select_pixels
from moe3d.scene.layer_points import usable_cameras
from moe3d.scene.layers import DepthLayer, named_layer
from moe3d.scene.meshes.recipe import MadeMesh, MeshRecipe, MeshSettings, mesh_recipe
from moe3d.scene.records import PointCloud, ScenePrediction
from moe3d.scene.upright import scene_frame


@dataclass(frozen=True)
class ExportOptions:
    """How a scene is exported."""

    cloud: CloudOptions = field(default_factory=CloudOptions)
    """Layer and filters. A point limit of None takes the format's own, if it has one."""
    name: str = "scene"
    """Begin of every file name."""
    up: str = "auto"
    """Up axis: "cv" (y down), "y", "z", or "auto" for what the format's programs expect."""
    usual_up: Mapping[str, str] = field(default_factory=dict)
    """What "auto" means for formats by name, where it is not their own axis: a PLY is y down, as
    the world is, but y up for MeshLab."""
    scale: float | int = 1.0
    """Exported units per scene unit."""
    level: bool = False
    """Turn the scene level in files that are y or z up: its own up direction becomes theirs."""
    level_up: tuple[float, float, float] | None = None
    """That direction, world frame; None takes the mean of the photos' up vectors."""
    mesh: MeshSettings = field(default_factory=MeshSettings)
    """Surfaces; the point filters count too."""


@dataclass(frozen=True)
class ExportJob:
    """One export of a prediction in one format."""

    prediction: ScenePrediction
    options: ExportOptions
    up: str
    """Up axis, decided."""
    progress: Progress
    point_limit: int | None = None
    """The format's own limit on points; the user's goes before it."""
    made: tuple[MadeMesh, ...] = ()
    """Surfaces that were made before; one that is wanted is written, not made again."""

    @property
    def export_from_world(self) -> Float[np.ndarray, "4 4"]:
        """Similarity from the world frame to the exported one."""
        matrix = export_from_world(self.up, self.options.scale)
        if self.is_levelled:
            matrix[:3, :3] = matrix[:3, :3] @ self._level_from_world()
        return matrix

    @property
    def is_levelled(self) -> bool:
        """Whether the scene's own up direction becomes the file's."""
        return self.options.level and self.up != "cv"

    def _level_from_world(self) -> Float[np.ndarray, "3 3"]:
        """The turn after which y is straight down and z the way the first photo looks."""
        chosen = self.options.level_up
        layer = named_layer(self.prediction, self.options.cloud.layer)
        cameras = layer.camera_from_world[usable_cameras(layer)].astype(np.float64)
        frame = scene_frame(cameras, None if chosen is None else np.array(chosen, float))
        return np.stack([frame.right, -frame.up, frame.front])

    def camera_from_export(self, layer: DepthLayer, view: int) -> Float[np.ndarray, "4 4"]:
        """A camera that sees the exported points as the photo saw the world; rigid."""
        scale = float(self.options.scale)
        camera_from_world = layer.camera_from_world[view].astype(np.float64)
        camera_from_export = np.eye(4)
        turn = self.export_from_world[:3, :3] / scale
        camera_from_export[:3, :3] = camera_from_world[:3, :3] @ turn.T
        camera_from_export[:3, 3] = camera_from_world[:3, 3] * scale
        return camera_from_export

    def mesh_recipe(self, kind: str) -> MeshRecipe:
        """What a surface of this kind is made of."""
        return mesh_recipe(kind, self.options.cloud, self.options.mesh)

    def cloud(self, normals: bool | None = None) -> "CloudStream":
        """The filtered points.

        Raises:
            EmptyExportError: no point is left.
        """
        options = self.options.cloud
        if options.max_points is None:
            options = replace(options, max_points=self.point_limit)
        if normals is not None:
            options = replace(options, normals=normals)
        selection = select_pixels(self.prediction, options)
        refuse_empty(selection)
        return CloudStream(self, selection, options)

    def notes(self) -> tuple[str, ...]:
        """Comment lines for file headers."""
        metadata = self.prediction.metadata
        return (
            f"MoE3D Viewer {metadata.program_version}".strip(),
            f"model {metadata.model}",
            f"layer {self.options.cloud.layer}",
            f"units {metadata.units}, times {self.options.scale:g}",
            f"axes {_AXES_WORDS[self.up]}{', levelled' * self.is_levelled}",
            *honesty_notes(self.prediction),
        )


@dataclass(frozen=True)
class CloudStream:
    """Filtered points in the exported frame, one view at a time."""

    job: ExportJob
    selection: Selection
    options: CloudOptions

    def __len__(self) -> int:
        return int(np.count_nonzero(self.selection.keep))

    @property
    def has_support(self) -> bool:
        """Whether it is known how many photos confirm each point."""
        return self.selection.layer.support is not None

    def __iter__(self) -> Iterator[PointCloud]:
        matrix = self.job.export_from_world.astype(np.float32)
        turn = matrix[:3, :3] / np.float32(self.job.options.scale)
        done = 0
        for part in iterate_clouds(self.job.prediction, self.selection, self.options.normals):
            self.job.progress.report("write points", done, len(self))
            done += len(part)
            points = part.points if (matrix == np.eye(4)).all() else part.points @ matrix[:3, :3].T
            normals = None if part.normals is None else part.normals @ turn.T
            yield replace(part, points=points, normals=normals)

    def counted(self, content: Content) -> Iterator[PointCloud]:
        """The same points, counted into `content` as they pass."""
        content.details |= {
            "valid_pixels": self.selection.num_valid,
            "removed_by": dict(self.selection.removed_by),
        }
        for part in self:
            content.add(part.points, part.colors)
            yield part


@dataclass(frozen=True)
class Exporter:
    """One format."""

    facts: FormatFacts
    write: Callable[[ExportJob, Path], Content]
    """Write to an empty path; a folder exists already."""
    reread: Callable[[Path], Content]
    """Read what was written, independently of `write`."""
    point_limit: int | None = None
    bytes_per_point: int = 0
    """For the estimate; 0 when the size does not depend on points."""
    bytes_per_normal: int = 0
    """For the estimate, when normals are asked for."""
    bytes_per_support: int = 0
    """For the estimate, when the layer has support."""
    bytes_per_pixel: Callable[[ScenePrediction], float] | None = None
    """For the estimate of formats that hold every pixel."""
    is_filtered: bool = True
    """False: every valid pixel is written, whatever the filters say."""
    has_photos: bool = False
    """Whether the photos are written too."""
    num_points: Callable[[ScenePrediction, int], int] | None = None
    """For the estimate of formats that write others than the cloud's points, whose number it gets;
    None: these."""
    point_s: float = 1e-7
    """Processor seconds a point, for the estimate."""

    @property
    def title(self) -> str:
        """What it is for, shown to the user."""
        return self.facts.title

    @property
    def suffix(self) -> str:
        """Added to the name."""
        return self.facts.suffix

    @property
    def is_folder(self) -> bool:
        """Whether several files are written."""
        return self.facts.is_folder

    @property
    def up(self) -> str:
        """The up axis that the format's programs expect."""
        return self.facts.up


_AXES_WORDS = {
    "cv": "x right, y down, z forward (OpenCV)",
    "y": "x right, y up, z back (OpenGL, glTF)",
    "z": "x right, y forward, z up (Blender)",
}
