"""`moe3d compare`: MoE3D against VGGT, or one saved result against another, in numbers."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tyro.conf import Positional

from moe3d.cli.console import ConsoleProgress, print_result

if TYPE_CHECKING:
    from moe3d.scene.comparison import Comparison
    from moe3d.scene.records import ScenePrediction


@dataclass(frozen=True)
class CompareCommand:
    """Compare both sides of a saved result: points, flying points, edges, and truth if given."""

    result: Positional[Path]
    """prediction.npz of a run with --compare, or the run's folder."""
    against: Path | None = None
    """Another result of the same photos; its fused depth takes VGGT's place."""
    refined: bool = False
    """Compare the depths that all photos together refined, not the networks' own."""
    truth: Path | None = None
    """Folder or file of true depth, cameras or a cloud: adds every metric against it."""
    confidence_percentile: float = 20.0
    """Share of lowest confidence that each side drops before points are counted, percent."""
    places: int = 12
    """How many places of greatest disagreement are listed."""
    json: bool = False
    """Print the result as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def run(self) -> int:
        """Compare and return 0."""
        from moe3d.evaluation.one_scene.comparison import ComparisonOptions, beside, compare_sides
        from moe3d.evaluation.one_scene.scene_truth import read_truth
        from moe3d.io.scenes.prediction_file import read_prediction
        from moe3d.scene.agreement_text import agreement_lines, agreement_table, full_agreement_json

        prediction = read_prediction(_file_of(self.result))
        titles = None
        if self.against is not None:
            prediction = beside(prediction, read_prediction(_file_of(self.against)))
            titles = (str(self.result), str(self.against))
        truth = None if self.truth is None else read_truth(self.truth, prediction)
        sides = self._sides(prediction)
        options = ComparisonOptions(self.confidence_percentile, self.places, titles, sides)
        console = ConsoleProgress(self.quiet)
        try:
            found = compare_sides(prediction, truth, options, console.progress)
        finally:
            console.finish()
        agreement, names = prediction.agreement, prediction.names
        lines = [*agreement_lines(agreement, names), *agreement_table(agreement, names)]
        heading = ["HOW THE PHOTOS AGREE"] * bool(lines)
        text = "\n".join([_text(found), *heading, *(f"  {line}" for line in lines)])
        values = {**found.to_json(), "agreement": full_agreement_json(agreement, names)}
        print_result(text, values, self.json)
        return 0

    def _sides(self, prediction: "ScenePrediction") -> tuple[str, str]:
        from moe3d.evaluation.one_scene.comparison import RAW_SIDES
        from moe3d.scene.layers import REFINED_OF

        first, second = RAW_SIDES
        return (REFINED_OF[first], REFINED_OF[second]) if self.refined else RAW_SIDES


def _file_of(path: Path) -> Path:
    return path / "prediction.npz" if path.is_dir() else path


def _text(found: "Comparison") -> str:
    """Both sides beside each other, then the places and the notes."""
    lines = _table(found)
    if found.places:
        lines.append("PLACES OF GREATEST DISAGREEMENT")
    lines += [
        f"  {number}. {place.photo} at ({place.x}, {place.y}): {100 * place.difference:+.1f} %, "
        f"{place.num_pixels} px"
        for number, place in enumerate(found.places, 1)
    ]
    return "\n".join([*lines, *found.notes])


def _table(found: "Comparison") -> list[str]:
    rows = [("", *found.titles)]
    group = ""
    for row in found.rows:
        if row.group != group:
            group = row.group
            rows.append((group.upper(), "", ""))
        first, second = row.texts(found.sides)
        rows.append((f"  {row.title}", first, second))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{title:<{widths[0]}}  {first:>{widths[1]}}  {second:>{widths[2]}}".rstrip()
        for title, first, second in rows
    ]
