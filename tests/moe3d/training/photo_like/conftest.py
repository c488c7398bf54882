"""A tiny furniture library, made here: a cube without a picture and a chair back with one."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.training.photo_like.furniture import CATALOGUE

CUBE = """mtllib cube.mtl
v 0 0 0
v 2 0 0
v 2 4 0
v 0 4 0
v 0 0 -6
v 2 0 -6
v 2 4 -6
v 0 4 -6
usemtl red
f 1 2 3 4
f 6 5 8 7
f 5 1 4 8
f 2 6 7 3
f 4 3 7 8
f 5 6 2 1
"""
PLATE = """mtllib plate.mtl
v -1 0 0
v 1 0 0
v 1 2 0
v -1 2 0
v 0 0 -1
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl printed
f 1/1 2/2 3/3 4/4
f 1 2 5
"""
ENTRY = """id#{n}=x
name#{n}={name}
category#{n}={category}
model#{n}=/models/{name}/{name}.obj
width#{n}={size[0]}
depth#{n}={size[1]}
height#{n}={size[2]}
"""
ZERO = "Released under Creative Commons Zero (Public Domain)"
FILES = {
    "cube": (CUBE, "newmtl red\nKd 0.5 0.1 0.1\nKs 0.2 0.2 0.2\n"),
    "plate": (PLATE, "newmtl printed\nKd 1 1 1\nmap_Kd print.png\n"),
}


def write_library(
    path: Path, names: dict[str, str], licence: str = "Public domain", sizes: dict | None = None
) -> Path:
    """A .sh3f file whose models have these licence texts; an empty one has no licence file."""
    picture = io.BytesIO()
    rows = np.zeros((8, 8, 3), np.uint8)
    rows[:4] = (250, 0, 0)  # the upper half is red, the lower blue
    rows[4:] = (0, 0, 250)
    Image.fromarray(rows).save(picture, "PNG")
    catalogue = f"license={licence}\n"
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, text) in enumerate(names.items(), start=1):
            obj, mtl = FILES["plate" if "plate" in name else "cube"]
            size = (sizes or {}).get(name, (100, 40, 80))
            entry = ENTRY.format(n=number, name=name, category="Living room", size=size)
            catalogue += entry
            folder = f"models/{name}"
            mtl_name = obj.splitlines()[0].removeprefix("mtllib ")
            archive.writestr(f"{folder}/{name}.obj", obj)
            archive.writestr(f"{folder}/{mtl_name}", mtl)
            archive.writestr(f"{folder}/print.png", picture.getvalue())
            if text:
                archive.writestr(f"{folder}/BLENDSWAP_LICENSE.txt", text)
        archive.writestr(CATALOGUE, catalogue)
    return path


@pytest.fixture(scope="session")
def furniture_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("furniture")
    sizes = {"cup-plate": (10, 10, 12), "mug": (8, 8, 10)}
    names = dict.fromkeys(("cube", "plate", "desk", "chair-plate", "cup-plate", "mug"), ZERO)
    write_library(folder / "free.sh3f", names, sizes=sizes)
    return folder
