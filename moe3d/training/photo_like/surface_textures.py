"""Textures of what rooms and streets are made of, drawn from numbers: square, linear RGB.

No photograph is used: of the picture collections that were looked at, none is CC0 as a whole.
"""

import colorsys
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from moe3d.training.data.palette import sample_color, sample_green
from moe3d.training.data.seeds import Split
from moe3d.training.data.textures import (
    SIZE,
    Texture,
    apply_palette,
    make_foliage,
    make_marble,
    make_speckle,
    make_stripes,
    sample_noise,
)

Random = np.random.Generator
Field = Float[np.ndarray, "n n"]
TEXTURES_A_KIND = 48
KIND_SEED = 31


def _grid() -> tuple[Field, Field]:
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    return rows, columns


def _tone(
    random: Random, hue: tuple[float | int, float | int], saturation: float, value: float
) -> np.ndarray:
    """A colour around a saturation and a value, linear RGB."""
    s = np.clip(saturation * random.uniform(0.6, 1.4), 0, 1)
    v = np.clip(value * random.uniform(0.75, 1.25), 0.03, 0.95)
    return np.array(colorsys.hsv_to_rgb(random.uniform(*hue) % 1, s, v)) ** 2.2


def _uneven(random: Random, texture: np.ndarray, strength: float, slope: float) -> Texture:
    return texture * (1 + strength * (sample_noise(random, slope)[..., None] - 0.5))


def make_paint(random: Random) -> Texture:
    """Wall paint: white, cream, grey or pastel, a little blotched."""
    choice = random.random()
    if choice < 0.6:
        color = _tone(random, (0.06, 0.16), 0.08, 0.88)
    elif choice < 0.85:
        color = _tone(random, (0.0, 1.0), 0.18, 0.78)
    else:
        color = _tone(random, (0.0, 1.0), 0.45, 0.55)
    texture = np.broadcast_to(color, (SIZE, SIZE, 3))
    texture = _uneven(random, texture, random.uniform(0.02, 0.1), 2.0)
    return _uneven(random, texture, random.uniform(0.01, 0.1), 0.4)


def make_plaster(random: Random) -> Texture:
    """Rough plaster and concrete, with stains."""
    color = _tone(random, (0.05, 0.15), 0.12, 0.65)
    texture = _uneven(random, np.broadcast_to(color, (SIZE, SIZE, 3)), 0.5, 1.8)
    return _uneven(random, texture, random.uniform(0.1, 0.45), 0.5)


def _grain(random: Random) -> Field:
    fine = sample_noise(random, random.uniform(0.9, 1.4), stretch=random.uniform(5.0, 9.0))
    rows, _ = _grid()
    bend = sample_noise(random, 1.8, stretch=random.uniform(2.0, 4.0))
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (rows * random.integers(3, 12) + 1.6 * bend))
    return 0.65 * fine + 0.35 * rings * random.uniform(0.3, 1)


def _wood_color(random: Random) -> np.ndarray:
    value = random.choice([0.25, 0.42, 0.58, 0.72, 0.85])
    return _tone(random, (0.055, 0.105), 0.5 if value < 0.8 else 0.2, float(value))


def make_boards(random: Random) -> Texture:
    """A wooden floor: boards with joints and ends, each in its own shade."""
    rows, columns = _grid()
    count = int(random.integers(5, 11))
    board = (rows * count).astype(int)
    start = random.random(count)[board]
    length = int(random.integers(1, 3))
    piece = np.floor(columns * length + start).astype(int) % length
    spread = random.uniform(0.05, 0.3)
    shade = 1 + spread * random.uniform(-1, 1, (count, length))[board, piece]
    roll = random.integers(0, SIZE, (count, length))[board, piece]
    grain = _grain(random)
    cell = (np.arange(SIZE)[None, :] + roll) % SIZE
    grain = np.take_along_axis(grain, cell, axis=1)
    texture = _wood_color(random) * (shade * (0.72 + 0.5 * grain))[..., None]
    end = ((columns * length + start) % 1) < 1.2 * length / SIZE
    joint = ((rows * count) % 1 < 1.3 * count / SIZE) | end
    return np.where(joint[..., None], texture * random.uniform(0.35, 0.8), texture)


def make_parquet(random: Random) -> Texture:
    """Squares of short staves, turned by turns."""
    rows, columns = _grid()
    count = 2 * int(random.integers(1, 4))
    turned = ((rows * count).astype(int) + (columns * count).astype(int)) % 2 == 1
    staves = int(random.integers(3, 7))
    across = np.where(turned, columns, rows) * count * staves
    index = across.astype(int) + 31 * ((rows * count).astype(int) * count).astype(int)
    shade = random.uniform(0.75, 1.2, 997)[(index * 7 + columns * count * 13).astype(int) % 997]
    grain = np.where(turned, _grain(random).T, _grain(random))
    texture = _wood_color(random) * (shade * (0.75 + 0.45 * grain))[..., None]
    return np.where((across % 1 < 0.08)[..., None], 0.6 * texture, texture)


def make_veneer(random: Random) -> Texture:
    """Wood of furniture, without joints."""
    return _wood_color(random) * (0.7 + 0.55 * _grain(random))[..., None]


def make_ceramic(random: Random) -> Texture:
    """Glazed tiles in a grid or in bond, with pale joints."""
    rows, columns = _grid()
    num_rows = int(random.integers(2, 8))
    num_columns = int(random.choice([num_rows, max(1, num_rows // 2)]))
    offset = 0.5 * ((rows * num_rows).astype(int) % 2) * (random.random() < 0.4)
    down, across = (rows * num_rows) % 1, (columns * num_columns + offset) % 1
    cell = (rows * num_rows).astype(int), (columns * num_columns + offset).astype(int) % num_columns
    value = float(random.choice([0.85, 0.8, 0.6, 0.35]))
    color = _tone(random, (0.02, 0.7), 0.15 if random.random() < 0.7 else 0.5, value)
    shade = 1 + random.uniform(0.01, 0.12) * random.uniform(-1, 1, (num_rows, num_columns))[cell]
    texture = _uneven(random, color * shade[..., None], random.uniform(0.02, 0.3), 1.5)
    half = random.uniform(0.008, 0.02)
    joint = (np.minimum(down, 1 - down) / num_rows < half / 2) | (
        np.minimum(across, 1 - across) / num_columns < half / 2
    )
    grout = _tone(random, (0.05, 0.2), 0.06, float(random.choice([0.8, 0.5, 0.3])))
    return np.where(joint[..., None], grout, texture)


def make_bricks(random: Random) -> Texture:
    """A brick wall in stretcher bond."""
    rows, columns = _grid()
    num_rows, num_columns = int(random.integers(8, 15)) // 2 * 2, int(random.integers(2, 5))
    course = (rows * num_rows).astype(int)
    across = columns * num_columns + 0.5 * (course % 2)
    shade = random.uniform(0.6, 1.25, (num_rows, num_columns))
    shade = shade[course, across.astype(int) % num_columns]
    color = _tone(random, (0.0, 0.09), 0.5, 0.5)
    texture = _uneven(random, color * shade[..., None], 0.5, 0.8)
    down = (rows * num_rows) % 1
    joint = (np.minimum(down, 1 - down) < 0.09) | (
        np.minimum(across % 1, 1 - across % 1) < 0.09 * num_columns / num_rows
    )
    mortar = _uneven(
        random, np.broadcast_to(_tone(random, (0.05, 0.15), 0.1, 0.6), (SIZE,) * 2 + (3,)), 0.4, 0.6
    )
    return np.where(joint[..., None], mortar, texture)


def make_carpet(random: Random) -> Texture:
    """Pile: fine noise in one or two near colours."""
    base = _tone(random, (0.0, 1.0), 0.25, 0.45)
    other = np.clip(base * random.uniform(0.6, 1.5, 3), 0, 1)
    return apply_palette(sample_noise(random, random.uniform(0.1, 0.9)), np.stack([base, other]))


def make_rug(random: Random) -> Texture:
    """A rug with borders and a repeated figure."""
    rows, columns = _grid()
    y, x = np.abs(2 * rows - 1), np.abs(2 * columns - 1)
    colors = np.stack([_tone(random, (0.0, 1.0), 0.5, v) for v in random.uniform(0.2, 0.8, 5)])
    figure = np.sin(random.integers(3, 14) * np.pi * x) * np.sin(random.integers(3, 14) * np.pi * y)
    figure += 0.5 * np.sin(random.integers(2, 9) * np.pi * (x + y))
    index = np.digitize(figure, [-0.4, 0.3, 0.8])
    edge = np.maximum(x, y)
    index = np.where(edge > 0.85, 4, np.where(edge > 0.78, 0, index))
    return _uneven(random, colors[index], 0.35, 0.3)


def make_cloth(random: Random) -> Texture:
    """Woven cloth: plain, striped or checked, with folds' unevenness."""
    rows, columns = _grid()
    count = int(random.choice([32, 64]))
    weave = 0.5 + 0.25 * (np.sin(2 * np.pi * rows * count) + np.sin(2 * np.pi * columns * count))
    if random.random() < 0.3:
        texture = make_stripes(random) * 0.8
    else:
        vivid = random.random() < 0.3
        color = _tone(random, (0.0, 1.0), 0.6 if vivid else 0.2, float(random.uniform(0.2, 0.85)))
        texture = np.broadcast_to(color, (SIZE, SIZE, 3))
    return _uneven(random, texture * (0.85 + 0.3 * weave[..., None]), 0.2, 1.2)


def make_wallpaper(random: Random) -> Texture:
    """A small figure repeated on a pale ground."""
    rows, columns = _grid()
    count = int(random.integers(3, 9))
    shift = 0.5 * ((rows * count).astype(int) % 2)
    y, x = (rows * count) % 1 - 0.5, (columns * count + shift) % 1 - 0.5
    petals = int(random.integers(2, 7))
    radius = 0.22 + 0.12 * np.cos(petals * np.arctan2(y, x))
    ground = _tone(random, (0.05, 0.7), 0.15, 0.8)
    figure = np.clip(ground * random.uniform(0.4, 0.9, 3), 0, 1)
    mask = np.clip((radius - np.hypot(x, y)) * 12, 0, 1)[..., None]
    return _uneven(random, ground * (1 - mask) + figure * mask, 0.08, 1.5)


def make_print(random: Random) -> Texture:
    """A framed picture: landscape, still life or abstract shapes, like a photograph or painting."""
    rows, columns = _grid()
    if random.random() < 0.5:
        sky = np.stack(
            [_tone(random, (0.5, 0.66), 0.4, 0.8), _tone(random, (0.02, 0.15), 0.3, 0.9)]
        )
        texture = apply_palette(np.clip(rows * 1.6, 0, 1), sky)
        texture = _uneven(random, texture, 0.5, 2.2)
        level = random.uniform(0.35, 0.6)
        for depth in range(int(random.integers(2, 6))):
            ridge = level + random.uniform(0.03, 0.15) * (sample_noise(random, 1.8)[0] - 0.5) * 2
            land = (
                sample_green(random)
                if random.random() < 0.6
                else _tone(random, (0.0, 1.0), 0.3, 0.4)
            )
            shade = 0.6 + 0.6 * sample_noise(random, 1.0)
            texture = np.where((rows > ridge)[..., None], land * shade[..., None], texture)
            level += random.uniform(0.05, 0.2) * (1 + 0.2 * depth)
    else:
        texture = _uneven(random, np.broadcast_to(sample_color(random), (SIZE, SIZE, 3)), 0.8, 2.0)
        for _ in range(int(random.integers(3, 18))):
            centre, size = random.random(2), random.uniform(0.03, 0.3, 2)
            wobble = 0.3 * (sample_noise(random, 1.8) - 0.5)
            inside = (
                np.hypot((rows - centre[0]) / size[0], (columns - centre[1]) / size[1]) + wobble
            )
            light = np.clip(1.3 - 0.7 * inside, 0.3, 1.3)[..., None]
            texture = np.where((inside < 1)[..., None], sample_color(random, 0.5) * light, texture)
    texture = _uneven(random, texture, 0.3, 0.5)
    if random.random() < 0.6:  # a passe-partout
        edge = np.maximum(np.abs(2 * rows - 1), np.abs(2 * columns - 1))
        texture = np.where((edge > random.uniform(0.7, 0.9))[..., None], 0.75, texture)
    return texture[::-1]


def make_spine(random: Random) -> Texture:
    """Spines of books or packages: a colour with bands and lines of print."""
    rows, columns = _grid()
    vivid = float(random.uniform(0.1, 0.8))
    texture = np.broadcast_to(
        _tone(random, (0.0, 1.0), vivid, float(random.uniform(0.2, 0.9))), (SIZE, SIZE, 3)
    )
    for _ in range(int(random.integers(1, 5))):
        start, length = random.random(), random.uniform(0.02, 0.3)
        band = (rows > start) & (rows < start + length)
        texture = np.where(band[..., None], sample_color(random, 0.5), texture)
    print_ = ((rows * random.integers(10, 40)) % 1 < 0.5) & (sample_noise(random, 0.6) > 0.55)
    inside = (np.abs(columns - 0.5) < 0.35) & (np.abs(rows - random.random()) < 0.2)
    ink = sample_color(random, 0.2) * 0.5
    return _uneven(random, np.where((print_ & inside)[..., None], ink, texture), 0.15, 1.0)


def make_stone(random: Random) -> Texture:
    """A worktop: speckled or veined."""
    if random.random() < 0.5:
        return make_marble(random) * 0.9
    base = _tone(random, (0.05, 0.6), 0.1, float(random.choice([0.25, 0.45, 0.75])))
    return np.clip(_uneven(random, np.broadcast_to(base, (SIZE, SIZE, 3)), 0.9, 0.3), 0, 1)


def make_paving(random: Random) -> Texture:
    """Asphalt, gravel or slabs."""
    color = _tone(random, (0.05, 0.15), 0.08, float(random.uniform(0.3, 0.6)))
    texture = _uneven(random, np.broadcast_to(color, (SIZE, SIZE, 3)), 0.7, 0.3)
    texture = _uneven(random, texture, 0.4, 1.8)
    if random.random() < 0.5:
        rows, columns = _grid()
        count = int(random.integers(2, 6))
        across = columns * count + 0.5 * ((rows * count).astype(int) % 2) * (random.random() < 0.5)
        joint = ((rows * count) % 1 < 0.05) | (across % 1 < 0.05)
        texture = np.where(joint[..., None], 0.5 * texture, texture)
    return texture


def make_grass(random: Random) -> Texture:
    """Lawn and hedges."""
    return make_foliage(random)


def make_metal(random: Random) -> Texture:
    """Brushed metal, enamel and plastic: one colour, hardly a pattern."""
    value = float(random.choice([0.12, 0.5, 0.7, 0.9]))
    color = _tone(random, (0.0, 1.0), 0.06 if random.random() < 0.75 else 0.7, value)
    noise = sample_noise(random, 0.8, stretch=6.0)[..., None] - 0.5
    return color * (1 + random.uniform(0.0, 0.12) * noise)


def make_unevenness(random: Random) -> Texture:
    """Mid grey with a hint of wear; a tint of twice a colour makes it that colour."""
    grey = np.full((SIZE, SIZE, 3), 0.5)
    return _uneven(random, _uneven(random, grey, random.uniform(0.03, 0.25), 1.8), 0.05, 0.3)


KINDS: dict[str, Callable[[Random], Texture]] = {
    "paint": make_paint,
    "plaster": make_plaster,
    "boards": make_boards,
    "parquet": make_parquet,
    "veneer": make_veneer,
    "ceramic": make_ceramic,
    "bricks": make_bricks,
    "carpet": make_carpet,
    "rug": make_rug,
    "cloth": make_cloth,
    "wallpaper": make_wallpaper,
    "print": make_print,
    "spine": make_spine,
    "stone": make_stone,
    "paving": make_paving,
    "grass": make_grass,
    "metal": make_metal,
    "speckle": make_speckle,
    "unevenness": make_unevenness,
}


def make_surface_texture(kind: str, number: int, split: Split) -> Texture:
    """The texture of a kind and a number, linear RGB 0 to 1; each split has its own."""
    place = list(KINDS).index(kind)
    random = np.random.default_rng([KIND_SEED, int(split), place, number])
    return np.clip(KINDS[kind](random), 0.004, 0.95)
