"""`mono-depth`: depth errors of one photo a forward pass, a row a photo."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from jaxtyping import Float64

from moe3d.errors import EvaluationError
from moe3d.evaluation.grids import resize_prediction
from moe3d.evaluation.metrics.depth import errors_of
from moe3d.evaluation.metrics.pairs import DepthPair
from moe3d.evaluation.models import Answer
from moe3d.evaluation.protocols import EvaluationProtocol, describe
from moe3d.evaluation.reports.columns import Column, Row
from moe3d.evaluation.tasks.task import on_prediction_grid, photo_by_photo, photo_pair, strided
from moe3d.io.datasets.records import Dataset, SceneTruth

DEPTH_COLUMNS = (
    ("absrel", "lower"),
    ("sqrel", "lower"),
    ("rmse", "lower"),
    ("rmselog", "lower"),
    ("log10", "lower"),
    ("d1", "higher"),
    ("d2", "higher"),
    ("d3", "higher"),
)


@dataclass(frozen=True)
class MonoDepth:
    """One photo a forward pass; means over photos and weighted by valid pixels."""

    protocol: EvaluationProtocol
    clip_above_m: float | None = None
    name: str = "mono-depth"

    @classmethod
    def for_dataset(cls, protocol: EvaluationProtocol, dataset: Dataset) -> "MonoDepth":
        """The task with this data set's clipping; photos are shown as they are.

        NRGBD has no public single-frame protocol: every 100th frame is taken.
        """
        return cls(photo_by_photo(protocol), dataset.clip_above_m)

    @property
    def choices(self) -> Mapping[str, str]:
        """The protocol's, and the data set's clipping."""
        clip = "none" if self.clip_above_m is None else f"above {self.clip_above_m:g} m"
        return describe(self.protocol, "maps") | {
            "aligned": "photo by photo: every photo is shown alone, and has a scale of its own",
            "second depth alignment": self.protocol.also_alignment or "none",
            "clipping": f"{clip}, after the alignment",
            "pooled": "weighted by valid pixels",
        }

    @property
    def details(self) -> tuple[str, ...]:
        """Pixels a photo, on average."""
        return ("valid_pixels",)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Depth errors, and once more under the second alignment."""
        first = [Column(name, better, weight="valid_pixels") for name, better in DEPTH_COLUMNS]
        method = self.protocol.also_alignment
        second = [
            Column(f"{name} {method}", better, weight="valid_pixels")
            for name, better in DEPTH_COLUMNS
            if method is not None and name in ("absrel", "d1")
        ]
        return (*first, *second)

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """Every frame on its own."""
        return [[frame] for frame in strided(self.protocol, dataset, scene)]

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Errors of every photo, aligned photo by photo."""
        return [
            {"frame": name, **self._errors(pair)}
            for name, pair in zip(truth.views.names, self._pairs(answer, truth), strict=True)
        ]

    def _pairs(self, answer: Answer, truth: SceneTruth) -> list[DepthPair]:
        if self.protocol.resampling == "truth-nearest":
            truth = on_prediction_grid(answer, truth)
            depths = answer.layer.depth.astype(np.float64)
        else:
            depths = _at_truth_size(answer, truth, self.protocol)
        photos = zip(truth.views.names, depths, truth.depth, strict=True)
        return [photo_pair(name, p, g) for name, p, g in photos]

    def _errors(self, pair: DepthPair) -> dict[str, float]:
        first = pair.aligned(pair.fit(self.protocol.depth_alignment), self.clip_above_m)
        values = asdict(errors_of(first))
        method = self.protocol.also_alignment
        if method is not None:
            second = errors_of(pair.aligned(pair.fit(method), self.clip_above_m))
            values |= {f"absrel {method}": second.absrel, f"d1 {method}": second.d1}
        return values


def _at_truth_size(
    answer: Answer, truth: SceneTruth, protocol: EvaluationProtocol
) -> list[Float64[np.ndarray, "H W"]]:
    """Depth interpolated to the photos' size, for protocols that do so."""
    height, width = truth.depth.shape[1:]
    for transform in answer.prediction.pixel_transforms:
        if transform.visible_box != (0.0, 0.0, float(width), float(height)):
            raise EvaluationError(
                f"{protocol.resampling} needs predictions of whole photos; the model saw "
                f"{transform.visible_box} of {width} x {height}"
            )
    return [
        resize_prediction(depth.astype(np.float64), width, height, protocol.resampling)
        for depth in answer.layer.depth
    ]
