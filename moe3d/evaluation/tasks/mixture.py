"""`mixture`: what the gate and the experts do, a row a scene."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64

from moe3d.evaluation.flying_points import FlyingSettings, edge_band
from moe3d.evaluation.metrics.pairs import DepthPair
from moe3d.evaluation.metrics.two_alignments import ALIGNMENTS_IN_WORDS, BOTH_COLUMNS, TwoAlignments
from moe3d.evaluation.mixture import (
    NULL_SHIFTS,
    OracleComparison,
    compare_with_oracle,
    measure_diversity,
    measure_gate,
    measure_hardness_gap,
    measure_specialisation,
    measure_spread_quality,
    mixture_spread,
)
from moe3d.evaluation.models import Answer
from moe3d.evaluation.protocols import EvaluationProtocol, describe
from moe3d.evaluation.reports.columns import Column, Row
from moe3d.evaluation.reports.json_values import json_value
from moe3d.evaluation.tasks.task import on_prediction_grid, photo_pair, strided
from moe3d.io.datasets.records import Dataset, SceneTruth


@dataclass(frozen=True)
class Mixture:
    """All photos of a scene in one forward pass; always about the fused prediction's experts."""

    protocol: EvaluationProtocol
    seed: int = 0
    """Of the null's shifts and the noise oracle."""
    name: str = "mixture"

    @classmethod
    def for_dataset(cls, protocol: EvaluationProtocol, dataset: Dataset) -> "Mixture":
        """The task with photos shown as they are."""
        return cls(replace(protocol, input_size=None))

    @property
    def choices(self) -> Mapping[str, str]:
        """The protocol's, the band's and the null's."""
        return describe(self.protocol, "maps") | {
            "absrel and d1": ALIGNMENTS_IN_WORDS,
            "alignment of all else": "that of the fused depth, one a photo; also of experts",
            "band": FlyingSettings().in_words,
            "null": f"{NULL_SHIFTS} cyclic image shifts, seed {self.seed}",
        }

    @property
    def details(self) -> tuple[str, ...]:
        """What every expert has."""
        return ("usage", "load", "lift")

    @property
    def columns(self) -> tuple[Column, ...]:
        """The gate, its specialisation, the oracle, diversity, spread."""
        lower = ("entropy", "entropy in band", "regret", "hardness gap")
        higher = ("information", "explained", "null z", "gate accuracy")
        neither = ("effective experts", "usage entropy", "balance", "load cv2")
        depth = ("absrel top1", "absrel oracle", "absrel noise oracle")
        band = ("absrel in band", "absrel top1 in band", "absrel oracle in band")
        spread = ("pair difference", "error correlation", "spread rank correlation")
        return (
            *(Column(name) for name in lower),
            Column("dead experts", wins="wins"),
            *(Column(name, "higher") for name in higher),
            *(Column(name, "") for name in neither),
            *(replace(one, ratio=None, weight=None) for one in BOTH_COLUMNS),
            *(Column(name) for name in (*depth, *band)),
            *(Column(name, "") for name in (*spread, "sparsification area")),
        )

    def groups(self, dataset: Dataset, scene: str) -> Sequence[Sequence[int]]:
        """All frames of the stride."""
        return [strided(self.protocol, dataset, scene)]

    def score(self, answer: Answer, truth: SceneTruth) -> list[Row]:
        """Diagnostics over the scene's pixels; one alignment a photo, from the fused depth."""
        truth = on_prediction_grid(answer, truth)
        fused = answer.prediction.depth.astype(np.float64)
        photos = zip(truth.views.names, fused, truth.depth, strict=True)
        pairs = [photo_pair(*photo) for photo in photos]
        alignments = TwoAlignments.fit(pairs, self.protocol.depth_alignment)
        maps = _aligned_maps(answer, truth, alignments)
        generator = np.random.default_rng(self.seed)
        row = {
            **_gate_values(maps, generator),
            **_both_errors(pairs, alignments),
            **_choice_values(maps, generator),
            "hardness gap": _hardness_gap(maps),
            **_spread_values(maps),
        }
        return [json_value(row)]


@dataclass(frozen=True)
class _MixtureMaps:
    """Everything on the prediction's grid, aligned."""

    weights: Float64[np.ndarray, "S E H W"]
    experts: Float64[np.ndarray, "S E H W"]
    fused: Float64[np.ndarray, "S H W"]
    truth: Float64[np.ndarray, "S H W"]
    """1 where unknown."""
    valid: Bool[np.ndarray, "S H W"]
    band: Bool[np.ndarray, "S H W"]


def _both_errors(pairs: Sequence[DepthPair], alignments: TwoAlignments) -> dict[str, float]:
    """Of the fused depth; means over the scene's pixels, as of all that stands beside them."""
    photos = [alignments.errors(pair, index) for index, pair in enumerate(pairs)]
    weights = [pair.num_valid for pair in pairs]
    names = [column.name for column in BOTH_COLUMNS]
    values = np.array([[photo[name] for name in names] for photo in photos])
    return dict(zip(names, np.average(values, axis=0, weights=weights).tolist(), strict=True))


def _aligned_maps(answer: Answer, truth: SceneTruth, alignments: TwoAlignments) -> _MixtureMaps:
    prediction = answer.prediction
    fused = prediction.depth.astype(np.float64)
    experts = prediction.expert_depths.astype(np.float64)
    for view, alignment in enumerate(alignments.photos):
        fused[view] = alignment.apply(fused[view])
        experts[view] = alignment.apply(experts[view])
    valid = np.isfinite(truth.depth) & np.isfinite(experts).all(axis=1)
    known = np.where(valid, truth.depth, 1.0)
    band = np.stack([edge_band(g, v) for g, v in zip(known, valid, strict=True)])
    weights = prediction.gate_weights().astype(np.float64)
    return _MixtureMaps(weights, experts, fused, known, valid, band)


def _gate_values(maps: _MixtureMaps, generator: np.random.Generator) -> dict[str, object]:
    use = measure_gate(maps.weights, maps.valid)
    winner, num_experts = maps.weights.argmax(axis=1), maps.weights.shape[1]
    special = measure_specialisation(winner, maps.band, num_experts, generator, maps.valid)
    has_band = bool(maps.band.any())
    return {
        "entropy": use.entropy_normalised,
        "entropy in band": (
            measure_gate(maps.weights, maps.band).entropy_normalised if has_band else float("nan")
        ),
        "effective experts": use.effective_experts,
        "usage": use.usage,
        "load": use.load,
        "usage entropy": use.usage_entropy_normalised,
        "balance": use.balance,
        "load cv2": use.load_cv_squared,
        "dead experts": len(use.dead_experts),
        "wins": np.bincount(winner[maps.valid], minlength=num_experts),
        "information": special.information,
        "explained": special.explained,
        "null z": special.null_z,
        "lift": special.lift,
    }


def _choice_values(maps: _MixtureMaps, generator: np.random.Generator) -> dict[str, object]:
    everywhere = _compared(maps, maps.valid, generator)
    values: dict[str, object] = {
        "absrel top1": everywhere.top1,
        "absrel oracle": everywhere.oracle,
        "absrel noise oracle": everywhere.noise_oracle,
        "regret": everywhere.regret,
        "gate accuracy": everywhere.gate_accuracy,
    }
    names = ("absrel in band", "absrel top1 in band", "absrel oracle in band")
    if not maps.band.any():
        return values | dict.fromkeys(names, float("nan"))
    near = _compared(maps, maps.band, generator)
    return values | dict(zip(names, (near.fused, near.top1, near.oracle), strict=True))


def _compared(
    maps: _MixtureMaps, mask: Bool[np.ndarray, "S H W"], generator: np.random.Generator
) -> OracleComparison:
    return compare_with_oracle(maps.weights, maps.experts, maps.fused, maps.truth, mask, generator)


def _hardness_gap(maps: _MixtureMaps) -> float:
    """Mean over the photos that have a depth edge."""
    winner = maps.weights.argmax(axis=1)[:, None]
    top1 = np.take_along_axis(maps.experts, winner, axis=1)[:, 0]
    views = zip(maps.fused, top1, maps.truth, maps.valid, strict=True)
    gaps = np.array([measure_hardness_gap(*view) for view in views])
    return float(gaps[np.isfinite(gaps)].mean()) if np.isfinite(gaps).any() else float("nan")


def _spread_values(maps: _MixtureMaps) -> dict[str, object]:
    diversity = measure_diversity(maps.experts, maps.truth, maps.valid)
    spread = mixture_spread(maps.weights, maps.experts, maps.fused)
    quality = measure_spread_quality(spread, maps.fused, maps.truth, maps.valid)
    return {
        "pair difference": diversity.pair_difference,
        "error correlation": diversity.error_correlation,
        "spread rank correlation": quality.rank_correlation,
        "sparsification area": quality.sparsification_area,
        "sparsification area ideal": quality.ideal_area,
    }
