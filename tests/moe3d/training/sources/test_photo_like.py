import pytest
import torch

from moe3d.errors import DatasetError, UsageError
from moe3d.training.config import DataConfig, TrainingConfig
from moe3d.training.data.pool import ShardPlan, write_shard
from moe3d.training.photo_like.furniture import open_furniture
from moe3d.training.photo_like.generator import PhotoLikeGenerator
from moe3d.training.processes import Share
from moe3d.training.sources.loading import load_steps
from moe3d.training.sources.opening import open_source
from tests.moe3d.training.photo_like.conftest import ZERO, write_library

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def furniture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("furniture")
    write_library(folder / "free.sh3f", dict.fromkeys(("cube", "plate"), ZERO))
    return folder


def _config(furniture) -> TrainingConfig:
    data = DataConfig(
        source="photo-like",
        furniture=furniture,
        sizes=("28x14",),
        scenes_per_step=2,
        max_views=2,
        single_view_share=0.0,
    )
    return TrainingConfig(data=data)


def test_a_step_is_the_same_in_every_process_of_a_run(furniture):
    config = _config(furniture)
    whole = open_source(config, Share(), CPU).load(3)
    parts = [open_source(config, Share(rank, 2), CPU).load(3) for rank in (0, 1)]
    assert whole.images.shape == (2, 2, 3, 14, 28)
    for row, part in enumerate(parts):
        assert torch.equal(part.images[0], whole.images[row])
        assert torch.equal(part.depth[0].nan_to_num(-1), whole.depth[row].nan_to_num(-1))


def test_worker_processes_draw_the_same_scenes(furniture):
    source = open_source(_config(furniture), Share(), CPU)
    alone = source.load(0)
    (loaded,) = load_steps(source, [0], workers=1)
    assert torch.equal(loaded.images, alone.images)


def test_a_run_without_furniture_is_refused_before_it_starts(tmp_path):
    with pytest.raises(UsageError, match="needs furniture: --furniture FOLDER"):
        TrainingConfig(data=DataConfig(source="photo-like"))
    with pytest.raises(DatasetError, match="no furniture library"):
        open_source(_config(tmp_path), Share(), CPU)


def test_shards_of_both_kinds_of_one_seed_make_one_pool(furniture, tmp_path):
    generator = PhotoLikeGenerator(open_furniture(furniture))
    shard = write_shard(ShardPlan(0, 2, 2, 14, 28, "photo-like"), tmp_path, generator)
    assert shard.name == "14x28-0000000-photo-like"
    data = DataConfig(source="pool", data=tmp_path, sizes=("28x14",), scenes_per_step=2)
    batch = open_source(TrainingConfig(data=data), Share(), CPU).load(0)
    assert torch.isfinite(batch.depth).any()
