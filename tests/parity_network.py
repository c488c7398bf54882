"""The small network of the parity fixtures."""

import torch

from moe3d.model.config import (
    AggregatorConfig,
    CameraHeadConfig,
    DPTConfig,
    ModelConfig,
    PatchEmbedConfig,
)


def config_from_case(values: dict, weights: dict[str, torch.Tensor]) -> ModelConfig:
    return ModelConfig(
        name="parity",
        patch_size=values["patch_size"],
        width=values["embed_dim"],
        patch_embed=PatchEmbedConfig(
            image_size=values["img_size"],
            depth=values["vit_depth"],
            num_heads=values["vit_heads"],
            num_register_tokens=weights["aggregator.patch_embed.register_tokens"].shape[1],
        ),
        aggregator=AggregatorConfig(
            depth=values["aa_depth"],
            num_heads=values["num_heads"],
            num_register_tokens=values["num_register_tokens"],
            rope_base=float(values["rope_freq"]),
        ),
        camera_head=CameraHeadConfig(
            trunk_depth=values["camera_trunk_depth"], num_heads=values["camera_heads"]
        ),
        dpt=DPTConfig(
            layers=tuple(values["dpt_layers"]),
            out_channels=tuple(values["dpt_out_channels"]),
            features=values["dpt_features"],
        ),
        has_point_head=True,
    )
