"""Make libraries in a bundle smaller, and leave one of what several wheels bring.

    python packaging/share_libraries.py out/package/dist/moe3d-viewer

Symbols for debuggers go (from a library only if it still loads without them); OpenCV is served by
PyAV's FFmpeg and by SciPy's OpenBLAS, whose functions have the same code under other names; equal
files become links. For Linux; needs a C compiler, `strip`, `nm` and `readelf`.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

OPENCV, PYAV, SCIPY = "opencv_python_headless.libs", "av.libs", "scipy.libs"
FFMPEG = ("libavcodec", "libavformat", "libavutil", "libswscale", "libswresample")
VERSION = re.compile(r"\.so\.(\d+)\.(\d+)")
NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
SMALLEST_BYTES = 100_000


def output_of(*command: str | Path) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def functions_of(library: Path, kind: str) -> set[str]:
    """Names that a library has (kind "defined") or wants of others ("undefined")."""
    listed = output_of("nm", "-D", f"--{kind}-only", library).splitlines()
    return {line.split()[-1].partition("@")[0] for line in listed}


def the_library(folder: Path, beginning: str) -> Path:
    """The one file of a folder whose name begins so."""
    found = sorted(folder.glob(f"{beginning}-*"))
    if len(found) != 1:
        raise SystemExit(f"{folder} has {len(found)} of {beginning}; wanted one")
    return found[0]


def is_loadable(library: Path) -> bool:
    """Whether all that a library wants is found, tried in a process of its own."""
    code = "import ctypes, os, sys; ctypes.CDLL(sys.argv[1], os.RTLD_NOW)"
    tried = subprocess.run([sys.executable, "-c", code, library], capture_output=True, check=False)
    return tried.returncode == 0


def strip_symbols(folder: Path) -> None:
    """Wheels' repaired libraries may not stand it: those that no longer load stay as they were."""
    for library in sorted(folder.rglob("*.so*")):
        if library.is_symlink() or not library.is_file():
            continue
        smaller = library.with_name(f"{library.name}.stripped")
        subprocess.run(["strip", "--strip-unneeded", "-o", smaller, library], check=True)
        is_repaired = library.parent.suffix == ".libs"
        if is_repaired and is_loadable(library) and not is_loadable(smaller):
            smaller.unlink()
            print(f"{library.name} does not load without its symbols: left as it was")
        else:
            smaller.replace(library)


def link(place: Path, target: Path) -> None:
    """Put a link in the place of a file."""
    place.unlink(missing_ok=True)
    place.symlink_to(os.path.relpath(target, place.parent))


def serve_ffmpeg(inside: Path) -> None:
    """Let OpenCV use PyAV's FFmpeg: same interfaces, and more decoders."""
    for name in FFMPEG:
        own, other = the_library(inside / OPENCV, name), the_library(inside / PYAV, name)
        versions = [VERSION.search(library.name) for library in (own, other)]
        wanted, given = [tuple(map(int, found.groups())) for found in versions if found]
        lacking = functions_of(own, "defined") - functions_of(other, "defined")
        if wanted[0] != given[0] or wanted[1] > given[1] or lacking:
            raise SystemExit(f"{other.name} cannot stand for {own.name}: {sorted(lacking)[:5]}")
        link(own, other)


def serve_openblas(inside: Path) -> None:
    """Put a library in the place of OpenCV's OpenBLAS that leads every call to SciPy's."""
    own = the_library(inside / OPENCV, "libopenblasp")
    serving = the_library(inside / SCIPY, "libscipy_openblas")
    (opencv,) = (inside / "cv2").glob("cv2*.so")
    wanted = sorted(functions_of(opencv, "undefined") & functions_of(own, "defined"))
    lacking = {f"scipy_{name}" for name in wanted} - functions_of(serving, "defined")
    if lacking or not wanted:
        raise SystemExit(f"{serving.name} cannot stand for {own.name}: {sorted(lacking)}")
    lines = [
        f".globl {name}\n.type {name}, @function\n{name}: jmp scipy_{name}@PLT" for name in wanted
    ]
    text = "\n".join([".text", *lines, '.section .note.GNU-stack,"",@progbits', ""])
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "lead.s", Path(folder) / own.name
        source.write_text(text, encoding="utf-8")
        place = f"-Wl,-soname,{own.name},--disable-new-dtags,-rpath,$ORIGIN/../{SCIPY}"
        command = ["cc", "-shared", "-nostdlib", "-s", "-o", made, source, serving, place]
        subprocess.run(command, check=True)
        own.unlink()
        own.write_bytes(made.read_bytes())
        own.chmod(0o755)


def drop_unneeded(inside: Path) -> None:
    """Take away libraries of OpenCV's wheel that nothing in it wants any more."""
    folder = inside / OPENCV
    while True:
        files = [path for path in folder.iterdir() if not path.is_symlink()]
        users = [*files, *(inside / "cv2").glob("*.so")]
        wanted = {
            name for path in users for name in NEEDED.findall(output_of("readelf", "-d", path))
        }
        unneeded = [path for path in files if path.name not in wanted]
        if not unneeded:
            break
        for path in unneeded:
            print(f"{path.name}: no longer needed")
            path.unlink()
    for library in (inside / PYAV).iterdir():  # what FFmpeg wants is looked for beside its link
        if not (folder / library.name).exists():
            link(folder / library.name, library)


def link_equal_files(inside: Path) -> None:
    """Libraries of the same content, which several wheels bring, become links to the first."""
    first: dict[str, Path] = {}
    for path in sorted(inside.rglob("*.so*")):
        if path.is_symlink() or not path.is_file() or path.stat().st_size < SMALLEST_BYTES:
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        target = first.setdefault(digest, path)
        if target != path and target.name == path.name:
            link(path, target)
            print(f"{path.relative_to(inside)}: a link to {target.relative_to(inside)}")


def main() -> int:
    """Do all of it with a bundle."""
    inside = Path(sys.argv[1]).resolve() / "_internal"
    strip_symbols(inside)
    serve_ffmpeg(inside)
    serve_openblas(inside)
    drop_unneeded(inside)
    link_equal_files(inside)
    for path in inside.iterdir():
        if path.is_symlink() and not path.exists():  # PyInstaller's second name of one that is gone
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
