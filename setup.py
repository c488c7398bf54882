"""What pyproject.toml cannot say: names of installed folders, and links that work on an index.

The window's folder `app` becomes the package `moe3d_viewer`, and `assets` goes into `moe3d`: names
as common as `app` and `assets` would meet other people's files.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup

REPOSITORY = "https://github.com/moe3d/viewer"
PICTURES = (".png", ".svg", ".jpg", ".gif", ".webp")
LINK = re.compile(r"(\]\(|^\[[^\]]+\]:[ \t]+|src=\")(?!https?:|#|mailto:)([^)\s\"]+)", re.MULTILINE)


def with_absolute_links(markdown: str) -> str:
    """The README as a package index shows it: there its files lie nowhere."""

    def absolute(link: re.Match[str]) -> str:
        path, _, _ = link[2].partition("#")
        kind = "raw" if path.lower().endswith(PICTURES) else "blob"
        return f"{link[1]}{REPOSITORY}/{kind}/main/{link[2]}"

    return LINK.sub(absolute, markdown)


window = ["moe3d_viewer", *(f"moe3d_viewer.{name}" for name in find_packages("app"))]
setup(
    long_description=with_absolute_links(Path("README.md").read_text(encoding="utf-8")),
    long_description_content_type="text/markdown",
    packages=[*find_packages(include=["moe3d", "moe3d.*"]), "moe3d.assets", *window],
    package_dir={"moe3d_viewer": "app", "moe3d.assets": "assets"},
    package_data={
        "moe3d": ["*.pyi", "py.typed"],
        "moe3d.assets": ["**/*"],
        "moe3d_viewer": ["py.typed", "art/*"],
        "moe3d_viewer.widgets.controls": ["art/*.svg"],
    },
)
