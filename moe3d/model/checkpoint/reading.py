"""From a checkpoint to a network: built without memory, filled from the mapped file."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from moe3d.errors import CheckpointError
from moe3d.io.files.outside_files import reading, shown
from moe3d.model.catalogue import licence_from_path
from moe3d.model.checkpoint.files import locate_files
from moe3d.model.checkpoint.hashing import sha256_of_files
from moe3d.model.checkpoint.identify import OUR_PARTS, SKIPPED_PARTS, why_not_matching, why_not_vggt
from moe3d.model.checkpoint.info import CheckpointInfo, info_from_metadata
from moe3d.model.checkpoint.known_sums import KnownSums, state_of
from moe3d.model.checkpoint.meta import build_on_meta, build_unfilled_mixture
from moe3d.model.checkpoint.weights import WeightSource, open_weights
from moe3d.model.config import ModelConfig
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.presets import vggt_1b
from moe3d.model.warm_start import NOISE, warm_start_experts
from moe3d.progress import Progress

logger = logging.getLogger(__name__)

MOE_PART = "moe_head."


@dataclass(frozen=True)
class ReadOptions:
    """How a checkpoint is read."""

    config: ModelConfig | None = None
    """Sizes of a file that does not say them, such as VGGT's own; None for VGGT-1B's."""
    backbone_dtype: torch.dtype | Callable[[int], torch.dtype] = torch.float32
    """Precision of the aggregator's linear layers, or who chooses it by the number of all weights;
    all else is float32."""
    noise: float = NOISE
    """Relative noise of the experts when VGGT's head is copied."""
    seed: int = 0
    """Seed of that noise."""
    known_sums: KnownSums = field(default_factory=KnownSums)
    """Fingerprints of big files that were read before."""


@dataclass(frozen=True)
class LoadedNetwork:
    """A network that is ready to run on the CPU, and where it came from."""

    network: MoE3DNetwork
    info: CheckpointInfo


def read_checkpoint(
    path: Path, options: ReadOptions | None = None, progress: Progress | None = None
) -> LoadedNetwork:
    """Load a network from safetensors (sharded too) or a `.pt` file of tensors.

    A VGGT checkpoint without a mixture gets one as a warm start: noisy copies of VGGT's head,
    marked `experts_trained=False`.

    Raises:
        CheckpointError: the file is missing, broken, of another model, or not only tensors.
        JobCancelledError: the user stopped the job.
    """
    options = options or ReadOptions()
    paths = locate_files(path)
    with reading(paths[0], CheckpointError):
        before = state_of(paths)
    source = open_weights(paths)
    info = _describe(source, paths, options)
    network = _built(source, paths[0], info)
    is_warm_start = not any(key.startswith(MOE_PART) for key in source.shapes)
    _check(source, network, paths[0], info, is_warm_start=is_warm_start)
    dtype = options.backbone_dtype
    if not isinstance(dtype, torch.dtype):
        dtype = dtype(sum(parameter.numel() for parameter in network.parameters()))
    network.cast_backbone(dtype)
    precision = str(dtype).removeprefix("torch.")
    is_sound = options.known_sums.is_sound(paths, precision)
    _fill(network, source, progress, is_sound=is_sound)
    if is_warm_start:
        network.moe_head = build_unfilled_mixture(info.config)
        warm_start_experts(network, torch.Generator().manual_seed(options.seed), options.noise)
    sha256 = sha256_of_files(paths, progress, known=options.known_sums)
    if not is_sound:
        options.known_sums.remember_sound(paths, precision, before)
    return LoadedNetwork(
        network.eval(),
        replace(info, sha256=sha256, experts_trained=info.experts_trained and not is_warm_start),
    )


def read_info(path: Path, options: ReadOptions | None = None) -> CheckpointInfo:
    """What a checkpoint is, without loading or hashing it.

    Raises:
        CheckpointError: as `read_checkpoint`.
    """
    paths = locate_files(path)
    source = open_weights(paths)
    info = _describe(source, paths, options or ReadOptions())
    is_warm_start = not any(key.startswith(MOE_PART) for key in source.shapes)
    network = _built(source, paths[0], info)
    _check(source, network, paths[0], info, is_warm_start=is_warm_start)
    return replace(info, experts_trained=info.experts_trained and not is_warm_start)


def num_weights(path: Path) -> int:
    """How many weights the network of a checkpoint has; none is read.

    Raises:
        CheckpointError: as `read_checkpoint`.
    """
    paths = locate_files(path)
    source = open_weights(paths)
    network = _built(source, paths[0], _describe(source, paths, ReadOptions()))
    return sum(parameter.numel() for parameter in network.parameters())


def _describe(
    source: WeightSource, paths: tuple[Path, ...], options: ReadOptions
) -> CheckpointInfo:
    info = info_from_metadata(source.metadata, paths[0])
    if info is None:
        config = options.config or vggt_1b()
        info = CheckpointInfo(
            name=paths[0].stem,
            config=config,
            licence=licence_from_path(paths[0]),
            experts_trained=True,
        )
    complaint = why_not_vggt(paths[0], source.shapes, info.config.name)
    if complaint is not None:
        raise CheckpointError(complaint)
    if source.names.left_out:
        logger.warning(
            "%s: took the weights under %r; others lie under %s",
            paths[0],
            source.names.prefix,
            ", ".join(map(repr, source.names.left_out[:3])),
        )
    size = sum(path.stat().st_size for path in paths)
    return replace(info, path=paths[0], format=source.format, size_bytes=size)


def _built(source: WeightSource, path: Path, info: CheckpointInfo) -> MoE3DNetwork:
    """The network that the record describes, if the file can hold it at all."""
    config = info.config
    blocks = config.patch_embed.depth + 2 * config.aggregator.depth + config.camera_head.trunk_depth
    if blocks > len(source.shapes):  # a block has several weights
        raise CheckpointError(
            f"{path} is a network of another size: {config.name} has {blocks} blocks, the file "
            f"holds {len(source.shapes)} weights"
        )
    with reading(path, CheckpointError, "describes a network that cannot be built"):
        return build_on_meta(config)


def _check(
    source: WeightSource,
    network: MoE3DNetwork,
    path: Path,
    info: CheckpointInfo,
    *,
    is_warm_start: bool,
) -> None:
    wanted = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    if is_warm_start:
        wanted = {key: shape for key, shape in wanted.items() if not key.startswith(MOE_PART)}
    complaint = why_not_matching(path, source.shapes, wanted, info.config.name)
    if complaint is not None:
        raise CheckpointError(complaint)
    known = (*OUR_PARTS, *SKIPPED_PARTS)
    strangers = [key for key in source.shapes if not key.startswith(known)]
    if strangers:
        logger.warning(
            "%s: skipped %d unknown weights, e.g. %s", path, len(strangers), shown(strangers[0])
        )


def _fill(
    network: MoE3DNetwork, source: WeightSource, progress: Progress | None, *, is_sound: bool
) -> None:
    """Give every meta parameter its tensor; where the precision fits, the file's own memory.

    Args:
        network: on the meta device.
        source: of the weights.
        progress: told weight by weight.
        is_sound: whether it is known that all are finite: mapped ones are then not even read.
    """
    empty = network.state_dict()
    filled: dict[str, Tensor] = {}
    bad: list[str] = []
    for done, (key, place) in enumerate(empty.items()):
        if key in source.shapes:
            weight = source.weight(key)
            filled[key] = weight.to(place.dtype)
            if not is_sound and not is_finite(filled[key]):
                bad.append(_what_is_bad(key, weight, place.dtype))
        if progress is not None:
            progress.report("load the model", done + 1, len(empty))
    if bad:
        raise CheckpointError(
            f"{source.path}: {len(bad)} of {len(filled)} weights are not finite ({bad[0]}), so no "
            "result would be; take another checkpoint, or one from before its training diverged"
        )
    network.load_state_dict(filled, strict=False, assign=True)


def _what_is_bad(key: str, weight: Tensor, dtype: torch.dtype) -> str:
    name = str(dtype).removeprefix("torch.")
    return f"{key} in {name}, which is too narrow for it" if is_finite(weight) else key


def is_finite(tensor: Float[Tensor, "..."]) -> bool:
    """Whether every value is a number; needs no memory beside the tensor's own."""
    if tensor.numel() == 0:
        return True
    wide = tensor.float() if tensor.element_size() == 1 else tensor  # no minimum of 8 bits
    return all(bool(torch.isfinite(end)) for end in torch.aminmax(wide))
