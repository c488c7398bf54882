import pytest

from moe3d.errors import UsageError
from moe3d.training.config import DataConfig, OptimizerConfig, TrainingConfig
from moe3d.training.config_file import config_text, read_config


def test_settings_survive_the_file(tmp_path):
    config = TrainingConfig(
        preset="e2e",
        output=tmp_path / 'a "name"',
        data=DataConfig(sizes=("224x168", "168x224"), early_steps=25, augment=False),
        optimizer=OptimizerConfig(learning_rate=3e-5),
    )
    path = tmp_path / "run.toml"
    path.write_text(config_text(config))
    assert read_config(path) == config


def test_a_file_names_only_what_it_changes(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text('preset = "head"\n[run]\nsteps = 7\n[mixture]\nscale = 1\n')
    config = read_config(path)
    assert (config.preset, config.run.steps, config.mixture.scale) == ("head", 7, 1.0)
    assert config.data == DataConfig()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[run]\nstepz = 7", r"run\.toml, \[run\]: there is no setting 'stepz'; there are steps"),
        ('[run]\nsteps = "many"', "steps must be .*int.*; got 'many'"),
        ('preset = "all"', "preset must be 'vggt' or 'baseline'"),
        ("preset = [", "no readable TOML file"),
        ('[data]\nsource = "folders"', "--data FOLDER"),
        ("[run]\nsteps = 0", "at least 1 step"),
    ],
)
def test_what_cannot_be_meant_is_named(text, message, tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_config(path)
