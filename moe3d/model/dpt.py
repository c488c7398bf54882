"""VGGT's DPT decoder: tokens of four layers to a feature map at full resolution."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.model.config import DPTConfig, ModelConfig
from moe3d.model.detail import DetailPath
from moe3d.model.feature_fusion import FusionBlock, resize
from moe3d.model.layers.cache import LastValue
from moe3d.model.layers.last_layer import last_layers
from moe3d.model.work import OnWork, map_work, no_work

SCALE = 0.1
BASE = 100.0


@dataclass(frozen=True)
class UVTables:
    """The x half of the channels along the width, the y half along the height."""

    along_width: Float[Tensor, "half 1 w"]
    along_height: Float[Tensor, "half h 1"]


def build_uv_tables(
    channels: int, size: tuple[int, int], aspect: float, device: torch.device
) -> UVTables:
    """Tables for a map.

    Args:
        channels: of the map, a multiple of 4.
        size: height and width of the map.
        aspect: width / height of the image.
        device: where the tables are used.
    """
    height, width = size
    diagonal = math.hypot(aspect, 1.0)
    return UVTables(
        _waves(channels // 4, width, aspect / diagonal).to(device)[:, None, :],
        _waves(channels // 4, height, 1.0 / diagonal).to(device)[:, :, None],
    )


def _waves(count: int, length: int, span: float) -> Float[Tensor, "half n"]:
    end = span * (length - 1) / length
    positions = torch.linspace(-end, end, length, dtype=torch.float64, device="cpu")
    exponents = torch.arange(count, dtype=torch.float64, device="cpu") / count
    angles = BASE ** -exponents[:, None] * positions
    return (SCALE * torch.cat([angles.sin(), angles.cos()])).float()


def add_uv_embedding(
    features: Float[Tensor, "N C h w"], tables: UVTables
) -> Float[Tensor, "N C h w"]:
    """Add the embedding into the map itself, which must not be needed without it."""
    half = features.shape[1] // 2
    features[:, :half] += tables.along_width.to(features.dtype)
    features[:, half:] += tables.along_height.to(features.dtype)
    return features


@dataclass(frozen=True)
class DecodedMaps:
    """What the last convolutions, the experts and the gate can read, for N frames."""

    fused: Float[Tensor, "N F h w"]
    """The fusion path's result, below full resolution."""
    wide: Float[Tensor, "N G p q"]
    """Input of `output_conv1`: `fused`, or what the detail path made of it."""
    full: Float[Tensor, "N C H W"] | None
    """Output of `output_conv1` at full resolution, with its position embedding; None when there
    is no shared `output_conv1`."""

    def widened(self) -> "DecodedMaps":
        """The same in 32 bits."""
        full = None if self.full is None else at_least_float32(self.full)
        return DecodedMaps(at_least_float32(self.fused), at_least_float32(self.wide), full)


class Scratch(nn.Module):
    """The decoder's convolutions, grouped as in VGGT's key names."""

    def __init__(self, config: DPTConfig, num_outputs: int, *, has_map: bool) -> None:
        super().__init__()
        one, two, three, four = config.out_channels
        features = config.features
        self.layer1_rn = nn.Conv2d(one, features, 3, padding=1, bias=False)
        self.layer2_rn = nn.Conv2d(two, features, 3, padding=1, bias=False)
        self.layer3_rn = nn.Conv2d(three, features, 3, padding=1, bias=False)
        self.layer4_rn = nn.Conv2d(four, features, 3, padding=1, bias=False)
        self.refinenet1 = FusionBlock(features)
        self.refinenet2 = FusionBlock(features)
        self.refinenet3 = FusionBlock(features)
        self.refinenet4 = FusionBlock(features, has_skip=False)
        self.output_conv1 = build_output_conv1(config) if has_map else None
        self.output_conv2 = build_output_conv2(config, num_outputs) if num_outputs else None


def build_output_conv1(config: DPTConfig, copies: int = 1) -> nn.Conv2d:
    """The convolution before the last upsampling; `copies` of it side by side."""
    wide = config.detail_channels[0] if config.detail_channels else config.features
    return nn.Conv2d(wide, copies * config.num_map_channels, 3, padding=1)


def build_output_conv2(config: DPTConfig, num_outputs: int) -> nn.Sequential:
    """VGGT's last two convolutions."""
    return nn.Sequential(
        nn.Conv2d(config.num_map_channels, config.head_channels, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(config.head_channels, num_outputs, 1),
    )


class DPT(nn.Module):
    """The decoder, with VGGT's last convolutions when `num_outputs` is above 0."""

    def __init__(self, config: ModelConfig, num_outputs: int = 0, *, has_map: bool = True) -> None:
        super().__init__()
        settings, token_width = config.dpt, 2 * config.width
        one, two, _, four = settings.out_channels
        self._config = settings
        self._patch_size = config.patch_size
        self.norm = nn.LayerNorm(token_width)
        self.projects = nn.ModuleList(
            nn.Conv2d(token_width, channels, 1) for channels in settings.out_channels
        )
        self.resize_layers = nn.ModuleList(
            [
                nn.ConvTranspose2d(one, one, 4, stride=4),
                nn.ConvTranspose2d(two, two, 2, stride=2),
                nn.Identity(),
                nn.Conv2d(four, four, 3, stride=2, padding=1),
            ]
        )
        self.scratch = Scratch(settings, num_outputs, has_map=has_map)
        self.detail = (
            DetailPath(settings.detail_channels, settings.features, settings.detail_units)
            if settings.detail_channels
            else None
        )
        self._level_tables = LastValue[tuple[UVTables, ...]]()
        self._map_tables = LastValue[UVTables]()

    def decode(
        self,
        layers: tuple[Float[Tensor, "N P C2"], ...],
        images: Float[Tensor, "N 3 H W"],
        on_work: OnWork = no_work,
    ) -> DecodedMaps:
        """Decode N frames.

        Args:
            layers: patch tokens of the four layers, without special tokens.
            images: the same frames, RGB in 0..1; the detail path reads them.
            on_work: told after every part of the decoder.
        """
        height, width = images.shape[-2:]
        of_levels, *of_paths, of_map = self.work(len(images), (height, width))
        levels = self._levels(layers, (height, width))
        stem = self.detail.read_image(images - 0.5) if self.detail is not None else []
        on_work(of_levels)
        fused = self._fuse(levels, stem, on_work, of_paths)
        wide = fused if self.detail is None else self.detail(fused, stem)
        conv = self.scratch.output_conv1
        full = None if conv is None else self.enlarge(conv(wide), (height, width))
        on_work(of_map)
        return DecodedMaps(fused, wide, full)

    def work(self, frames: int, size: tuple[int, int]) -> tuple[float, ...]:
        """Operations of the parts of `decode`: levels, four paths from coarse to fine, the map."""
        scratch, detail = self.scratch, self.detail
        full = float(frames * size[0] * size[1])
        patches = full / self._patch_size**2
        resized = zip((1, 1, 1, 1 / 4), self.resize_layers, strict=True)
        levels = sum(map_work(share * patches, layer) for share, layer in resized)
        levels += map_work(patches, *self.projects)
        of_map = 0.0 if detail is None else map_work(full / 4, detail.stem_units, detail.join_units)
        if detail is not None:
            levels += map_work(full / 4, detail.stem)
            of_map += map_work(full / 4, detail.join)
        of_map += map_work(4 * 16 * patches if detail is None else full, scratch.output_conv1)
        return (
            levels,
            map_work(patches / 4, scratch.layer4_rn, scratch.refinenet4),
            map_work(patches, scratch.layer3_rn, scratch.refinenet3),
            map_work(4 * patches, scratch.layer2_rn, scratch.refinenet2),
            map_work(16 * patches, scratch.layer1_rn, scratch.refinenet1),
            of_map,
        )

    def enlarge(
        self, x: Float[Tensor, "N C h w"], size: tuple[int, int]
    ) -> Float[Tensor, "N C H W"]:
        """Bring `output_conv1`'s result to image size and add the position embedding."""
        tables = self._map_tables.get(
            (size, x.shape[1], x.device),
            lambda: build_uv_tables(x.shape[1], size, size[1] / size[0], x.device),
        )
        return add_uv_embedding(resize(x, size), tables)

    def finish(self, full: Float[Tensor, "N C H W"]) -> Float[Tensor, "N O H W"]:
        """VGGT's own last convolutions."""
        assert self.scratch.output_conv2 is not None
        first, _, last = self.scratch.output_conv2
        assert isinstance(first, nn.Conv2d)
        assert isinstance(last, nn.Conv2d)
        return last_layers(first, last, full)

    def _levels(
        self, layers: tuple[Float[Tensor, "N P C2"], ...], size: tuple[int, int]
    ) -> list[Tensor]:
        grid = (size[0] // self._patch_size, size[1] // self._patch_size)
        device = layers[0].device
        tables = self._level_tables.get(
            (size, device),
            lambda: tuple(
                build_uv_tables(channels, grid, size[1] / size[0], device)
                for channels in self._config.out_channels
            ),
        )
        levels = []
        for index, tokens in enumerate(layers):
            # Channels stay last in memory, which is the faster layout for the convolutions.
            level = self.norm(tokens).unflatten(1, grid).permute(0, 3, 1, 2)
            level = add_uv_embedding(self.projects[index](level), tables[index])
            levels.append(self.resize_layers[index](level))
        return levels

    def _fuse(
        self,
        levels: list[Tensor],
        stem: list[Tensor],
        on_work: OnWork = no_work,
        works: Sequence[float] = (0.0,) * 4,
    ) -> Float[Tensor, "N F h w"]:
        scratch = self.scratch
        one, two = scratch.layer1_rn(levels[0]), scratch.layer2_rn(levels[1])
        three, four = scratch.layer3_rn(levels[2]), scratch.layer4_rn(levels[3])
        path = scratch.refinenet4(four, _size(three))
        on_work(works[0])
        path = scratch.refinenet3(path, _size(two), three)
        on_work(works[1])
        path = scratch.refinenet2(path, _size(one), two)
        on_work(works[2])
        last = _size(stem[-1]) if stem else (2 * one.shape[-2], 2 * one.shape[-1])
        path = scratch.refinenet1(path, last, one)
        on_work(works[3])
        return path


def _size(x: Float[Tensor, "N C h w"]) -> tuple[int, int]:
    return (x.shape[-2], x.shape[-1])


def depth_from_raw(raw: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """VGGT's depth activation; > 0."""
    return torch.exp(raw)


def confidence_from_raw(raw: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """VGGT's confidence activation; > 1."""
    return 1 + torch.exp(raw)


def points_from_raw(raw: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """VGGT's point activation, the inverse of a signed logarithm."""
    return torch.sign(raw) * torch.expm1(raw.abs())


def at_least_float32(raw: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Widen half precisions: an exponential of 8 significant bits would show as steps."""
    return raw.float() if raw.dtype in (torch.bfloat16, torch.float16) else raw
