"""Which seeds belong to which use, and the random numbers of one seed.

Seeds 0 to 999,999 train, 1,000,000 to 1,000,999 validate; from 2,000,000 on they are kept for tests
of the finished model and are never used to train or to tune. Textures are held out with them.
"""

import enum

import numpy as np

from moe3d.errors import UsageError

VALIDATION_START = 1_000_000
VALIDATION_END = 1_001_000
HELD_OUT_START = 2_000_000

TEXTURES_PER_SPLIT = 4096


class Split(enum.IntEnum):
    """What a seed may be used for."""

    TRAIN = 0
    VALIDATE = 1
    HELD_OUT = 2


def split_of_seed(seed: int) -> Split:
    """Tell what a scene seed may be used for.

    Raises:
        UsageError: the seed is negative or lies between validation and held-out seeds.
    """
    if 0 <= seed < VALIDATION_START:
        return Split.TRAIN
    if VALIDATION_START <= seed < VALIDATION_END:
        return Split.VALIDATE
    if seed >= HELD_OUT_START:
        return Split.HELD_OUT
    raise UsageError(
        f"seed {seed} belongs to no split; wanted 0 to {VALIDATION_END - 1} "
        f"or {HELD_OUT_START} and above"
    )


def scene_random(seed: int, stream: int = 0) -> np.random.Generator:
    """Random numbers of one scene; another stream (layout, cameras, photo) never disturbs it."""
    return np.random.default_rng([seed, stream])


def sample_texture_ids(seed: int, count: int) -> list[int]:
    """Choose texture ids for a scene from its split's own set."""
    random = scene_random(seed, stream=7)
    start = int(split_of_seed(seed)) * TEXTURES_PER_SPLIT
    return [start + int(i) for i in random.integers(0, TEXTURES_PER_SPLIT, count)]


def texture_ids_of_split(split: Split) -> range:
    """Every texture that scenes of a split may have."""
    start = int(split) * TEXTURES_PER_SPLIT
    return range(start, start + TEXTURES_PER_SPLIT)
