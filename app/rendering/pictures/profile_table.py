"""A profile as a table for other programs."""

import csv
import io
import math

from moe3d import Profile


def profile_csv(profile: Profile) -> str:
    """One line a pixel: place, depths, weights, gradient; empty where unknown."""
    experts = range(1, len(profile.weights) + 1)
    depths = {
        "fused": profile.fused,
        "refined": profile.refined,
        "vggt": profile.baseline,
        "vggt_refined": profile.baseline_refined,
        "truth": profile.truth,
    }
    known = {name: values for name, values in depths.items() if values is not None}
    columns = {
        "distance_px": profile.distance_px,
        "x": profile.columns,
        "y": profile.rows,
        **known,
        **{f"expert_{number}": profile.expert_depths[number - 1] for number in experts},
        **{f"weight_{number}": profile.weights[number - 1] for number in experts},
        "photo_gradient": profile.gradient,
    }
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        table.writerow([_written(float(value)) for value in row])
    return text.getvalue()


def _written(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.9g}"
