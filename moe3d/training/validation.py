"""Scores of a network on validation scenes: fused depth beside VGGT's, edges, poses, experts."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float

from moe3d.evaluation.boundary import BoundaryCounts, count_occlusions
from moe3d.evaluation.flying_points import count_against_itself, edge_band
from moe3d.evaluation.metrics.depth import score_depth
from moe3d.evaluation.mixture.gate import measure_gate
from moe3d.model.fusion import gate_weights
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import ModelOutput, RunOptions
from moe3d.model.pose_encoding import rotation_from_quaternion
from moe3d.training.batches import TrainingBatch
from moe3d.training.data.generator import SceneGenerator
from moe3d.training.data.seeds import VALIDATION_START
from moe3d.training.losses.camera import rotation_angle_deg
from moe3d.training.sources.generated import batch_of_scenes
from moe3d.training.tensors import tensors_to

SCENES_AT_ONCE = 4
LAYERS = ("vggt", "fused", "argmax", "oracle")


@dataclass(frozen=True)
class LayerScores:
    """Scores of one kind of depth over a data set."""

    absrel_mean: float
    """Mean over scenes; one median scale a scene."""
    absrel_median: float
    delta1: float
    """Mean share of pixels within a factor 1.25; one median scale a scene."""
    boundary_f1: float
    """Depth Pro's, counts of all frames added up."""
    flying_self: float
    """FPR_self, pixels of all frames added up."""
    unresolved: float
    """Share of covered edge pixels whose two surfaces the prediction does not keep apart."""
    absrel_photo_mean: float = math.nan
    """Mean over scenes of the mean over photos; one median scale a photo. NaN in old records."""
    absrel_photo_median: float = math.nan
    delta1_photo: float = math.nan


@dataclass(frozen=True)
class ValidationScores:
    """All scores of one network."""

    layers: dict[str, LayerScores]
    num_scenes: int
    num_views: int
    rotation_error_deg: float
    """Median angle between predicted and true rotation from the first view to the others."""
    rotation_identity_deg: float
    """The same for a guess of no rotation."""
    usage: tuple[float, ...]
    """Share of pixels that each expert wins."""
    entropy_band: float
    """Gate entropy / ln E near depth edges."""
    entropy_outside: float
    """Gate entropy / ln E elsewhere."""


class _LayerTally:
    def __init__(self) -> None:
        self.absrel: list[float] = []
        self.delta1: list[float] = []
        self.by_photo: list[tuple[float, float]] = []
        self.boundary: BoundaryCounts | None = None
        self.flying = self.resolved = self.covered = 0

    def add(self, depth: Float[np.ndarray, "S H W"], truth: Float[np.ndarray, "S H W"]) -> None:
        errors = score_depth(depth, truth, alignment="median")
        self.absrel.append(errors.absrel)
        self.delta1.append(errors.d1)
        photos = []
        for predicted, known in zip(depth, truth, strict=True):
            if not np.isfinite(known).any():
                continue
            alone = score_depth(predicted, known, alignment="median")
            photos.append((alone.absrel, alone.d1))
            counts = count_occlusions(predicted, known)
            self.boundary = counts if self.boundary is None else self.boundary + counts
            rate = count_against_itself(predicted, known)
            self.flying += int(rate.flying.sum())
            self.covered += int(rate.covered.sum())
            self.resolved += int((rate.covered & ~rate.unresolved).sum())
        absrel, delta1 = np.mean(photos, axis=0)
        self.by_photo.append((float(absrel), float(delta1)))

    def scores(self) -> LayerScores:
        return LayerScores(
            absrel_mean=float(np.mean(self.absrel)),
            absrel_median=float(np.median(self.absrel)),
            delta1=float(np.mean(self.delta1)),
            boundary_f1=self.boundary.f1 if self.boundary else float("nan"),
            flying_self=self.flying / max(self.resolved, 1),
            unresolved=1 - self.resolved / max(self.covered, 1),
            absrel_photo_mean=float(np.mean(self.by_photo, axis=0)[0]),
            absrel_photo_median=float(np.median(self.by_photo, axis=0)[0]),
            delta1_photo=float(np.mean(self.by_photo, axis=0)[1]),
        )


def depth_layers(
    output: ModelOutput, truth: Float[torch.Tensor, "B S H W"]
) -> dict[str, Float[torch.Tensor, "B S H W"]]:
    """VGGT's depth, the soft fusion, the winner's, and each pixel's best expert.

    Args:
        output: the network's answer.
        truth: normalised depth, for the best expert.
    """
    experts = output.expert_depths
    winner = output.gate_logits.argmax(2, keepdim=True)
    error = (experts - truth.nan_to_num(1.0)[:, :, None]).abs()
    layers = {
        "fused": output.depth,
        "argmax": experts.gather(2, winner)[:, :, 0],
        "oracle": experts.gather(2, error.argmin(2, keepdim=True))[:, :, 0],
    }
    if output.baseline_depth is not None:
        layers["vggt"] = output.baseline_depth
    return layers


def validation_batches(
    generator: SceneGenerator, count: int, num_views: int, size: tuple[int, int]
) -> Iterator[TrainingBatch]:
    """Draw the first validation scenes, a few at a time.

    Args:
        generator: of scenes.
        count: scenes.
        num_views: photos a scene.
        size: width and height, pixels.
    """
    for first in range(VALIDATION_START, VALIDATION_START + count, SCENES_AT_ONCE):
        seeds = range(first, min(first + SCENES_AT_ONCE, VALIDATION_START + count))
        yield batch_of_scenes(generator.generate(seeds, num_views, size[1], size[0]))


def flat_scores(scores: ValidationScores) -> dict[str, float]:
    """All numbers by one name each, for logs."""
    values = {
        f"{layer}_{name}": value
        for layer, own in scores.layers.items()
        for name, value in vars(own).items()
    }
    own = ("rotation_error_deg", "rotation_identity_deg", "entropy_band", "entropy_outside")
    return values | {name: getattr(scores, name) for name in own}


@torch.no_grad()
def validate(
    network: MoE3DNetwork, batches: Iterable[TrainingBatch], temperature: float
) -> ValidationScores:
    """Run a network over validation scenes and score every kind of depth it gives.

    Args:
        network: on any device.
        batches: scenes with at least one valid pixel each.
        temperature: gate temperature of the soft fusion.
    """
    tallies: dict[str, _LayerTally] = {}
    cameras, gates = _CameraTally(), _GateTally()
    scenes = views = 0
    device = next(network.parameters()).device
    options = RunOptions(gate_temperature=temperature)
    for batch in batches:
        batch = tensors_to(batch, torch.device("cpu"))
        answer = network(batch.images.to(device), options=options)
        output = tensors_to(answer, torch.device("cpu"))
        truths = batch.depth.double().numpy()
        for name, layer in depth_layers(output, batch.depth).items():
            tally = tallies.setdefault(name, _LayerTally())
            for depth, truth in zip(layer.double().numpy(), truths, strict=True):
                tally.add(depth, truth)
        cameras.add(output, batch)
        gates.add(gate_weights(output.gate_logits, temperature), truths)
        scenes += len(batch.images)
        views = batch.images.shape[1]
    layers = {name: tallies[name].scores() for name in LAYERS if name in tallies}
    return gates.scores(cameras, layers, (scenes, views))


class _CameraTally:
    """Angles of the turns from the first view: predicted, and none, against the true ones."""

    def __init__(self) -> None:
        self._turns: list[Float[torch.Tensor, " N"]] = []
        self._still: list[Float[torch.Tensor, " N"]] = []

    def add(self, output: ModelOutput, batch: TrainingBatch) -> None:
        true_turn = batch.cameras.camera_from_world[:, 1:, :3, :3]
        no_turn = torch.eye(3).expand_as(true_turn)
        self._turns.append(rotation_angle_deg(_turns(output), true_turn).flatten())
        self._still.append(rotation_angle_deg(no_turn, true_turn).flatten())

    def medians(self) -> tuple[float, float]:
        return _median(self._turns), _median(self._still)


class _GateTally:
    """Gate weights at every second pixel, and where depth edges are."""

    def __init__(self) -> None:
        self._weights: list[np.ndarray] = []
        self._bands: list[np.ndarray] = []
        self._known: list[np.ndarray] = []

    def add(
        self, gate: Float[torch.Tensor, "B S E H W"], truths: Float[np.ndarray, "B S H W"]
    ) -> None:
        self._weights.append(gate.flatten(0, 1).numpy()[:, :, ::2, ::2])
        for frame in truths.reshape(-1, *truths.shape[2:]):
            valid = np.isfinite(frame)
            self._known.append(valid[::2, ::2])
            self._bands.append(edge_band(frame, valid)[::2, ::2])

    def scores(
        self, cameras: _CameraTally, layers: dict[str, LayerScores], counts: tuple[int, int]
    ) -> ValidationScores:
        gate = np.concatenate(self._weights)
        band, valid = np.stack(self._bands), np.stack(self._known)
        predicted, still = cameras.medians()
        return ValidationScores(
            layers=layers,
            num_scenes=counts[0],
            num_views=counts[1],
            rotation_error_deg=predicted,
            rotation_identity_deg=still,
            usage=tuple(float(share) for share in measure_gate(gate, valid).usage),
            entropy_band=_entropy(gate, band),
            entropy_outside=_entropy(gate, valid & ~band),
        )


def _turns(output: ModelOutput) -> Float[torch.Tensor, "B V 3 3"]:
    """Predicted rotations from the first view to the others."""
    rotation = rotation_from_quaternion(output.pose_encoding[..., 3:7])
    return rotation[:, 1:] @ rotation[:, :1].mT


def _median(angles: list[Float[torch.Tensor, " N"]]) -> float:
    joined = torch.cat(angles)
    return float(joined.median()) if len(joined) else float("nan")


def _entropy(gate: Float[np.ndarray, "S E H W"], mask: Bool[np.ndarray, "S H W"]) -> float:
    return measure_gate(gate, mask).entropy_normalised if mask.any() else float("nan")
