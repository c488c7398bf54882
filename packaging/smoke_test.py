"""Start the program without Python in a root without Python: sample, run, every export, the window.

    .venv/bin/python packaging/smoke_test.py out/package/dist/moe3d-viewer

As root with debootstrap the programs run in a bare Debian (made once, in out/package/root) that has
libc, Mesa, xcb and fonts and no Python; otherwise on this system, with an environment that names
nothing. Files are read back by this environment's laspy, pye57, trimesh, plyfile, pycolmap, Pillow
and NumPy. Ends with 1 and a sentence at the first thing that is wrong.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
MOST_BYTES = 1.4e9
MOST_WINDOW_S = 4.0
MIRROR = "http://deb.debian.org/debian"
SCREEN = "1600x1200x24"
WINDOW = "MoE3D Viewer"


class SmokeError(Exception):
    """Something is wrong with the program."""


def expect(fact: object, text: str) -> None:
    """Stop with a sentence unless something is so."""
    if not fact:
        raise SmokeError(text)


def bare_root(place: Path) -> Path:
    """A Debian that can show windows and has no Python."""
    if not (place / "ready").is_file():
        listed = [line for name in ("system_packages.txt", "test_packages.txt")
                  for line in (HERE / name).read_text(encoding="utf-8").splitlines()]  # fmt: skip
        wanted = [name for name in listed if name.startswith(("lib", "fonts"))]
        if not (place / "bin").exists():
            make = ["debootstrap", "--variant=minbase", "bookworm", place, MIRROR]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
        shutil.copy("/etc/resolv.conf", place / "etc/resolv.conf")
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(["chroot", place, *command], check=True, stdout=subprocess.DEVNULL)
        (place / "ready").touch()
    return place


class Machine:
    """Where the programs run: in a root of their own, or here with nothing in the environment."""

    def __init__(self, bundle: Path, root: Path | None) -> None:
        self.root = root
        base = root or Path(tempfile.mkdtemp(prefix="moe3d_smoke_"))
        self.folder = base / "smoke"
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "home").mkdir(parents=True)
        self.bundle = self.folder / "moe3d-viewer"
        link = os.link if bundle.stat().st_dev == self.folder.stat().st_dev else shutil.copy2
        shutil.copytree(bundle, self.bundle, symlinks=True, copy_function=link)

    def inside(self, path: Path) -> str:
        """A path as the programs see it."""
        return f"/{path.relative_to(self.root)}" if self.root else str(path)

    def command(self, program: str, *words: str | Path, display: str = "") -> list[str]:
        """The command line that starts a program of the bundle."""
        home = self.inside(self.folder / "home")
        given = [f"HOME={home}", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", f"XDG_RUNTIME_DIR={home}"]
        given += [f"DISPLAY={display}"] if display else ["QT_QPA_PLATFORM=offscreen"]
        seen = [self.inside(word) if isinstance(word, Path) else word for word in words]
        start = ["env", "-i", *given, self.inside(self.bundle / program), *seen]
        if self.root is None:
            return start
        proc = f"--mount-proc={self.root / 'proc'}"
        alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", proc]
        return [*alone, "chroot", str(self.root), *start]

    def run(self, *words: str | Path, program: str = "moe3d", display: str = "") -> str:
        """What a program says; it must end well and name no traceback."""
        done = subprocess.run(
            self.command(program, *words, display=display),
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        line = " ".join(map(str, (program, *words)))
        ended_well = done.returncode == 0 and "Traceback" not in said
        expect(ended_well, f"{line} ended with {done.returncode}: {said[-3000:]}")
        return done.stdout


def size_of(bundle: Path) -> int:
    """Bytes of all files; one that has two names counts once."""
    facts = [path.lstat() for path in bundle.rglob("*") if path.is_symlink() or path.is_file()]
    return sum({(fact.st_dev, fact.st_ino): fact.st_size for fact in facts}.values())


def check_no_python(machine: Machine) -> None:
    """Nothing on the PATH of the programs is a Python."""
    if machine.root is None:
        print(
            "no root of its own (needs root rights and debootstrap): this system's libraries serve"
        )
        return
    found = [path for folder in ("bin", "usr/bin", "usr/local/bin")
             for path in (machine.root / folder).glob("python*")]  # fmt: skip
    expect(not found, f"the root has a Python: {found}")


def bounds(points: np.ndarray) -> np.ndarray:
    """Lengths of the sides of the box around points, sorted, so that axes may be turned."""
    return np.sort(np.ptp(np.asarray(points, float).reshape(-1, 3), axis=0))


def middle_half(points: np.ndarray) -> np.ndarray:
    """Two corners of the box that holds the middle half of the points along each axis."""
    return np.percentile(points, [25, 75], axis=0)


def read_cloud_files(place: Callable[[str], Path]) -> dict[str, np.ndarray]:
    """Points of every format for points, each by a library of other people."""
    import laspy
    import plyfile
    import pycolmap
    import pye57
    import trimesh

    found: dict[str, np.ndarray] = {}
    for name, suffix in {"ply": ".ply", "ply-cloudcompare": "_cloudcompare.ply",
                         "ply-splat": "_splat.ply"}.items():  # fmt: skip
        vertex = plyfile.PlyData.read(place(suffix))["vertex"]
        found[name] = np.stack([vertex[axis] for axis in "xyz"], axis=-1)
    found["las"] = laspy.read(place(".las")).xyz
    file = pye57.E57(str(place(".e57")))
    scans = [file.read_scan(i, ignore_missing_fields=True) for i in range(file.scan_count)]
    found["e57"] = np.concatenate(
        [np.stack([scan[f"cartesian{axis}"] for axis in "XYZ"], axis=-1) for scan in scans]
    )
    found["glb"] = np.concatenate([np.asarray(part.vertices) for part in
                                   trimesh.load_scene(place(".glb")).dump()
                                   if len(part.vertices) > 1000])  # fmt: skip
    for name, suffix in {"colmap": "_colmap", "colmap-dense": "_splats"}.items():
        (cameras, *_) = place(suffix).rglob("cameras.*")
        model = pycolmap.Reconstruction(str(cameras.parent))
        expect(model.num_reg_images() == 8, f"{name} has {model.num_reg_images()} photos; wanted 8")
        found[name] = np.stack([point.xyz for point in model.points3D.values()])
    return found


def check_surfaces(place: Callable[[str], Path]) -> None:
    """Surfaces have triangles with finite corners."""
    import trimesh

    (textured,) = place("_obj").glob("*.obj")
    for path in (place("_mesh.glb"), textured, place("_tsdf.ply"), place("_poisson.ply")):
        parts = [part for part in trimesh.load_scene(path).dump() if hasattr(part, "faces")]
        count = sum(len(part.faces) for part in parts)
        expect(count > 1000, f"{path.name} has {count} triangles")
        expect(
            all(np.isfinite(part.vertices).all() for part in parts), f"{path.name} is not finite"
        )
        print(f"  {path.name}: {count} triangles")


def check_maps(place: Callable[[str], Path]) -> None:
    """Maps of depth have pictures' shapes and values; cameras and arrays are complete."""
    from PIL import Image

    from moe3d.io.formats.exr import read_exr

    maps = sorted(place("_depth_exr").rglob("*.exr"))
    expect(len(maps) >= 8, f"{len(maps)} depth maps as EXR; wanted 8")
    depth = next(iter(read_exr(maps[0]).values()))
    expect(np.nanmax(depth) > 0, f"{maps[0].name} has no depth")
    pictures = sorted(place("_depth_png").rglob("*.png"))
    with Image.open(pictures[0]) as image:
        expect(np.asarray(image).max() > 255, f"{pictures[0].name} has not 16 bits")
    expect(any(place("_experts").rglob("*.exr")), "no maps of experts as EXR")
    cameras = json.loads((place("_nerfstudio") / "transforms.json").read_text(encoding="utf-8"))
    expect(len(cameras["frames"]) == 8, f"transforms.json has {len(cameras['frames'])} frames")
    with np.load(place(".npz")) as arrays:
        expect(arrays.files, "the arrays are empty")


def check_exports(machine: Machine) -> None:
    """The sample is run and written in every format, and each is read back."""
    from moe3d.io.exports.formats import FORMAT_FACTS

    sample = next(machine.bundle.rglob("samples/room/images"))
    out, written = machine.folder / "out", machine.folder / "exports"
    begun = time.monotonic()
    machine.run("run", sample, "--output", out, "--export", "ply", "--sheet", "--quiet")
    print(f"the sample was reconstructed in {time.monotonic() - begun:.0f} s")
    surfaces = [name for name in FORMAT_FACTS if name.startswith("mesh") or name == "obj"]
    others = [name for name in FORMAT_FACTS if name not in surfaces]
    to = ("--output", written, "--name", "room", "--quiet")
    machine.run("export", out, "--format", ",".join(surfaces), *to)
    machine.run("export", out, "--format", ",".join(others), *to, "--max-points", "50000")

    def place(suffix: str) -> Path:
        path = written / f"room{suffix}"
        expect(path.exists(), f"{path.name} was not written")
        return path

    for facts in FORMAT_FACTS.values():
        place(facts.suffix)
    clouds = read_cloud_files(place)
    wanted = bounds(clouds["ply"])
    for name, points in clouds.items():
        tracks = name.startswith("colmap")  # what several photos see, without the filters of clouds
        expect(len(points) > (1000 if tracks else 10_000), f"{name} has {len(points)} points")
        lengths = bounds(middle_half(points) if tracks else points)
        fits = np.all(lengths < wanted) if tracks else np.allclose(lengths, wanted, rtol=0.05)
        expect(fits, f"{name} is {lengths} long, ply {wanted}")
        print(f"  {name}: {len(points)} points")
    check_surfaces(place)
    check_maps(place)


def check_reports(machine: Machine) -> None:
    """Version and report of the machine; the graphics are tried by the program's own process."""
    print(machine.run("--version").strip())
    report = json.loads(machine.run("check", "--json"))
    expect(report["window"] == "offscreen", f"the graphics were not tried: {report['window']}")
    missing = [name for name, said in report["optional"].items()
               if name != "tensorboard" and said != "there"]  # fmt: skip
    expect(not missing, f"missing in the bundle: {missing}")


class Screen:
    """An X server for one window; its socket has no file, so that any root can reach it."""

    def __enter__(self) -> "Screen":
        reader, writer = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN], pass_fds=[writer],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(writer)
        with os.fdopen(reader) as told:
            self.display = f":{told.readline().strip()}"
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.terminate()
        self._server.wait()

    def shows_window(self) -> bool:
        """Whether the main window can be seen."""
        tree = subprocess.run(["xwininfo", "-display", self.display, "-root", "-tree"],
                              capture_output=True, text=True, check=False).stdout  # fmt: skip
        return any(WINDOW in line and "1x1+" not in line for line in tree.splitlines())


def drop_caches() -> bool:
    """Forget what was read from the disk, so that the start is a cold one; False without rights."""
    try:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3", encoding="ascii")
    except OSError:
        return False
    return True


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(member for child in listed for member in family(int(child)))]


def cost_so_far(pid: int) -> str:
    """What a process and its children took: unlike time, the same on a busy machine."""
    ticks = read = 0
    for member in family(pid):
        facts = Path(f"/proc/{member}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(facts[11]) + int(facts[12])
        lines = Path(f"/proc/{member}/io").read_text(encoding="ascii").splitlines()
        read += int(dict(line.split(": ") for line in lines)["read_bytes"])
    return f"{ticks / os.sysconf('SC_CLK_TCK'):.1f} CPU-s, {read / 1e6:.0f} MB from the disk"


def check_start(machine: Machine, most_s: float) -> None:
    """The window comes soon after a cold start."""
    with Screen() as screen:
        kind = "cold" if drop_caches() else "warm (the disk's cache could not be emptied)"
        begun = time.monotonic()
        with subprocess.Popen(
            machine.command("moe3d-viewer", display=screen.display),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            try:
                while not screen.shows_window():
                    expect(process.poll() is None, "the window's program ended by itself")
                    expect(time.monotonic() - begun < 120, "no window within two minutes")
                    time.sleep(0.05)
                elapsed = time.monotonic() - begun
                cost = cost_so_far(process.pid)
            finally:
                process.kill()  # `unshare` waits through a polite wish to end
        busy = os.getloadavg()[0] / (os.cpu_count() or 1)
        print(f"window after {elapsed:.1f} s, {kind}, {cost}, load {busy:.1f} a processor")
        expect(elapsed <= most_s, f"the window took {elapsed:.1f} s; at most {most_s} are wanted")


def check_window(machine: Machine) -> None:
    """The window shows the finished sample."""
    sample = next(machine.bundle.rglob("samples/room/images"))
    with Screen() as screen:
        picture = machine.folder / "window.png"
        machine.run(sample, "--run", "--size", "1480x920", "--screenshot", picture,
                    program="moe3d-viewer", display=screen.display)  # fmt: skip
        check_picture(picture)


def check_picture(path: Path) -> None:
    """The picture of the window has many colours in its middle, where the cloud is."""
    from PIL import Image

    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    height, width, _ = pixels.shape
    middle = pixels[height // 4 : height // 2, width // 3 : 2 * width // 3].reshape(-1, 3)
    colors = len(np.unique(middle // 16, axis=0))
    expect(colors > 50, f"the window shows {colors} colours where the cloud should be")
    print(f"the window shows the cloud ({colors} colours): {path}")


def main() -> int:
    """Check a bundle; returns 1 when something is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--root", type=Path, help="a root without Python (default: it is made)")
    parser.add_argument("--here", action="store_true", help="run on this system, in no other root")
    parser.add_argument(
        "--most-window-s", type=float, default=MOST_WINDOW_S, help="for a busy machine"
    )
    parser.add_argument("--only-start", action="store_true", help="size and cold start alone")
    options = parser.parse_args()
    bundle = options.bundle.resolve()
    own_root = not options.here and os.geteuid() == 0 and bool(shutil.which("debootstrap"))
    try:
        root = options.root
        if root is None and own_root:
            root = bare_root(bundle.parents[1] / "root")
        machine = Machine(bundle, root.resolve() if root else None)
        check_no_python(machine)
        size = size_of(bundle)
        print(f"{bundle.name}: {size / 1e6:,.0f} MB")
        expect(size <= MOST_BYTES, f"the bundle has {size / 1e9:.2f} GB; at most 1.4 are wanted")
        check_start(machine, options.most_window_s)
        if not options.only_start:
            check_reports(machine)
            check_exports(machine)
            check_window(machine)
    except SmokeError as error:
        print(f"smoke test: {error}", file=sys.stderr)
        return 1
    print("smoke test: all is well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
