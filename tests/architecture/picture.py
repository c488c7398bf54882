"""The picture of the house, as SVG: rooms on floors, and what each knows.

An arrow that others imply is left out; one that passes a floor has a lane of its own there
(Sugiyama 1981).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from tests.architecture.rooms import FACE, GROUND, Room, implied, short

BOX, GAP, LANE = (204, 80), (18, 44), 16
MARGIN, HEAD, COLUMNS, SWEEPS = 24, 44, 38, 8
STYLE = """text { font-family: 'DejaVu Sans', 'Segoe UI', Helvetica, sans-serif; fill: #1c2530; }
.head { font-size: 17px; font-weight: bold; } .name { font-size: 13px; font-weight: bold; }
.say { font-size: 9.5px; } .far { font-size: 9.5px; fill: #8a4b08; }
.house { fill: #f4f6f9; stroke: #c9d1dc; } .box { fill: #ffffff; stroke: #5b7aa6; }
.arrow { fill: none; stroke: #7d8fa8; stroke-width: 1.2; marker-end: url(#tip); }"""
TIP = """<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#7d8fa8"/></marker></defs>"""


@dataclass(frozen=True)
class House:
    """The rooms of one package by floor, the top one first."""

    title: str
    rooms: Mapping[str, Room]
    floors: list[list[str]]
    """Names of rooms, and of lanes ("from > to"), from left to right."""
    arrows: list[list[str]]
    """Each from a room by lanes to a room."""

    @property
    def width(self) -> int:
        """Pixels."""
        return max(self.row_width(floor) for floor in self.floors) + 2 * MARGIN

    @property
    def height(self) -> int:
        """Pixels."""
        return len(self.floors) * (BOX[1] + GAP[1]) - GAP[1] + HEAD + MARGIN

    def row_width(self, names: Iterable[str]) -> int:
        """Pixels of some neighbours on a floor."""
        widths = [BOX[0] if name in self.rooms else LANE for name in names]
        return sum(widths) + GAP[0] * (len(widths) - 1)


def house_of(rooms: Mapping[str, Room], package: str, title: str) -> House:
    """Put a package's rooms on floors: each stands above all that it knows."""
    own = {name: room for name, room in rooms.items() if name.split(".")[0] == package}
    knows = {name: _floor_below(room, own) for name, room in own.items()}
    height: dict[str, int] = {}

    def measure(name: str, above: frozenset[str] = frozenset()) -> int:
        assert name not in above, f"rooms import each other in a circle: {sorted(above | {name})}"
        if name not in height:
            below = [measure(other, above | {name}) for other in knows[name]]
            height[name] = 1 + max(below, default=-1)
        return height[name]

    for name in own:
        measure(name)
    if FACE in height:
        height[FACE] = max(height.values())
    floors: list[list[str]] = [[] for _ in range(max(height.values()) + 1)]
    arrows = []
    for name in sorted(own):
        floors[-1 - height[name]].append(name)
        for other in sorted(knows[name] - implied(knows, name)):
            between = range(height[name] - 1, height[other], -1)
            for floor in between:
                floors[-1 - floor].append(f"{name} > {other}")
            arrows.append([name, *[f"{name} > {other}"] * len(between), other])
    _untangle(floors, arrows)
    return House(title, own, floors, arrows)


def _floor_below(room: Room, own: Mapping[str, Room]) -> set[str]:
    """What a room knows of its own house, doors apart."""
    if room.name == FACE:
        return set()
    return {name for name in room.knows & set(own) if name != FACE}


def _untangle(floors: list[list[str]], arrows: list[list[str]]) -> None:
    """Order each floor by the middle of what its rooms and lanes are joined to."""
    joined: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    level = {name: number for number, floor in enumerate(floors) for name in floor}
    for arrow in arrows:
        steps = [(level[arrow[0]] + number, name) for number, name in enumerate(arrow)]
        for upper, lower in pairwise(steps):
            joined[upper].append(lower)
            joined[lower].append(upper)
    for sweep in range(SWEEPS):
        numbers = range(len(floors))
        for number in numbers if sweep % 2 == 0 else reversed(numbers):
            at = {
                (other, name): (place + 0.5) / len(floors[other])
                for other in numbers
                for place, name in enumerate(floors[other])
            }
            middle = {
                name: sum(at[end] for end in ends) / len(ends)
                for name in floors[number]
                if (ends := joined[number, name])
            }
            floors[number].sort(key=lambda name: middle.get(name, 1.0))


def picture(rooms: Mapping[str, Room]) -> str:
    """The two houses beside each other, as SVG."""
    window = house_of(rooms, "moe3d_viewer", "app/ (installed as moe3d_viewer): the window")
    package = house_of(rooms, "moe3d", "moe3d/: the package and the command line")
    width = window.width + package.width + 3 * MARGIN
    height = max(window.height, package.height) + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">',
        f"<style>{STYLE}</style>",
        TIP,
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_drawn(window, MARGIN, MARGIN, height - 2 * MARGIN),
        *_drawn(package, window.width + 2 * MARGIN, MARGIN, height - 2 * MARGIN),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _drawn(house: House, left: int, top: int, height: int) -> list[str]:
    size = f'width="{house.width}" height="{height}"'
    parts = [
        f'<rect class="house" x="{left}" y="{top}" {size} rx="8"/>',
        f'<text class="head" x="{left + MARGIN}" y="{top + 27}">{escape(house.title)}</text>',
    ]
    middles: dict[tuple[int, str], tuple[int, int]] = {}
    for number, floor in enumerate(house.floors):
        x = left + (house.width - house.row_width(floor)) // 2
        y = top + HEAD + number * (BOX[1] + GAP[1])
        for name in floor:
            width = house.row_width([name])
            middles[number, name] = x + width // 2, y
            if name in house.rooms:
                parts += _box(house.rooms[name], x, y)
            x += width + GAP[0]
    level = {name: number for number, name in middles}
    for arrow in house.arrows:
        first = level[arrow[0]]
        parts.append(_arrow([middles[first + step, name] for step, name in enumerate(arrow)]))
    return parts


def _arrow(middles: list[tuple[int, int]]) -> str:
    """A curve between floors, straight down along lanes."""
    x, y = middles[0][0], middles[0][1] + BOX[1]
    path = f"M{x},{y}"
    for to_x, to_y in middles[1:]:
        bend = GAP[1] // 2
        path += f" C{x},{y + bend} {to_x},{to_y - bend} {to_x},{to_y}"
        x, y = to_x, to_y + BOX[1]
        if (to_x, to_y) != middles[-1]:
            path += f" L{x},{y}"
    return f'<path class="arrow" d="{path}"/>'


def _box(room: Room, x: int, y: int) -> list[str]:
    texts = [("name", short(room.name) if room.name != FACE else "moe3d/__init__.py")]
    texts += [("say", line) for line in _wrapped(room.sentence.rstrip("."), COLUMNS)]
    if room.name.startswith("moe3d_viewer") or room.name == FACE:
        far = [short(name) for name in room.knows if not name.startswith("moe3d_viewer")]
        known = ", ".join(sorted(set(far) - {short(GROUND), "cli"}))
        texts += [("far", line) for line in _wrapped(f"→ {known}", COLUMNS) if known]
    lines = [f'<rect class="box" x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="5"/>']
    for number, (kind, text) in enumerate(texts):
        place = f'x="{x + 8}" y="{y + 17 + 14 * number}"'
        lines.append(f'<text class="{kind}" {place}>{escape(text)}</text>')
    return lines


def _wrapped(text: str, columns: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > columns:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
