"""Sizes of a network whose files are small."""

from moe3d.model.config import (
    AggregatorConfig,
    CameraHeadConfig,
    DPTConfig,
    ModelConfig,
    PatchEmbedConfig,
)

TINY = ModelConfig(
    name="tiny",
    width=8,
    patch_embed=PatchEmbedConfig(image_size=28, depth=1, num_heads=1),
    aggregator=AggregatorConfig(depth=1, num_heads=1),
    camera_head=CameraHeadConfig(trunk_depth=1, num_heads=1),
    dpt=DPTConfig(layers=(0, 0, 0, 0), out_channels=(4, 4, 4, 4), features=8, head_channels=4),
)
