import pytest

from moe3d.errors import UsageError
from moe3d.training.data.seeds import Split, sample_texture_ids, split_of_seed


@pytest.mark.parametrize(
    ("seed", "split"),
    [
        (0, Split.TRAIN),
        (999_999, Split.TRAIN),
        (1_000_000, Split.VALIDATE),
        (1_000_999, Split.VALIDATE),
        (2_000_000, Split.HELD_OUT),
    ],
)
def test_every_seed_has_one_use(seed, split):
    assert split_of_seed(seed) is split


@pytest.mark.parametrize("seed", [-1, 1_001_000, 1_999_999])
def test_seeds_between_the_splits_are_refused(seed):
    with pytest.raises(UsageError, match=str(seed)):
        split_of_seed(seed)


def test_validation_sees_none_of_the_training_textures():
    train = {i for seed in range(50) for i in sample_texture_ids(seed, 16)}
    validate = {i for seed in range(1_000_000, 1_000_050) for i in sample_texture_ids(seed, 16)}
    assert not train & validate
