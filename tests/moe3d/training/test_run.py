import dataclasses

import pytest
import torch

from moe3d.errors import UsageError
from moe3d.model.checkpoint import CheckpointInfo, read_checkpoint, write_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.config import OptimizerConfig, TrainingConfig
from moe3d.training.run import PoolPlan, Start, run_stage

NO_SCENES = PoolPlan(num_scenes=0, height=28, width=42)


@pytest.fixture
def base(tiny_config, tmp_path):
    torch.manual_seed(1)
    settings = dataclasses.replace(tiny_config.moe, own_decoder=False)
    network = MoE3DNetwork(dataclasses.replace(tiny_config, moe=settings))
    path = tmp_path / "base.safetensors"
    write_checkpoint(network, path, CheckpointInfo("tiny", network.config))
    return path


def config(stage, pool, output):
    return TrainingConfig(
        stage=stage,
        pool=pool,
        output=output,
        steps=2,
        scenes_per_step=2,
        optimizer=OptimizerConfig(warm_up_steps=1),
    )


def test_the_mixture_stage_leaves_vggts_part_as_it_was(base, tiny_pool, tmp_path):
    written = run_stage(config("moe", tiny_pool, tmp_path / "run"), Start(str(base)), NO_SCENES)
    before, after = read_checkpoint(base).network.state_dict(), read_checkpoint(written)
    assert after.info.experts_trained
    assert after.info.config.moe.own_decoder
    assert "moe" in after.info.training
    result = after.network.state_dict()
    vggt = [name for name in before if not name.startswith("moe_head")]
    assert vggt
    assert all(torch.equal(before[name], result[name]) for name in vggt)


def test_scenes_are_generated_when_asked(base, tmp_path):
    plan = PoolPlan(num_scenes=3, height=28, width=42, num_views=2)
    pool = tmp_path / "pool"
    run_stage(config("vggt", pool, tmp_path / "run"), Start(str(base)), plan)
    assert [shard.name for shard in pool.iterdir()] == ["28x42-0000000"]


def test_an_empty_pool_is_refused_before_the_first_step(base, tmp_path):
    with pytest.raises(UsageError, match="--generate"):
        run_stage(config("vggt", tmp_path / "none", tmp_path / "run"), Start(str(base)), NO_SCENES)
    assert not (tmp_path / "run").exists()
