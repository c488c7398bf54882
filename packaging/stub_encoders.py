"""Put empty stand-ins in the place of encoders in PyAV's wheel: x264 and x265 (GPL), SVT-AV1.

    python packaging/stub_encoders.py out/package/dist/moe3d-viewer

or, for an environment, with its folder site-packages. FFmpeg's libraries are linked with them and
do not load without; nothing here encodes video by them (films are read). A stand-in has the same
name and the same functions, each of which gives nothing, so that FFmpeg says that the encoder
cannot be opened. Needs a C compiler and `nm`. Writes the names to stubs.txt in the folder, for
packaging/notices.py. For Linux; on Windows and macOS this has yet to be done, and
packaging/notices.py stops there.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ENCODERS = ("libx264", "libx265", "libSvtAv1Enc")
FUNCTION = re.compile(r"^[0-9a-f]+ [A-Z] ((?:x26[45]|svt)_\w+)", re.MULTILINE)


def functions_of(library: Path) -> list[str]:
    """Names that FFmpeg may ask a library for."""
    listed = subprocess.run(
        ["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True
    )
    return sorted(set(FUNCTION.findall(listed.stdout)))


def stand_in(library: Path) -> None:
    """Replace a library by an empty one."""
    names = functions_of(library)
    if not names:
        raise SystemExit(f"{library} has no functions of an encoder; was it replaced before?")
    code = "\n".join(f"void *{name}(void) {{ return 0; }}" for name in names)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "stub.c"
        source.write_text(code + "\n", encoding="utf-8")
        made = Path(folder) / library.name
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-s", f"-Wl,-soname,{library.name}", "-o", made, source],
            check=True,
        )
        library.unlink()
        library.write_bytes(made.read_bytes())


def main() -> int:
    """Replace all that lie in a bundle."""
    bundle = Path(sys.argv[1])
    libraries = [place for place in sorted(bundle.rglob("lib*.so*")) if not place.is_symlink()]
    done = [place for place in libraries if place.name.startswith(ENCODERS)]
    for library in done:
        stand_in(library)
    names = sorted({place.name for place in done})
    (bundle / "stubs.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    print(f"empty stand-ins: {', '.join(names) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
