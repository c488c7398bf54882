"""One textured mesh a photo, cut at depth edges: GLB in one file, or OBJ with its textures."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from moe3d.errors import EmptyExportError, ImageReadError
from moe3d.io.export_content import Content
from moe3d.io.export_job import Exporter, ExportJob, refuse_empty
from moe3d.io.exporters.glb import add_cameras, reread_glb
from moe3d.io.glb import GlbBuilder
from moe3d.io.image_files import split_source
from moe3d.io.images import read_resized
from moe3d.io.safe_names import safe_names
from moe3d.scene.filters import select_pixels
from moe3d.scene.mesh import GridOptions, grid_mesh
from moe3d.scene.records import Mesh, View

TEXTURE_SIDE = 2048
TEXTURE_QUALITY = 92
VERTEX_LIMIT = 3_000_000
"""Above this the grid is taken more coarsely."""


@dataclass(frozen=True)
class _Part:
    name: str
    mesh: Mesh
    texture: bytes
    """JPEG."""


def _parts(job: ExportJob, content: Content) -> Iterator[_Part]:
    selection = select_pixels(job.prediction, job.options.cloud)
    refuse_empty(selection)
    kept = int(np.count_nonzero(selection.keep))
    step = job.options.mesh.grid_step or max(1, int(np.ceil(np.sqrt(kept / VERTEX_LIMIT))))
    mesh_settings = job.options.mesh
    options = GridOptions(edge_rtol=mesh_settings.edge_rtol, step=step)
    if mesh_settings.min_part_faces is not None:
        options = replace(options, min_part_faces=mesh_settings.min_part_faces)
    turn = job.export_from_world[:3, :3].astype(np.float32)
    content.details |= {"grid_step": step, "removed_by": dict(selection.removed_by)}
    content.num_files = 1
    num_faces = 0
    for view, name in enumerate(job.prediction.names):
        job.progress.report("mesh photos", view, job.prediction.num_views)
        mesh = grid_mesh(job.prediction, selection, view, options)
        if len(mesh.faces) == 0:
            continue
        num_faces += len(mesh.faces)
        mesh = replace(mesh, vertices=mesh.vertices @ turn.T)
        content.add(mesh.vertices, None)
        uvs, texture = _texture(job, view, mesh)
        yield _Part(name, replace(mesh, vertex_uvs=uvs), texture)
    content.details["faces"] = num_faces
    if num_faces == 0:
        raise EmptyExportError(
            "nothing to export: the depth edge limit cut every triangle; raise it"
        )


def _texture(job: ExportJob, view: int, mesh: Mesh) -> tuple[Float32[np.ndarray, "V 2"], bytes]:
    """The photo as it was where it is still there, else the network's image; and where in it."""
    transform = job.prediction.pixel_transforms[view]
    uvs = np.zeros((0, 2), np.float32) if mesh.vertex_uvs is None else mesh.vertex_uvs
    pixels = job.prediction.images[view]
    sources = job.prediction.metadata.sources
    if len(sources) == job.prediction.num_views and sources[view]:
        width, height = transform.original_width, transform.original_height
        shrink = min(1.0, TEXTURE_SIDE / max(width, height))
        path, frame_s = split_source(sources[view])
        photo = View(job.prediction.names[view], width, height, path, frame_s=frame_s)
        try:
            image = read_resized(photo, round(width * shrink), round(height * shrink))
        except ImageReadError:
            return uvs, _jpeg(pixels)
        at = uvs * [transform.width, transform.height] - 0.5
        at = (transform.original_from_network(at) + 0.5) / [width, height]
        return at.astype(np.float32), _jpeg(np.asarray(image.convert("RGB")))
    return uvs, _jpeg(pixels)


def _jpeg(pixels: UInt8[np.ndarray, "H W 3"]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=TEXTURE_QUALITY)
    return stream.getvalue()


def _write_glb(job: ExportJob, path: Path) -> Content:
    content = Content()
    builder = GlbBuilder(job.notes())
    for part in _parts(job, content):
        builder.add_mesh(part.mesh, part.name, part.texture)
    add_cameras(job, builder)
    with path.open("wb") as stream:
        builder.write(stream)
    return content


def _write_obj(job: ExportJob, path: Path) -> Content:
    content = Content()
    names = dict(
        zip(job.prediction.names, safe_names(job.prediction.names, extension=""), strict=True)
    )
    first, num_textures = 1, 0
    with (
        (path / "mesh.obj").open("w", encoding="ascii", newline="\n") as obj,
        (path / "mesh.mtl").open("w", encoding="ascii", newline="\n") as mtl,
    ):
        for note in job.notes():
            obj.write(f"# {note.encode('ascii', 'replace').decode('ascii')}\n")
        obj.write("mtllib mesh.mtl\n")
        for part in _parts(job, content):
            name = names[part.name]
            (path / f"{name}.jpg").write_bytes(part.texture)
            mtl.write(f"newmtl {name}\nKa 1 1 1\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd {name}.jpg\n")
            obj.write(f"o {name}\nusemtl {name}\n{_obj_lines(part.mesh, first)}")
            first += len(part.mesh.vertices)
            num_textures += 1
    content.num_files = num_textures + 2
    return content


def _obj_lines(mesh: Mesh, first: int) -> str:
    """Vertices with colours, texture coordinates (origin at the bottom left), faces."""
    uvs = np.zeros((0, 2)) if mesh.vertex_uvs is None else mesh.vertex_uvs
    colors = np.zeros((0, 3)) if mesh.vertex_colors is None else mesh.vertex_colors / 255
    rows = zip(mesh.vertices.tolist(), colors.tolist(), strict=True)
    lines = [f"v {x:.9g} {y:.9g} {z:.9g} {r:.4g} {g:.4g} {b:.4g}" for (x, y, z), (r, g, b) in rows]
    lines += [f"vt {u:.7g} {1 - v:.7g}" for u, v in uvs.tolist()]
    lines += [f"f {a}/{a} {b}/{b} {c}/{c}" for a, b, c in (mesh.faces + first).tolist()]
    return "\n".join(lines) + "\n"


def _reread_obj(path: Path) -> Content:
    content = Content(num_files=sum(file.is_file() for file in path.iterdir()))
    vertices: list[list[float]] = []
    with (path / "mesh.obj").open(encoding="ascii") as stream:
        vertices = [
            [float(word) for word in line.split()[1:4]] for line in stream if line[:2] == "v "
        ]
    content.add(np.array(vertices, np.float32).reshape(-1, 3), None)
    return content


GLB_MESH = Exporter(
    "Textured mesh for Blender and web viewers (GLB)",
    "_mesh.glb",
    _write_glb,
    reread_glb,
    up="y",
    bytes_per_point=44,
    point_s=2e-6,
)
OBJ = Exporter(
    "Textured mesh for older programs (OBJ)",
    "_obj",
    _write_obj,
    _reread_obj,
    is_folder=True,
    up="y",
    bytes_per_point=110,
    point_s=2e-5,
)
