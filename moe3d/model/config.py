"""Settings of the network: frozen, nested, readable from and writable to JSON."""

import math
import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any, Literal, get_args, get_type_hints

from moe3d.errors import UsageError
from moe3d.io.files.outside_files import shown

LARGEST = 2**16
"""Of any count that is not in the table below."""
MOST_ENTRIES = 16
_RANGES: Mapping[str, tuple[float, float]] = {
    "patch_size": (1, 256),
    "input_side": (1, 8192),
    "image_size": (1, 8192),
    "width": (0, LARGEST),
    "depth": (1, 512),
    "trunk_depth": (1, 512),
    "num_heads": (1, 1024),
    "num_register_tokens": (0, 256),
    "num_iterations": (1, 64),
    "features": (4, LARGEST),
    "head_channels": (1, LARGEST),
    "detail_units": (0, 64),
    "num_experts": (1, 256),
    "guide_radius_px": (0, 16),
    "rope_base": (1e-3, 1e9),
    "gate_temperature": (1e-9, 1e9),
    "training_temperature": (1e-9, 1e9),
    "guide_sigma": (1e-9, 1e9),
    "layer_scale_init": (-1e9, 1e9),
}


def checked_setting(kind: Any, name: str, value: Any) -> Any:
    """A plain JSON value as a setting of the given type.

    Raises:
        UsageError: it is of another type, or beyond what any network has.
    """
    origin, choices = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if not isinstance(value, list | tuple) or len(value) > MOST_ENTRIES:
            raise UsageError(_complaint(name, f"a list of up to {MOST_ENTRIES} numbers", value))
        return tuple(checked_setting(choices[0], name, entry) for entry in value)
    if origin is typing.Literal:
        if value not in choices:
            raise UsageError(_complaint(name, " or ".join(map(repr, choices)), value))
        return value
    if kind in (int, float):
        return _checked_number(kind, name, value)
    if type(value) is not kind:
        raise UsageError(_complaint(name, f"a {kind.__name__}", value))
    return value


def _checked_number(kind: type, name: str, value: Any) -> int | float:
    low, high = _RANGES.get(name, (0, LARGEST))
    is_number = type(value) is int or (kind is float and type(value) is float)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise UsageError(_complaint(name, f"{what} from {low:g} to {high:g}", value))
    return value


def _complaint(name: str, wanted: str, value: Any) -> str:
    return f"{name} must be {wanted}; it is {shown(repr(value), 80)}"


Variant = Literal["A", "A'", "B", "F"]


@dataclass(frozen=True)
class PatchEmbedConfig:
    """The DINOv2 vision transformer that turns pixels into patch tokens."""

    image_size: int = 518
    """Side in pixels of the square images that the position table was made for."""
    depth: int = 24
    """Transformer blocks."""
    num_heads: int = 16
    """Attention heads."""
    num_register_tokens: int = 4
    """DINO's own registers; 0 for a model without them."""
    antialias: bool = True
    """Whether the position table is resized with antialiasing (VGGT: yes, plain DINOv2: no)."""
    layer_scale_init: float = 1.0
    """Start of LayerScale."""


@dataclass(frozen=True)
class AggregatorConfig:
    """The rounds of frame attention and global attention."""

    depth: int = 24
    """Rounds; each is one frame block and one global block."""
    num_heads: int = 16
    """Attention heads."""
    num_register_tokens: int = 4
    """Register tokens a frame, beside its camera token."""
    rope_base: float = 100.0
    """Base of the rotary position frequencies."""
    layer_scale_init: float = 0.01
    """Start of LayerScale."""


@dataclass(frozen=True)
class CameraHeadConfig:
    """The head that reads cameras from the camera tokens."""

    width: int = 0
    """Channels of its trunk; 0 for the tokens' own, else a projection is put before."""
    trunk_depth: int = 4
    """Transformer blocks an iteration."""
    num_heads: int = 16
    """Attention heads."""
    num_iterations: int = 4
    """Refinement steps."""
    layer_scale_init: float = 0.01
    """Start of LayerScale."""


@dataclass(frozen=True)
class DPTConfig:
    """The decoder from tokens to a full-resolution feature map."""

    layers: tuple[int, ...] = (4, 11, 17, 23)
    """Four aggregator layers, fine level first; a layer may appear more than once."""
    out_channels: tuple[int, ...] = (256, 512, 1024, 1024)
    """Channels of the four levels before they are brought to `features`."""
    features: int = 256
    """Channels of the fusion path."""
    map_channels: int = 0
    """Channels of the full-resolution map; 0 for half of `features`."""
    head_channels: int = 32
    """Hidden channels of the last two convolutions (`output_conv2`)."""
    detail_channels: tuple[int, ...] = ()
    """Channels of the image stem at 1/1, 1/2, 1/4, ... resolution; empty for VGGT's decoder."""
    detail_units: int = 0
    """Residual units at every level of the image stem, and again on the way back up."""

    @property
    def num_map_channels(self) -> int:
        """Channels of the map that the last convolutions, the experts and the gate read."""
        return self.map_channels or self.features // 2


@dataclass(frozen=True)
class MoEConfig:
    """The mixture-of-experts depth head."""

    num_experts: int = 4
    """Candidate depths a pixel (the paper's K)."""
    variant: Variant = "A"
    """A: experts own `output_conv2`, gate at full resolution. A': the same, gate before the
    upsampling. B: experts own `output_conv1` and `output_conv2`, gate before the upsampling. F, for
    comparison only: the gate mixes the experts' features before one common output layer."""
    gate_channels: int = 0
    """Hidden channels of the gate; 0 for the map's own (A) or a quarter of `features` (A', B)."""
    own_decoder: bool = False
    """Whether the experts have their own DPT trunk, so that VGGT's stays as it was."""
    gate_temperature: float = 1.0
    """Softmax temperature of the fused depth at inference."""
    training_temperature: float = 1.0
    """Softmax temperature at the end of training."""
    guide_radius_px: int = 0
    """The gate's logits are averaged over pixels of like colour within this distance; 0: they are
    not, as in the paper."""
    guide_sigma: float = 0.05
    """Distance in RGB (0..1) at which a pixel still counts as of like colour."""


@dataclass(frozen=True)
class ModelConfig:
    """VGGT with the mixture head. The defaults are VGGT-1B's official sizes."""

    name: str = "vggt-1b"
    """What the preset or checkpoint is called."""
    patch_size: int = 14
    """Side of a patch in pixels; image sides are multiples of it."""
    input_side: int = 518
    """Longest side, in pixels, of the images that the model is run on; a multiple of the patch."""
    width: int = 1024
    """Channels of a token in the patch embedding and the aggregator."""
    patch_embed: PatchEmbedConfig = field(default_factory=PatchEmbedConfig)
    aggregator: AggregatorConfig = field(default_factory=AggregatorConfig)
    camera_head: CameraHeadConfig = field(default_factory=CameraHeadConfig)
    dpt: DPTConfig = field(default_factory=DPTConfig)
    moe: MoEConfig = field(default_factory=MoEConfig)
    has_point_head: bool = False
    """Whether VGGT's point head is built; geometry from depth and camera is the better one."""
    has_baseline: bool = True
    """Whether the backbone is still VGGT's, so that its own depth head runs on the same tokens."""

    def __post_init__(self) -> None:
        self._check_widths()
        self._check_decoder()
        if not 0 <= self.moe.guide_radius_px <= 16 or not self.moe.guide_sigma > 0:
            raise UsageError(
                "the gate needs a guide_radius_px of 0 to 16 and a guide_sigma above 0; "
                f"got {self.moe.guide_radius_px} and {self.moe.guide_sigma}"
            )
        if self.moe.num_experts < 1 or self.moe.variant not in get_args(Variant):
            raise UsageError(
                "the mixture needs at least one expert and variant A, A', B or F; "
                f"got {self.moe.num_experts} and {self.moe.variant!r}"
            )

    def _check_widths(self) -> None:
        heads = {
            "patch_embed.num_heads": self.width % self.patch_embed.num_heads,
            "aggregator.num_heads": self.width % self.aggregator.num_heads,
            "camera_head.num_heads": self.camera_width % self.camera_head.num_heads,
        }
        for name, rest in heads.items():
            if rest:
                raise UsageError(f"the width must be a multiple of {name}")
        if (self.width // self.aggregator.num_heads) % 4:
            raise UsageError("rotary positions need channels per aggregator head in multiples of 4")

    def _check_decoder(self) -> None:
        if len(self.dpt.layers) != 4 or len(self.dpt.out_channels) != 4:
            raise UsageError("the decoder needs four layers and four out_channels")
        if not all(0 <= layer < self.aggregator.depth for layer in self.dpt.layers):
            raise UsageError(
                f"the decoder reads layers {self.dpt.layers}; "
                f"the aggregator has 0 to {self.aggregator.depth - 1}"
            )
        channels = (*self.dpt.out_channels, self.dpt.num_map_channels)
        if self.dpt.detail_units:
            channels += self.dpt.detail_channels
        if any(count % 4 for count in channels):
            raise UsageError(f"the decoder's channels must be multiples of 4; got {channels}")

    @property
    def camera_width(self) -> int:
        """Channels of the camera head's trunk."""
        return self.camera_head.width or 2 * self.width

    def to_json(self) -> dict[str, Any]:
        """As nested dictionaries of plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ModelConfig":
        """Read what `to_json` wrote; settings that are missing keep their defaults.

        Raises:
            UsageError: a setting is unknown, absurd, or does not fit the others.
        """
        if not isinstance(values, Mapping):
            raise UsageError(f"a network's settings must be a table; got {type(values).__name__}")
        nested = {
            "patch_embed": PatchEmbedConfig,
            "aggregator": AggregatorConfig,
            "camera_head": CameraHeadConfig,
            "dpt": DPTConfig,
            "moe": MoEConfig,
        }
        parts = {
            name: _record(nested[name], value) if name in nested else value
            for name, value in values.items()
        }
        return _record(cls, parts)


def _record(kind: type, values: Any) -> Any:
    kinds = get_type_hints(kind)
    if not isinstance(values, Mapping) or not set(values) <= set(kinds):
        got = shown(repr(values), 200)
        raise UsageError(f"a {kind.__name__} has the settings {sorted(kinds)}; got {got}")
    return kind(
        **{
            name: value if is_dataclass(value) else checked_setting(kinds[name], name, value)
            for name, value in values.items()
        }
    )
