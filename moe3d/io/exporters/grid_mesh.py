"""One textured mesh a photo, cut at depth edges: GLB in one file, or OBJ with its textures."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.io.exporters.glb import add_cameras, reread_glb
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.files.safe_names import safe_names
from moe3d.io.formats.glb import GlbBuilder
from moe3d.io.photos.image_files import split_source
from moe3d.io.photos.images import read_resized
from moe3d.scene.meshes.making import begin_mesh
from moe3d.scene.records import Mesh, View

TEXTURE_SIDE = 2048
TEXTURE_QUALITY = 92


@dataclass(frozen=True)
class _Part:
    name: str
    mesh: Mesh
    texture: bytes
    """JPEG."""


def _parts(job: ExportJob, content: Content) -> Iterator[_Part]:
    making = begin_mesh(job.prediction, job.mesh_recipe("grid"), job.progress, job.made)
    turn = job.export_from_world[:3, :3].astype(np.float32)
    content.details |= {"grid_step": making.step, "removed_by": dict(making.removed_by)}
    content.num_files = 1
    num_faces = 0
    for part in making.parts:
        view = part.view or 0
        job.progress.report("write mesh", view, job.prediction.num_views)
        num_faces += len(part.mesh.faces)
        mesh = replace(part.mesh, vertices=part.mesh.vertices @ turn.T)
        content.add(mesh.vertices, None)
        uvs, texture = _texture(job, view, mesh)
        yield _Part(job.prediction.names[view], replace(mesh, vertex_uvs=uvs), texture)
    content.details["faces"] = num_faces


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
    FORMAT_FACTS["mesh-grid"],
    _write_glb,
    reread_glb,
    bytes_per_point=44,
    point_s=2e-6,
)
OBJ = Exporter(
    FORMAT_FACTS["obj"],
    _write_obj,
    _reread_obj,
    bytes_per_point=110,
    point_s=2e-5,
)
