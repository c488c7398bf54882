"""The network, the window and the export, one after the other: what `make bench` runs.

    python benchmarks/everything.py [--quick] [--output FOLDER]

What each prints goes to the screen and to FOLDER (out/bench); tables of ratios hold on a busy
machine, seconds do not: the load stands in each. Without a display the window gets xvfb's. The
others in this folder measure one part each, and are run by hand.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCREEN = ("xvfb-run", "-a", "-s", "-screen 0 2000x1200x24")


def runs(folder: Path, *, quick: bool, has_display: bool) -> dict[str, Sequence[str]]:
    """The words of every run, by the name of what it prints."""
    short = ["--quick"] if quick else []
    points = ["--points-m", "1", "--repeats", "2"] if quick else []
    screen = () if has_display else SCREEN
    window = ["start"] if quick else ["start", "run", "open"]
    return {
        "network": _script("network", "--output", str(folder / "network.json"), *short),
        "window": [*screen, *_script("window", *window)],
        "export": _script("export_speed", *points),
    }


def _script(name: str, *words: str) -> list[str]:
    return [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *words]


def main() -> int:
    """Run all; 1 when one of them failed."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--quick", action="store_true", help="a few minutes, small sizes")
    reader.add_argument("--output", type=Path, default=ROOT / "out" / "bench")
    asked = reader.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    has_display = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if not has_display and shutil.which(SCREEN[0]) is None:
        sys.exit("the window needs a display, or xvfb-run (package xvfb); neither is here")
    failed = []
    for name, words in runs(asked.output, quick=asked.quick, has_display=has_display).items():
        print(f"== {name}", flush=True)
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        print(done.stdout or done.stderr, flush=True)
        (asked.output / f"{name}.txt").write_text(done.stdout)
        failed += [name] * (done.returncode != 0)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
