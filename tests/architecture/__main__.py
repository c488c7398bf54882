"""Measures the house and draws it: `make architecture`.

python -m tests.architecture                 # prints the figures
python -m tests.architecture PICTURE.svg     # and draws the picture
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.architecture.imports import Source, circles, longest_chain, read_sources
from tests.architecture.picture import picture
from tests.architecture.rooms import Room, rooms_of, short

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"moe3d": "moe3d", "app": "moe3d_viewer"}
"""Folders at the top of the repository, and the names under which they are imported."""


def figures_text(sources: Mapping[str, Source], rooms: Mapping[str, Room]) -> str:
    """What is measured, as a table and three lines."""
    lines = [f"{'room':34} {'files':>5} {'lines':>6}  knows"]
    for room in rooms.values():
        total = sum(source.num_lines for source in room.files)
        known = ", ".join(sorted(short(name) for name in room.knows))
        lines.append(f"{room.name:34} {len(room.files):5} {total:6}  {known}")
    total = sum(source.num_lines for source in sources.values())
    lines.append(f"{'all':34} {len(sources):5} {total:6}")
    count, folder = max(room.largest_folder for room in rooms.values())
    lines.append(f"largest folder: {count} files, {folder.relative_to(ROOT)}")
    found = circles({name: source.ever for name, source in sources.items()})
    lines.append(f"circles of imports: {len(found)}")
    lines += [f"  {', '.join(group)}" for group in found]
    chain = longest_chain({name: source.at_start for name, source in sources.items()})
    lines.append(f"longest chain of imports: {len(chain)}")
    lines += [f"  {name}" for name in chain]
    return "\n".join(lines)


def main() -> None:
    """Print the figures; draw the picture if a file is named."""
    sources = read_sources(ROOT, FOLDERS)
    rooms = rooms_of(sources)
    print(figures_text(sources, rooms))
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(picture(rooms), encoding="utf-8")


if __name__ == "__main__":
    main()
