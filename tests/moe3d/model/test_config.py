import dataclasses
import json

import pytest

from moe3d.errors import UsageError
from moe3d.model.config import CameraHeadConfig, DPTConfig, ModelConfig, MoEConfig
from moe3d.model.presets import mini, vggt_1b


@pytest.mark.parametrize("config", [mini(), vggt_1b()])
def test_a_config_survives_json(config: ModelConfig):
    assert ModelConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_missing_settings_keep_their_defaults():
    config = ModelConfig.from_json({"name": "other", "moe": {"num_experts": 2}})
    assert config == dataclasses.replace(vggt_1b(), name="other", moe=MoEConfig(num_experts=2))


@pytest.mark.parametrize("values", [{"widht": 1024}, {"moe": {"experts": 3}}, {"dpt": 7}])
def test_unknown_settings_are_refused(values: dict):
    with pytest.raises(UsageError, match="has the settings"):
        ModelConfig.from_json(values)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"width": 1000}, "multiple of"),
        ({"camera_head": CameraHeadConfig(width=100)}, "camera_head.num_heads"),
        ({"dpt": DPTConfig(layers=(4, 11, 17))}, "four layers"),
        ({"dpt": DPTConfig(layers=(4, 11, 17, 24))}, "0 to 23"),
        ({"dpt": DPTConfig(features=250)}, "multiples of 4"),
        ({"moe": MoEConfig(num_experts=0)}, "at least one expert"),
        ({"moe": MoEConfig(guide_radius_px=-1)}, "guide_radius_px of 0 to 16"),
        ({"moe": MoEConfig(guide_sigma=0.0)}, "guide_sigma above 0"),
    ],
)
def test_settings_that_do_not_fit_are_named(change: dict, complaint: str):
    with pytest.raises(UsageError, match=complaint):
        dataclasses.replace(vggt_1b(), **change)
