"""Where the models, samples and settings lie that come with the program."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]


def assets_dir(package: Path = PACKAGE) -> Path:
    """The folder `assets`: inside the installed package, or beside it in a checkout.

    Args:
        package: folder of the package `moe3d`.
    """
    inside = package / "assets"
    return inside if inside.is_dir() else package.parent / "assets"
