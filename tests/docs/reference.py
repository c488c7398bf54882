"""docs/reference.md: every public name by its docstring, in the groups of `moe3d/__init__.pyi`."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STUB = ROOT / "moe3d" / "__init__.pyi"
START = """\
# Every name

All of `moe3d.NAME`, from the docstrings; the same by [examples](api.md). Shapes: B batch, S
views, E experts, H W pixels, N points, C channels. Made by `make docs-pages`; the text itself is
put in when the site is built, and `help(moe3d.point_cloud)` says it without.
"""
GROUP = re.compile(r"^# (.+)$", re.M)
HOME = re.compile(r"from (\S+) import \((.*?)\)", re.S)
NAME = re.compile(r"(\w+) as \w+")


def public_names() -> dict[str, list[str]]:
    """Full places of the public names, by group, as the stub lists them."""
    parts = GROUP.split(STUB.read_text(encoding="utf-8"))[1:]
    return {
        group: [
            f"moe3d{home}.{name}"
            for home, names in HOME.findall(text)
            for name in NAME.findall(names)
        ]
        for group, text in zip(parts[::2], parts[1::2], strict=True)
    }


def reference_page() -> str:
    """The page's text; mkdocstrings fills it in."""
    lines = [START]
    for group, places in public_names().items():
        lines += [f"## {group}", ""]
        for place in places:
            lines += [f"::: {place}", ""]
    return "\n".join(lines)
