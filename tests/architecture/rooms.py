"""The rooms of the house: a folder below `moe3d` or `app`, and one below `app/widgets`."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.architecture.imports import Source

SPLIT = ("moe3d_viewer.widgets",)
"""Rooms that are shown by their own rooms."""
GROUND, FACE, START = "moe3d.errors, progress, own_process, version", "moe3d", "moe3d_viewer.main"
SENTENCES = {
    GROUND: "What every room may know.",
    FACE: "The public face: each name is loaded when it is first used.",
    "moe3d.cli": "The command line; opens the window, and finds the research room by name.",
    START: "Joins states, widgets and workers; owns the process.",
}


@dataclass
class Room:
    """A box of the picture."""

    name: str
    sentence: str
    files: list[Source] = field(default_factory=list)
    knows: set[str] = field(default_factory=set)

    @property
    def largest_folder(self) -> tuple[int, Path]:
        """The folder of this room with the most files, and how many it has."""
        counts: dict[Path, int] = defaultdict(int)
        for source in self.files:
            counts[source.path.parent] += 1
        return max((count, path) for path, count in counts.items())


def rooms_of(sources: Mapping[str, Source]) -> dict[str, Room]:
    """The rooms, each with its files and the rooms that it imports."""
    rooms: dict[str, Room] = {}
    for name, source in sources.items():
        room = room_of(name, sources)
        if room in SPLIT:  # the lobby of its rooms
            continue
        if room not in rooms:
            package = sources.get(room)
            said = ast.get_docstring(ast.parse(package.path.read_text("utf-8"))) if package else ""
            rooms[room] = Room(room, SENTENCES.get(room) or (said or "").split("\n")[0])
        rooms[room].files.append(source)
        rooms[room].knows |= {room_of(other, sources) for other in source.ever} - {room}
    return rooms


def room_of(module: str, sources: Mapping[str, Source]) -> str:
    """The room of a module."""
    parts = module.split(".")
    for depth in (3, 2):
        name = ".".join(parts[:depth])
        parent = ".".join(parts[: depth - 1])
        is_folder = name in sources and sources[name].path.name == "__init__.py"
        if len(parts) >= depth and is_folder and (depth == 2 or parent in SPLIT):
            return name
    if parts[0] == "moe3d_viewer":
        return START
    return FACE if parts[-1] in ("moe3d", "__main__") else GROUND


def short(name: str) -> str:
    """A room's name within its house."""
    return name.removeprefix("moe3d_viewer.").removeprefix("moe3d.")


def implied(knows: Mapping[str, set[str]], name: str) -> set[str]:
    """Rooms that a room knows by way of others that it knows."""
    seen: set[str] = set()
    left = [other for middle in knows[name] for other in knows[middle]]
    while left:
        other = left.pop()
        if other not in seen:
            seen.add(other)
            left += knows[other]
    return seen
