"""The depth heads: VGGT's own and the mixture, from the same tokens, a few frames at a time."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.backbone import AggregatorOutput
from moe3d.model.config import ModelConfig
from moe3d.model.dpt import (
    DPT,
    DecodedMaps,
    at_least_float32,
    confidence_from_raw,
    depth_from_raw,
    points_from_raw,
)
from moe3d.model.experts import FeatureExperts, build_experts
from moe3d.model.fusion import fuse, gate_weights
from moe3d.model.gate import Gate
from moe3d.model.work import OnWork, map_work, no_work


class MoEHead(nn.Module):
    """Experts and gate, with a decoder of their own if the configuration says so."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        has_map = config.moe.variant != "B"
        self.dpt = DPT(config, has_map=has_map) if config.moe.own_decoder else None
        self.experts = build_experts(config.dpt, config.moe)
        self.gate = Gate(config.dpt, config.moe)

    def work(self, pixels: float) -> tuple[float, float]:
        """Operations of gate and experts for so many pixels of images."""
        of_gate = map_work(pixels if self.gate.at_full_resolution else pixels / 4, self.gate)
        return of_gate, map_work(pixels, self.experts)


@dataclass(frozen=True)
class DepthCandidates:
    """The mixture and what it is made from, for N frames."""

    fused_depth: Float[Tensor, "N H W"] | None
    fused_confidence: Float[Tensor, "N H W"] | None
    depths: Float[Tensor, "N E H W"]
    confidences: Float[Tensor, "N E H W"]
    gate_logits: Float[Tensor, "N E H W"]
    baseline_depth: Float[Tensor, "N H W"] | None
    baseline_confidence: Float[Tensor, "N H W"] | None


@dataclass(frozen=True)
class FrameChunk:
    """Patch tokens and images of a few frames."""

    layers: tuple[Float[Tensor, "N P C2"], ...]
    images: Float[Tensor, "N 3 H W"]


def split_frames(
    tokens: AggregatorOutput, images: Float[Tensor, "B S 3 H W"], frames_per_chunk: int
) -> Iterator[FrameChunk]:
    """Patch tokens and images in chunks over all B * S frames."""
    frames = images.flatten(0, 1)
    layers = tuple(layer.flatten(0, 1) for layer in tokens.layers)
    for start in range(0, len(frames), frames_per_chunk):
        rows = slice(start, start + frames_per_chunk)
        patches = (layer[rows, tokens.num_special_tokens :] for layer in layers)
        yield FrameChunk(
            tuple(layer.to(images.device, images.dtype) for layer in patches), frames[rows]
        )


def decode_candidates(
    chunk: FrameChunk,
    depth_head: DPT | None,
    moe_head: MoEHead,
    *,
    temperature: float,
    with_baseline: bool,
    widen_last: bool = False,
    on_work: OnWork = no_work,
) -> DepthCandidates:
    """Run the mixture, and VGGT's own head if asked; a shared decoder runs once.

    Args:
        chunk: the frames.
        depth_head: VGGT's, or None where the mixture has all it needs.
        moe_head: the mixture.
        temperature: of the gate's softmax.
        with_baseline: whether VGGT's own depth is wanted too.
        widen_last: whether the last convolutions leave the caller's autocast.
        on_work: told after every part of the heads.
    """
    shared: DecodedMaps | None = None
    baseline = None
    if depth_head is not None and (with_baseline or moe_head.dpt is None):
        shared = depth_head.decode(chunk.layers, chunk.images, on_work)
        if with_baseline and shared.full is not None:
            baseline = _finish(shared, depth_head, widen_last)  # (N, 2, H, W)
            on_work(map_work(_pixels(chunk.images), depth_head.scratch.output_conv2))
    decoder = moe_head.dpt or depth_head
    assert decoder is not None
    maps = shared if moe_head.dpt is None else decoder.decode(chunk.layers, chunk.images, on_work)
    assert maps is not None
    with last_precision(chunk.images, widen_last):
        maps = maps.widened() if widen_last else maps
        mixed = mix_experts(moe_head, maps, decoder, chunk.images, temperature, on_work)
    if baseline is None:
        return mixed
    depth, confidence = depth_from_raw(baseline[:, 0]), confidence_from_raw(baseline[:, 1])
    return replace(mixed, baseline_depth=depth, baseline_confidence=confidence)


def candidates_work(
    images: Float[Tensor, "N 3 H W"],
    depth_head: DPT | None,
    moe_head: MoEHead,
    *,
    with_baseline: bool,
) -> float:
    """Operations of `decode_candidates` for these frames."""
    size, total = (images.shape[-2], images.shape[-1]), sum(moe_head.work(_pixels(images)))
    for decoder in (depth_head if with_baseline or moe_head.dpt is None else None, moe_head.dpt):
        if decoder is not None:
            total += sum(decoder.work(len(images), size))
    if with_baseline and depth_head is not None:
        total += map_work(_pixels(images), depth_head.scratch.output_conv2)
    return total


def _pixels(images: Float[Tensor, "N 3 H W"]) -> float:
    return float(len(images) * images.shape[-2] * images.shape[-1])


def mix_experts(
    head: MoEHead,
    maps: DecodedMaps,
    decoder: DPT,
    images: Float[Tensor, "N 3 H W"],
    temperature: float,
    on_work: OnWork = no_work,
) -> DepthCandidates:
    """Run experts and gate on decoded maps, and mix them; without VGGT's own depth.

    Args:
        head: experts and gate.
        maps: the decoder's.
        decoder: that made them.
        images: the same frames, RGB in 0..1.
        temperature: of the gate's softmax.
        on_work: told after the gate and after the experts.
    """
    height, width = images.shape[-2:]
    of_gate, of_experts = head.work(_pixels(images))
    logits = head.gate(maps, images)
    on_work(of_gate)
    weights = gate_weights(logits, temperature)
    if isinstance(head.experts, FeatureExperts):
        alone, mixed = head.experts(maps, weights)
        raw, fused = at_least_float32(alone), at_least_float32(mixed)
        depths, confidences = depth_from_raw(raw[:, :, 0]), confidence_from_raw(raw[:, :, 1])
        depth, confidence = depth_from_raw(fused[:, 0]), confidence_from_raw(fused[:, 1])
    else:
        raw = at_least_float32(head.experts(maps, decoder, (height, width)))  # (N, E, 2, H, W)
        depths, confidences = depth_from_raw(raw[:, :, 0]), confidence_from_raw(raw[:, :, 1])
        depth, confidence = fuse(depths, weights), fuse(confidences, weights)
    on_work(of_experts)
    return DepthCandidates(depth, confidence, depths, confidences, logits, None, None)


def decode_baseline(
    chunk: FrameChunk, depth_head: DPT, *, widen_last: bool = False
) -> DepthCandidates:
    """Run VGGT's own head alone; the mixture's parts are empty."""
    raw = _finish(depth_head.decode(chunk.layers, chunk.images), depth_head, widen_last)
    nothing = raw[:, :0]
    depth, confidence = depth_from_raw(raw[:, 0]), confidence_from_raw(raw[:, 1])
    return DepthCandidates(None, None, nothing, nothing, nothing, depth, confidence)


def _finish(maps: DecodedMaps, depth_head: DPT, widen_last: bool) -> Float[Tensor, "N 2 H W"]:
    assert maps.full is not None
    with last_precision(maps.full, widen_last):
        full = at_least_float32(maps.full) if widen_last else maps.full
        return at_least_float32(depth_head.finish(full))


def last_precision(
    like: Float[Tensor, "..."], widen: bool
) -> contextlib.AbstractContextManager[object]:
    """Leave the caller's autocast while the block runs, if `widen` says so."""
    if not widen or like.device.type == "meta":  # where nothing is computed
        return contextlib.nullcontext()
    return torch.autocast(like.device.type, enabled=False)


@dataclass(frozen=True)
class PointMap:
    """The point head's answer for N frames."""

    points: Float[Tensor, "N H W 3"]
    confidence: Float[Tensor, "N H W"]


def decode_points(chunk: FrameChunk, point_head: DPT) -> PointMap:
    """Run VGGT's point head."""
    full = point_head.decode(chunk.layers, chunk.images).full
    assert full is not None
    raw = at_least_float32(point_head.finish(full))  # (N, 4, H, W)
    return PointMap(points_from_raw(raw[:, :3]).movedim(1, -1), confidence_from_raw(raw[:, 3]))


class WholeFields:
    """Fields of all frames, filled chunk by chunk, so that nothing is there twice."""

    def __init__(self, batch: int, views: int) -> None:
        self._sizes = (batch, views)
        self._done = 0
        self._fields: dict[str, Tensor] = {}

    def add(self, part: "DepthCandidates | PointMap") -> None:
        """Take the next frames' answer; fields that are None or empty stay away."""
        count = 0
        for field in fields(part):
            value = getattr(part, field.name)
            if value is None:
                continue
            count = len(value)
            self._fields.setdefault(field.name, self._empty(value))
            self._fields[field.name][self._done : self._done + count] = value
        self._done += count

    def whole(self, field: str) -> Tensor | None:
        """One field of all frames as (B, S, ...); None where no chunk had it."""
        found = self._fields.get(field)
        return None if found is None else found.unflatten(0, self._sizes)

    def _empty(self, like: Tensor) -> Tensor:
        batch, views = self._sizes
        return like.new_empty((batch * views, *like.shape[1:]))
