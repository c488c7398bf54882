"""Write what a program without Python carries: names, versions, licences and their texts.

    python packaging/notices.py --output THIRD_PARTY_NOTICES.txt            # of this environment
    ... --bundle out/package/dist/moe3d-viewer --build out/package/build/moe3d

Run it with the environment's own Python. With --build (PyInstaller's work folder) packages that
nothing of was taken from are left out; with --bundle the bundle's own files are looked through for
libraries in machine code. Stops with an error at a package or library whose licence is not known,
and at one that may not be carried (native_libraries.toml, REFUSED).
"""

import argparse
import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

HERE = Path(__file__).parent
OWN = "moe3d-viewer"
TOOLS = ("pip", "setuptools", "wheel", "pyinstaller", "pyinstaller-hooks-contrib", "altgraph")
"""What makes a bundle and stays behind."""
REFUSED = ("pillow-heif", "pymeshlab")
"""Packages that hold GPL code: x265, MeshLab."""
WITHOUT_TEXT = {
    "pyside6-essentials": ("LGPL-3.0", "GPL-3.0"),
    "shiboken6": ("LGPL-3.0", "GPL-3.0"),
    "pyopengl": (),
}
"""Packages without the text of their licence, and the files of `licences` that have it."""
BY_NAME = {"pyopengl": "BSD-3-Clause AND MIT"}
"""Licences of packages whose metadata names none."""
TEXT = re.compile(r"(licen[cs]e|copying|notice|copyright|authors)", re.IGNORECASE)
LIBRARY = re.compile(r"\.(so|dylib|dll)(\.|$)", re.IGNORECASE)
EXTENSION = re.compile(r"\.(cpython|abi3|cp3|pyd)", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """One package or library that is carried."""

    name: str
    version: str
    licence: str
    texts: tuple[str, ...] = ()


def licence_of(package: Distribution) -> str:
    """The licence that the metadata name; "" for none."""
    facts = package.metadata
    for key in ("License-Expression", "License"):
        said = (facts[key] or "").strip() if key in facts else ""
        if said and said.upper() != "UNKNOWN" and "\n" not in said and len(said) < 120:
            return said
    prefix = "License :: "
    kinds = [entry.rpartition(" :: ")[2] for entry in facts.get_all("Classifier") or []
             if entry.startswith(prefix)]  # fmt: skip
    return ", ".join(kinds) or BY_NAME.get(normal(package.name), "")


def normal(name: str) -> str:
    """The name of a package as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def texts_of(package: Distribution) -> tuple[str, ...]:
    """Licence texts of a package, and of what it says it holds."""
    found = []
    for file in package.files or ():
        if file.suffix in (".py", ".pyc", ".pyi", ".so", ".html"):
            continue
        if TEXT.search(file.name) or "licenses" in file.parts:
            place = Path(str(package.locate_file(file)))
            if place.is_file():
                found.append(place.read_text(encoding="utf-8", errors="replace").strip())
    for name in WITHOUT_TEXT.get(normal(package.name), ()):
        found.append((HERE / "licences" / f"{name}.txt").read_text(encoding="utf-8").strip())
    return tuple(dict.fromkeys(text for text in found if text))


def sources_of_build(folder: Path) -> set[str]:
    """Files that PyInstaller took, from the tables of contents in its work folder."""
    taken: set[str] = set()
    for table in folder.glob("*.toc"):
        nodes = [ast.literal_eval(table.read_text(encoding="utf-8"))]
        while nodes:
            node = nodes.pop()
            if isinstance(node, str):
                taken.add(node)
            elif isinstance(node, Iterable):
                nodes.extend(node)
    return taken


def packages_carried(taken: set[str] | None) -> Iterator[Distribution]:
    """Packages of this environment, in the order of their names; those of the build alone."""
    for package in sorted(distributions(), key=lambda found: normal(found.name)):
        if normal(package.name) in (*TOOLS, OWN):
            continue
        places = (str(package.locate_file(file)) for file in package.files or ())
        if taken is None or any(place in taken and ".dist-info" not in place for place in places):
            yield package


def package_parts(packages: Iterable[Distribution]) -> tuple[list[Part], list[str]]:
    """Packages as parts, and what is wrong with some."""
    parts, problems = [], []
    for package in packages:
        name = normal(package.name)
        licence, texts = licence_of(package), texts_of(package)
        if name in REFUSED:
            problems.append(f"{package.name} may not be carried: it holds GPL code")
        if not licence:
            problems.append(f"{package.name} names no licence; look it up and put it into BY_NAME")
        if not texts and name not in WITHOUT_TEXT:
            problems.append(f"{package.name} has no text of its licence; see WITHOUT_TEXT")
        parts.append(Part(package.name, package.version, licence, texts))
    return parts, problems


def libraries_below(folder: Path) -> list[str]:
    """Names of library files in machine code, but for the modules of packages themselves."""
    names = {
        path.name for path in folder.rglob("*")
        if LIBRARY.search(path.name) and not EXTENSION.search(path.name) and path.is_file()
        and "plugins" not in path.parts  # of Qt, as libQt6
    }  # fmt: skip
    return sorted(name for name in names if name.startswith("lib"))


def parts_of(
    names: Iterable[str], table: Mapping[str, Mapping[str, str]], replaced: Iterable[str] = ()
) -> tuple[list[Part], list[str]]:
    """Libraries as parts, and what is wrong with some; `replaced` are names of empty stand-ins."""
    parts, problems = [], []
    for name in names:
        refused = [said for start, said in table["refused"].items() if name.startswith(start)]
        known = [start for start in table["known"] if name.startswith(start)]
        if refused and name not in replaced:
            problems.append(f"{name} may not be carried: {refused[0]}")
        elif not refused and not known:
            problems.append(f"{name} is not in native_libraries.toml; look its licence up")
        elif not refused:
            parts.append(Part(name, "", table["known"][max(known, key=len)]))
    return parts, problems


def report(packages: list[Part], libraries: list[Part], python_text: str) -> str:
    """The file as it is written."""
    lines = ["What this program carries that others wrote", "", "Python " + sys.version.split()[0]]
    lines += [f"{part.name} {part.version}: {part.licence}" for part in packages]
    if libraries:
        lines += ["", "Libraries in machine code, of these packages or of the system", ""]
        lines += [f"{part.name}: {part.licence}" for part in libraries]
    lines += ["", "", "Texts", "", "== Python", "", python_text]
    for part in packages:
        for text in part.texts:
            lines += ["", f"== {part.name} {part.version}", "", text]
    for place in sorted((HERE / "licences").glob("*.txt")):
        lines += ["", f"== {place.stem}", "", place.read_text(encoding="utf-8").strip()]
    return "\n".join(lines) + "\n"


def python_licence() -> str:
    """The text of Python's own licence."""
    import builtins

    printer = builtins.license  # type: ignore[attr-defined]
    printer._Printer__setup()
    return "\n".join(printer._Printer__lines).strip()


def main() -> int:
    """Write the file; returns 1 when something may not be carried or is not known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--build", type=Path, help="PyInstaller's work folder")
    parser.add_argument("--bundle", type=Path, help="the folder that PyInstaller made")
    options = parser.parse_args()
    taken = sources_of_build(options.build) if options.build else None
    packages, problems = package_parts(packages_carried(taken))
    libraries: list[Part] = []
    if options.bundle:
        table = tomllib.loads((HERE / "native_libraries.toml").read_text(encoding="utf-8"))
        stubs = options.bundle / "stubs.txt"
        replaced = stubs.read_text(encoding="utf-8").split() if stubs.is_file() else ()
        libraries, more = parts_of(libraries_below(options.bundle), table, replaced)
        problems += more
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    options.output.write_text(report(packages, libraries, python_licence()), encoding="utf-8")
    print(f"{options.output}: {len(packages)} packages, {len(libraries)} libraries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
