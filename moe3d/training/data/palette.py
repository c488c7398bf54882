"""Colours as they occur in photographs: mostly muted, sometimes strong."""

import colorsys

import numpy as np
from jaxtyping import Float


def sample_color(random: np.random.Generator, vivid: float = 0.25) -> Float[np.ndarray, "3"]:
    """Draw one linear RGB albedo, 0 to 1.

    Args:
        random: source of randomness.
        vivid: share of strongly saturated colours.
    """
    if random.random() < vivid:
        hue, saturation, value = random.random(), random.uniform(0.4, 0.95), random.uniform(0.25, 1)
    elif random.random() < 0.5:  # browns, beiges, skin and wood tones
        hue = random.uniform(0.03, 0.14)
        saturation, value = random.uniform(0.1, 0.6), random.uniform(0.15, 0.95)
    else:  # greys, whites, near black
        hue, saturation = random.random(), random.uniform(0.0, 0.15)
        value = random.uniform(0.05, 1.0)
    return np.array(colorsys.hsv_to_rgb(hue, saturation, value)) ** 1.6


def sample_palette(random: np.random.Generator, count: int) -> Float[np.ndarray, "count 3"]:
    """Draw colours that go together: variations of a base with some free ones."""
    base = sample_color(random)
    colors = []
    for _ in range(count):
        if random.random() < 0.55:
            colors.append(
                np.clip(base * random.uniform(0.4, 1.6) + random.normal(0, 0.03, 3), 0, 1)
            )
        else:
            colors.append(sample_color(random))
    return np.stack(colors)


def sample_green(random: np.random.Generator) -> Float[np.ndarray, "3"]:
    """Draw the colour of a plant."""
    hue = random.uniform(0.18, 0.38)
    rgb = colorsys.hsv_to_rgb(hue, random.uniform(0.3, 0.8), random.uniform(0.2, 0.7))
    return np.array(rgb) ** 1.6
