"""Named network sizes."""

from moe3d.model.config import (
    AggregatorConfig,
    CameraHeadConfig,
    DPTConfig,
    ModelConfig,
    MoEConfig,
    PatchEmbedConfig,
)


def vggt_1b() -> ModelConfig:
    """VGGT-1B's official sizes with a variant A mixture of four experts."""
    return ModelConfig()


def mini() -> ModelConfig:
    """The built-in demonstration model: DINOv2 ViT-S/14 blocks, a U-Net on the photo, 30 M weights.

    The U-Net gives the decoder what a 16 x 12 token grid cannot: where a depth edge runs.
    """
    return ModelConfig(
        name="mini",
        input_side=224,
        width=384,
        patch_embed=PatchEmbedConfig(
            depth=8, num_heads=6, num_register_tokens=0, antialias=False, layer_scale_init=1.0
        ),
        aggregator=AggregatorConfig(depth=3, num_heads=6, layer_scale_init=0.1),
        camera_head=CameraHeadConfig(width=256, trunk_depth=2, num_heads=4, layer_scale_init=0.1),
        dpt=DPTConfig(
            layers=(0, 1, 2, 2),
            out_channels=(48, 96, 128, 128),
            features=64,
            map_channels=16,
            head_channels=24,
            detail_channels=(16, 32, 64, 128),
            detail_units=1,
        ),
        moe=MoEConfig(num_experts=4),
    )
