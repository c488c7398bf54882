"""Propose newer pins: the newest set of versions that holds on Linux, Windows and macOS at once.

    python packaging/propose_pins.py            # shows what would change
    python packaging/propose_pins.py --write    # and changes constraints.txt
    python packaging/propose_pins.py --pinned   # asks whether the pins as they are fit everywhere

`uv pip compile --universal` resolves the requirements of pyproject.toml with all extras for every
system and every Python from the oldest on, without installing anything. What only one system wants
gets a marker. Pins in `KEPT` are changed by a person.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "constraints.txt"
OLDEST = "3.11"
KEPT = {
    "torch": "users with a GPU take the CUDA build of the same release",
    "pyside6-essentials": "6.12 aborts the interpreter on Python 3.11",
    "shiboken6": "goes with PySide6",
}
"""Pins that a person changes, and why."""
NOT_PINNED = re.compile(r"^(nvidia-|cuda-|triton$|httpx2-jsfetch$)")
"""Wanted by PyTorch's CUDA build alone, which names their exact versions itself; or in browsers."""
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)(?:\s*;\s*(.*))?$")


@dataclass(frozen=True)
class Pin:
    """One line of a file of pins."""

    name: str
    version: str
    marker: str = ""

    def __str__(self) -> str:
        return f"{self.name}=={self.version}" + (f" ; {self.marker}" if self.marker else "")


def normal(name: str) -> str:
    """The name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_pins(text: str) -> dict[str, list[Pin]]:
    """Pins by name; several where systems differ."""
    found: dict[str, list[Pin]] = {}
    for line in text.splitlines():
        if pin := PIN.match(line):
            found.setdefault(normal(pin[1]), []).append(Pin(pin[1], pin[2], pin[3] or ""))
    return found


def proposed(
    old: Mapping[str, list[Pin]], wanted: Mapping[str, list[Pin]]
) -> tuple[dict[str, list[Pin]], list[str]]:
    """Pins that change, by name, and a line about each.

    Args:
        old: as they are.
        wanted: as a resolver chose them; markers count only where a package has several versions.
    """
    changes, lines = {}, []
    for name, pins in sorted(wanted.items()):
        before = old.get(name, [])
        if NOT_PINNED.match(name) or (name in KEPT and before):
            continue
        if {pin.version for pin in before} == {pin.version for pin in pins}:
            continue
        shown = before[0].name if before else pins[0].name
        several = len(pins) > 1
        changes[name] = [Pin(shown, pin.version, pin.marker if several else "") for pin in pins]
        said = ", ".join(str(pin) for pin in changes[name])
        lines.append(f"{before[0].version if before else 'no pin'} -> {said}")
    return changes, lines


def changed(text: str, changes: Mapping[str, list[Pin]]) -> str:
    """The same file with other pins; order and remarks stay, new packages come last."""
    left = dict(changes)
    lines, done = [], set()
    for line in text.splitlines():
        pin = PIN.match(line)
        name = normal(pin[1]) if pin else ""
        if name in done:
            continue
        if name in left:
            lines += [str(new) for new in left.pop(name)]
            done.add(name)
        else:
            lines.append(line)
    lines += [str(new) for _, pins in sorted(left.items()) for new in pins]
    return "\n".join(lines) + "\n"


def resolve(constraints: str) -> str:
    """The answer of uv for these constraints.

    Raises:
        SystemExit: there is no set of versions; uv's reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "held.txt"
        held.write_text(constraints, encoding="utf-8")
        words = ["pip", "compile", "pyproject.toml", "--all-extras", "--universal"]
        words += ["--python-version", OLDEST, "--no-annotate", "--no-header", "--quiet"]
        done = subprocess.run(
            [sys.executable, "-m", "uv", *words, "--constraint", held],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"no set of versions fits every system:\n{done.stderr.strip()}")
    return done.stdout


def main() -> int:
    """Show or write newer pins; returns 1 when --pinned finds something missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="change constraints.txt")
    parser.add_argument(
        "--pinned", action="store_true", help="hold every pin; ask if all are there"
    )
    options = parser.parse_args()
    text = PINS.read_text(encoding="utf-8")
    old = read_pins(text)
    kept = "\n".join(str(pin) for name in KEPT for pin in old.get(name, []))
    changes, lines = proposed(old, read_pins(resolve(text if options.pinned else kept)))
    print("\n".join(lines) or "every pin is the newest that fits every system")
    if options.write and changes:
        PINS.write_text(changed(text, changes), encoding="utf-8")
        print("constraints.txt was changed; now: make check")
    return int(options.pinned and bool(changes))


if __name__ == "__main__":
    sys.exit(main())
