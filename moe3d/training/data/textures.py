"""Procedural textures: square, tileable where it shows, linear RGB."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from moe3d.training.data.palette import sample_color, sample_green, sample_palette

SIZE = 128

Texture = Float[np.ndarray, "size size 3"]
Random = np.random.Generator


def sample_noise(random: Random, slope: float, stretch: float = 1.0) -> Float[np.ndarray, "n n"]:
    """Draw tileable noise with a 1/f^slope spectrum, scaled to 0..1.

    Args:
        random: source of randomness.
        slope: 0 is white, 1 to 2 cloudy, 3 very smooth.
        stretch: above 1 the noise is drawn out along the columns.
    """
    fy = np.fft.fftfreq(SIZE)[:, None] * SIZE * stretch
    fx = np.fft.rfftfreq(SIZE)[None, :] * SIZE / stretch
    amplitude = (1.0 + fx**2 + fy**2) ** (-slope / 2)
    amplitude[0, 0] = 0
    phase = random.random(amplitude.shape) * 2 * np.pi
    field = np.fft.irfft2(amplitude * np.exp(1j * phase), s=(SIZE, SIZE))
    low, high = np.quantile(field, [0.02, 0.98])
    return np.clip((field - low) / (high - low), 0, 1)


def apply_palette(field: Float[np.ndarray, "n n"], colors: Float[np.ndarray, "c 3"]) -> Texture:
    """Map 0..1 through colours laid out evenly, with linear blends."""
    stops = np.linspace(0, 1, len(colors))
    return np.stack([np.interp(field, stops, colors[:, c]) for c in range(3)], axis=-1)


def _grid() -> tuple[Float[np.ndarray, "n n"], Float[np.ndarray, "n n"]]:
    rows, columns = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    return rows, columns


def make_plain(random: Random) -> Texture:
    """Paint with a hint of unevenness: most walls are like this."""
    noise = sample_noise(random, random.uniform(0.3, 2.2)) - 0.5
    shade = 1 + random.uniform(0.02, 0.2) * noise[..., None]
    return sample_color(random, vivid=0.15) * shade


def make_cloudy(random: Random) -> Texture:
    """Fractal noise through a palette: plaster, stone, earth, cloth."""
    field = sample_noise(random, random.uniform(0.6, 2.2))
    return apply_palette(field, sample_palette(random, int(random.integers(2, 5))))


def make_marble(random: Random) -> Texture:
    """Veins: a sine bent by smooth noise."""
    rows, columns = _grid()
    bend = sample_noise(random, 2.2) * random.uniform(1, 6)
    waves = random.integers(1, 5) * columns + random.integers(0, 3) * rows
    field = 0.5 + 0.5 * np.sin(2 * np.pi * (waves + bend))
    return apply_palette(field ** random.uniform(0.5, 3), sample_palette(random, 3))


def make_wood(random: Random) -> Texture:
    """Grain drawn out along the columns, with planks at times."""
    rows, _ = _grid()
    grain = sample_noise(random, random.uniform(0.8, 1.5), stretch=random.uniform(3, 8))
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (rows * random.integers(2, 12) + 2 * grain))
    base = sample_color(random, vivid=0.05)
    base = base * np.array([1.0, random.uniform(0.65, 0.9), random.uniform(0.4, 0.8)])
    shade = 0.6 + 0.35 * grain + 0.2 * rings * random.random()
    planks = int(random.integers(0, 7))
    if planks > 1:
        index = (rows * planks).astype(int)
        shade = shade * random.uniform(0.75, 1.2, planks)[index]
        shade = np.where((rows * planks) % 1 < 0.03, 0.5 * shade, shade)
    return base * shade[..., None]


def make_tiles(random: Random) -> Texture:
    """Tiles or bricks with joints, each in its own shade."""
    rows, columns = _grid()
    num_rows, num_columns = int(random.integers(2, 10)), int(random.integers(2, 7))
    index_row = (rows * num_rows).astype(int)
    offset = 0.5 * (index_row % 2) * (random.random() < 0.6)
    across = columns * num_columns + offset
    index_column = across.astype(int) % num_columns
    spread = random.uniform(0.02, 0.4)
    shade = 1 + spread * random.uniform(-1, 1, (num_rows, num_columns))[index_row, index_column]
    texture = sample_color(random) * shade[..., None]
    texture = texture * (1 + 0.25 * (sample_noise(random, 1.0)[..., None] - 0.5))
    width = random.uniform(0.02, 0.1)
    joint = ((rows * num_rows) % 1 < width) | (across % 1 < width * num_columns / num_rows)
    return np.where(joint[..., None], sample_color(random, vivid=0.02), texture)


def make_checks(random: Random) -> Texture:
    """A chess board, plain or with noise."""
    rows, columns = _grid()
    count = 2 * int(random.integers(1, 6))
    parity = ((rows * count).astype(int) + (columns * count).astype(int)) % 2
    colors = sample_palette(random, 2)
    return colors[parity] * (1 + 0.2 * (sample_noise(random, 1.2)[..., None] - 0.5))


def make_stripes(random: Random) -> Texture:
    """Stripes of uneven width, at times crossed into a plaid."""
    colors = sample_palette(random, int(random.integers(2, 6)))
    rows, columns = _grid()

    def bands(position: Float[np.ndarray, "n n"]) -> Texture:
        edges = np.sort(random.random(int(random.integers(2, 14))))
        index = np.searchsorted(edges, position) % len(edges)
        return colors[index % len(colors)]

    texture = bands(rows)
    if random.random() < 0.4:
        texture = 0.5 * texture + 0.5 * bands(columns)
    return texture * (1 + 0.15 * (sample_noise(random, 0.8)[..., None] - 0.5))


def make_speckle(random: Random) -> Texture:
    """Grains of other colours on a ground: terrazzo, gravel, carpet."""
    field = sample_noise(random, random.uniform(0.0, 0.9))
    texture = np.broadcast_to(sample_color(random), (SIZE, SIZE, 3)).copy()
    for threshold in np.sort(random.uniform(0.55, 0.98, int(random.integers(1, 4)))):
        texture[field > threshold] = sample_color(random)
        field = np.roll(field, int(random.integers(1, SIZE)), axis=int(random.integers(0, 2)))
    return texture


def make_cells(random: Random) -> Texture:
    """Toroidal Voronoi cells: stones, paving, mosaic."""
    rows, columns = _grid()
    count = int(random.integers(6, 40))
    seeds = random.random((count, 2))
    delta_row = np.abs(rows[..., None] - seeds[:, 0])
    delta_column = np.abs(columns[..., None] - seeds[:, 1])
    distance = np.minimum(delta_row, 1 - delta_row) ** 2
    distance = distance + np.minimum(delta_column, 1 - delta_column) ** 2
    nearest = np.sort(np.sqrt(distance), axis=-1)[..., :2]
    base = sample_palette(random, 2)
    shade = random.uniform(0.5, 1.3, count)[distance.argmin(-1)]
    texture = base[0] * shade[..., None]
    texture = texture * (1 + 0.3 * (sample_noise(random, 1.2)[..., None] - 0.5))
    joint = nearest[..., 1] - nearest[..., 0] < random.uniform(0.005, 0.03)
    return np.where(joint[..., None], base[1] * 0.5, texture)


def make_poster(random: Random) -> Texture:
    """A picture: soft ground, overlapping shapes, lines like print."""
    rows, columns = _grid()
    texture = apply_palette(sample_noise(random, 2.5), sample_palette(random, 3))
    for _ in range(int(random.integers(3, 14))):
        centre, size = random.random(2), random.uniform(0.03, 0.35, 2)
        inside = np.maximum(
            np.abs(rows - centre[0]) / size[0], np.abs(columns - centre[1]) / size[1]
        )
        if random.random() < 0.5:
            inside = np.hypot((rows - centre[0]) / size[0], (columns - centre[1]) / size[1])
        texture[inside < 1] = sample_color(random, vivid=0.5)
    if random.random() < 0.5:
        top, height = random.uniform(0.1, 0.6), random.uniform(0.1, 0.35)
        line = (rows * random.integers(16, 40)) % 1 < 0.5
        print_ = line & (sample_noise(random, 0.5) > 0.4) & (rows > top) & (rows < top + height)
        texture[print_] = sample_color(random, vivid=0.1) * 0.3
    return texture


def make_strips(random: Random) -> Texture:
    """Rows of upright strips, like books on boards."""
    texture = np.zeros((SIZE, SIZE, 3))
    row = 0
    while row < SIZE:
        height, column = int(random.integers(16, 48)), 0
        while column < SIZE:
            width = int(random.integers(2, 10))
            top = row + int(random.integers(1, 7))
            texture[top : row + height, column : column + width] = sample_color(random, vivid=0.5)
            column += width + (random.random() < 0.2)
        texture[row + height - 2 : row + height] = sample_color(random, vivid=0.05)
        row += height
    return texture


def make_facade(random: Random) -> Texture:
    """A wall with rows of windows."""
    rows, columns = _grid()
    texture = sample_color(random, vivid=0.1) * (
        1 + 0.3 * (sample_noise(random, 1.0)[..., None] - 0.5)
    )
    num_rows, num_columns = int(random.integers(2, 6)), int(random.integers(2, 7))
    y, x = (rows * num_rows) % 1, (columns * num_columns) % 1
    half_height, half_width = random.uniform(0.2, 0.38), random.uniform(0.15, 0.38)
    frame = (np.abs(y - 0.5) < half_height + 0.05) & (np.abs(x - 0.5) < half_width + 0.05)
    pane = (np.abs(y - 0.5) < half_height) & (np.abs(x - 0.5) < half_width)
    pane &= (np.abs(x - 0.5) > 0.03) | (random.random() < 0.4)
    texture[frame] = sample_color(random, vivid=0.05)
    index = (rows * num_rows).astype(int) * num_columns + (columns * num_columns).astype(int)
    glass = random.uniform(0.02, 0.5, (num_rows * num_columns, 1)) * np.array([0.8, 0.9, 1.0])
    texture[pane] = glass[index[pane]]
    return texture


def make_foliage(random: Random) -> Texture:
    """Leaves, grass, moss: noise in greens with dark gaps."""
    field = sample_noise(random, random.uniform(0.3, 1.3), stretch=random.uniform(0.5, 2.5))
    colors = np.stack([sample_green(random) * scale for scale in (0.15, 0.7, 1.0, 1.5)])
    return apply_palette(field, np.clip(colors, 0, 1))


KINDS: tuple[tuple[Callable[[Random], Texture], float], ...] = (
    (make_plain, 0.24),
    (make_cloudy, 0.12),
    (make_marble, 0.05),
    (make_wood, 0.14),
    (make_tiles, 0.08),
    (make_checks, 0.04),
    (make_stripes, 0.07),
    (make_speckle, 0.05),
    (make_cells, 0.05),
    (make_poster, 0.06),
    (make_strips, 0.03),
    (make_facade, 0.03),
    (make_foliage, 0.04),
)


def make_texture(texture_id: int) -> Texture:
    """Make the texture of an id, linear RGB 0 to 1; the same id is the same texture."""
    random = np.random.default_rng([texture_id, 99])
    shares = np.array([share for _, share in KINDS])
    maker = KINDS[int(random.choice(len(KINDS), p=shares / shares.sum()))][0]
    texture = np.clip(maker(random), 0, 1)
    return texture.transpose(1, 0, 2) if random.random() < 0.5 else texture
