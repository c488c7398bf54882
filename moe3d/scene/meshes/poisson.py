"""Screened Poisson surface around a cloud: Open3D, in a process of its own that can be stopped.

Open3D cannot be interrupted; a process can. What it says of its steps becomes progress.
"""

import subprocess
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from scipy.spatial import KDTree

from moe3d.errors import EmptyExportError, MoE3DError, UsageError
from moe3d.own_process import worker_command
from moe3d.progress import Progress
from moe3d.scene.meshes.mesh import canonical, without_small_parts
from moe3d.scene.records import Mesh, PointCloud

POISSON_DEPTH = 8
"""Octree depth: 256 cells along the longest side."""
MAX_GAP_CELLS = 2.0
"""Poisson closes every gap; what lies farther than this from any point, in octree cells, goes."""
ASK_S = 0.05
"""How often the wish to stop is looked for."""
_STEPS = 9
"""Steps that Open3D names, besides one for every level of the octree."""


def poisson_mesh(
    cloud: PointCloud,
    depth: int = POISSON_DEPTH,
    progress: Progress | None = None,
    min_part_faces: int | None = None,
) -> Mesh:
    """Wrap a smooth surface around a cloud with normals.

    Args:
        cloud: with normals.
        depth: of the octree; one more is twice as fine and four times as slow.
        progress: told at every step; asked twenty times a second.
        min_part_faces: smallest connected part that stays; None takes 0.2 % of all faces.

    Raises:
        UsageError: the cloud has no normals, or the depth is not 1 to 14.
        EmptyExportError: no surface was found.
        JobCancelledError: the process was stopped.
    """
    if cloud.normals is None:
        raise UsageError("a Poisson surface needs a cloud with normals")
    if not 1 <= depth <= 14:
        raise UsageError(f"the octree depth of a Poisson surface must be 1 to 14; got {depth}")
    reporter = progress or Progress()
    with tempfile.TemporaryDirectory(prefix="moe3d_poisson_") as name:
        folder = Path(name)
        np.savez(
            folder / "cloud.npz", points=cloud.points, normals=cloud.normals, colors=cloud.colors
        )
        _run(folder, depth, reporter)
        with np.load(folder / "mesh.npz") as found:
            mesh = Mesh(found["vertices"], found["faces"], found["colors"])
    reporter.report("trim surface")
    return _trimmed(mesh, cloud, depth, min_part_faces)


def _run(folder: Path, depth: int, progress: Progress) -> None:
    """Work in another process, which ends with this call, whatever happens."""
    process = subprocess.Popen(
        worker_command("poisson", str(folder), str(depth)),
        stdin=subprocess.PIPE,  # its end tells the other process that this one is gone
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    lines: list[str] = []
    reader = threading.Thread(target=_collect, args=(process, lines), daemon=True)
    reader.start()
    try:
        while process.poll() is None:
            progress.report("Poisson surface", _steps_in(lines), _STEPS + depth + 1)
            time.sleep(ASK_S)
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
    if process.returncode != 0:
        last = lines[-1].strip() if lines else f"exit code {process.returncode}"
        raise MoE3DError(
            f"the Poisson surface failed ({last}); try a smaller octree depth or fewer points"
        )


def _collect(process: subprocess.Popen[str], lines: list[str]) -> None:
    for line in process.stdout or ():
        lines.append(line)


def _steps_in(lines: list[str]) -> int:
    return sum("[Open3D DEBUG]" in line or line.startswith("Cycle[") for line in list(lines))


def _trimmed(mesh: Mesh, cloud: PointCloud, depth: int, min_part_faces: int | None) -> Mesh:
    """Without what closes gaps, and without small parts."""
    cell = 1.1 * float(np.ptp(cloud.points, axis=0).max()) / 2**depth
    near = np.zeros(len(mesh.vertices), bool)
    if len(mesh.vertices):
        near = KDTree(cloud.points).query(mesh.vertices)[0] < MAX_GAP_CELLS * cell
    faces = mesh.faces[near[mesh.faces].all(axis=1)]
    if len(faces) == 0:
        raise EmptyExportError(
            "nothing to export: no Poisson surface was found; loosen the filters"
        )
    return canonical(
        without_small_parts(Mesh(mesh.vertices, faces, mesh.vertex_colors), min_part_faces)
    )
