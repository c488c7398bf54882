"""Named network sizes."""

from dataclasses import replace

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
    """The built-in demonstration model: DINOv2 ViT-S/14 blocks, an image stem, 28 M parameters.

    The stem was to give the decoder what a 16 x 16 token grid cannot: where a depth edge runs. It
    hardly does, see `detailed_mini`.
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
            map_channels=24,
            head_channels=16,
            detail_channels=(16, 32, 64),
        ),
        moe=MoEConfig(num_experts=4),
    )


def detailed_mini() -> ModelConfig:
    """The next built-in model: the same tokens, and a U-Net on the photo in place of the stem.

    The shipped model's stem is three plain convolutions; see `docs/training.md` for what each
    remedy did to depth edges.
    """
    shipped = mini()
    dpt = replace(
        shipped.dpt,
        map_channels=16,
        head_channels=24,
        detail_channels=(16, 32, 64, 128),
        detail_units=1,
    )
    return replace(shipped, dpt=dpt)
