"""`moe3d --worker NAME ...`: the program's own other processes; not for people."""

from collections.abc import Sequence

from moe3d.errors import UsageError


def run_worker(words: Sequence[str]) -> int:
    """Do one worker's work; returns the exit code.

    Every import stands here in full, so that what makes a program without Python of this one
    finds them.

    Raises:
        UsageError: there is no such worker.
    """
    match list(words):
        case ["poisson", folder, depth]:
            from moe3d.scene.meshes.poisson_process import main

            return main(folder, int(depth))
        case ["open3d-points", cloud, kept]:
            from moe3d.io.formats.open3d_points import main

            return main(cloud, kept)
        case ["graphics"]:
            from moe3d.cli.gui import report_graphics

            return report_graphics()
    raise UsageError(f"--worker is for this program itself; it got {' '.join(words) or 'nothing'}")
