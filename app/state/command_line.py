"""The `moe3d` lines that do without a window what the window would do now."""

import shlex
from pathlib import Path

from app.state.point_filters import PointFilters
from app.state.run_options import RunOptionsState


def run_command(
    sources: tuple[Path, ...],
    options: RunOptionsState,
    title: str,
    frames_per_second: float = 1.0,
) -> str:
    """The next run; empty when no photos are open."""
    if not sources:
        return ""
    words = ["moe3d", "run", *map(str, sources), "-o", f"out/{title}", "--model", options.model]
    for name, value in (
        ("--device", options.device),
        ("--precision", options.precision),
        ("--resize", options.resize_mode),
        ("--refine", options.refine),
    ):
        if value != "auto":
            words += [name, value]
    if frames_per_second != 1:
        words += ["--frames-per-second", f"{frames_per_second:g}"]
    if not options.compare:
        words.append("--no-compare")
    return shlex.join(words)


def export_command(
    result: Path,
    layer: str,
    filters: PointFilters,
    counts: tuple[int, int],
    formats: tuple[str, ...] = ("ply",),
) -> str:
    """An export of what the screen shows, from a saved session or result.

    Args:
        result: session or prediction file, or the folder of a run.
        layer: of the left or only 3D view.
        filters: of the screen.
        counts: photos and experts of the result.
        formats: names in the registry of exporters.
    """
    photos, experts = counts
    words = ["moe3d", "export", str(result), "--format", ",".join(formats), "--layer", layer]
    words += ["--confidence-percentile", f"{filters.percentile:g}"]
    words += ["--min-support", f"{filters.min_support}"]
    if filters.edge_rtol is not None:
        words += ["--edge-rtol", f"{filters.edge_rtol:g}"]
    for name, hidden, count in (
        ("--photos", filters.hidden_photos, photos),
        ("--experts", filters.hidden_experts, experts),
    ):
        if hidden:
            words += [name, *(str(n + 1) for n in range(count) if n not in hidden)]
    words += ["--hide-sky", "on" if filters.hide_sky else "off"]
    words += ["--hide-black"] * filters.hide_black + ["--hide-white"] * filters.hide_white
    return shlex.join(words)


def left_out(filters: PointFilters) -> tuple[str, ...]:
    """Filters of the screen that the command line does not know, by FILTER_NAMES."""
    by_pixels = ("other_side",) * filters.same_mask + ("flying",) * filters.hide_flying
    return by_pixels + ("section",) * (filters.box is not None)
