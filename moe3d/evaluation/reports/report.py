"""What an evaluation found: every choice, result and mean."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from moe3d.evaluation.models import NOT_REFINED
from moe3d.evaluation.reports.columns import Column, scene_value
from moe3d.evaluation.reports.scene_files import SceneResult
from moe3d.evaluation.reports.summary import Summary


@dataclass(frozen=True)
class Report:
    """All that a table says."""

    title: str
    choices: Mapping[str, str]
    """Every choice of the protocol, in words."""
    columns: tuple[Column, ...]
    results: tuple[SceneResult, ...]
    summary: Summary
    details: tuple[str, ...] = ()
    """Values of rows that are printed by scene and not averaged."""

    @property
    def models(self) -> tuple[str, ...]:
        """In the order of the table."""
        return tuple(dict.fromkeys(result.model for result in self.results))

    @property
    def failures(self) -> tuple[SceneResult, ...]:
        """Scenes without a score."""
        return tuple(result for result in self.results if result.error)

    @property
    def notes(self) -> tuple[str, ...]:
        """In how many scenes a refined model's depth is the raw one, one sentence a model."""
        counts = Counter(one.model for one in self.results if NOT_REFINED in one.notes)
        scored = Counter(one.model for one in self.results if one.rows)
        return tuple(
            f"{model}: {NOT_REFINED} in {count} of {scored[model]} scenes."
            for model, count in counts.items()
        )

    @property
    def scored_rows_differ(self) -> bool:
        """Whether a scene has several rows, such as photos, so that means over them differ."""
        return any(len(result.rows) > 1 for result in self.results)

    def detail(self, result: SceneResult, name: str) -> object:
        """A scene's value: the mean over its rows, or the only row's list."""
        values = [row.get(name) for row in result.rows]
        if any(isinstance(value, list) for value in values):
            return values[0]
        return scene_value(result.rows, Column(name))
