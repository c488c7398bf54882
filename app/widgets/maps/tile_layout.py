"""How large the tiles of the strip are, and in how many rows they stand."""

import math
from dataclasses import dataclass

GAP_PX = 10
SMALLEST_PX = 60
"""Width of the smallest picture."""
SEEN_AT_ONCE = 2
"""Tiles are never wider than lets so many be seen; then they stand in more rows."""
NEARLY = 0.8
"""A row of tiles that is so much smaller but needs no scrolling is taken."""


@dataclass(frozen=True)
class TileLayout:
    """All tiles have one size: the picture, and its title above."""

    rows: int
    columns: int
    picture_width: int
    picture_height: int


def tile_layout(
    count: int, room: tuple[int, int], image: tuple[int, int], title_px: int
) -> TileLayout:
    """Tiles as high as the room, in one row that scrolls; or larger ones in several rows, where
    all of them are seen at once.

    Args:
        count: tiles.
        room: width and height of the strip, pixels; a higher one never has smaller tiles.
        image: width and height of the maps.
        title_px: height of a tile's title.
    """
    count, aspect = max(count, 1), image[0] / max(image[1], 1)
    widest = (room[0] - (SEEN_AT_ONCE - 1) * GAP_PX) / SEEN_AT_ONCE
    in_a_row = min(aspect * (room[1] - title_px), widest)
    whole_row = _width_of(1, count, room, aspect, title_px)
    if whole_row >= NEARLY * in_a_row:
        in_a_row = whole_row
    every = [_width_of(rows, count, room, aspect, title_px) for rows in range(1, count + 1)]
    width = max(math.floor(max(in_a_row, *every)), SMALLEST_PX)
    height = max(math.floor(width / aspect), 1)
    rows = min(max((room[1] + GAP_PX) // (height + title_px + GAP_PX), 1), count)
    return TileLayout(rows, -(-count // rows), width, height)


def _width_of(rows: int, count: int, room: tuple[int, int], aspect: float, title_px: int) -> float:
    """Width of the pictures where all tiles are inside the room in this many rows."""
    columns = -(-count // rows)
    wide = (room[0] - (columns - 1) * GAP_PX) / columns
    high = (room[1] - (rows - 1) * GAP_PX) / rows - title_px
    return min(wide, aspect * high)
