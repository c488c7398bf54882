import pytest

from moe3d.cli.main import run_command
from moe3d.cli.train import train_defaults
from moe3d.training.config import TrainingConfig
from moe3d.training.run import RunResult


@pytest.fixture
def seen(monkeypatch, tmp_path):
    """Settings that reached the training, which is not run."""
    configs = []

    def record(config, environment, started, fill_patch_embed):
        assert fill_patch_embed is None
        configs.append(config)
        return RunResult(tmp_path / "model.safetensors", 3, is_finished=len(configs) > 1)

    monkeypatch.setattr("moe3d.training.run.run_training", record)
    return configs


def test_flags_go_before_the_settings_file(seen, tmp_path, capsys):
    path = tmp_path / "run.toml"
    path.write_text('preset = "e2e"\n[run]\nsteps = 9\nminutes = 5\n[mixture]\nscale = 0.1\n')
    assert run_command(["train", "--config", str(path), "--steps", "4", "--sizes", "56x42"]) == 0
    (config,) = seen
    assert (config.preset, config.run.steps, config.run.minutes) == ("e2e", 4, 5.0)
    assert config.mixture.scale == 0.1
    assert config.data.sizes == ("56x42",)
    captured = capsys.readouterr()
    assert "stopped at step 3 of 4; call again" in captured.err
    assert captured.out.strip() == str(tmp_path / "model.safetensors")


def test_without_flags_the_defaults_are_those_that_are_documented(seen):
    assert run_command(["train"]) == 0
    assert seen == [TrainingConfig()]
    assert train_defaults(["run", "--config", "x.toml"]).settings == TrainingConfig()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "none.toml"], "none.toml: there is no such file"),
        (["--patch-embed", "x.onnx"], "use --base new-mini"),
        (["--device", "cuda:9", "--source", "pool", "--data", "x"], "is not there"),
        (["--sizes", "50x40", "--device", "cpu"], "multiples of 14; got '50x40'"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_code_2(arguments, message, capsys, tmp_path):
    assert run_command(["train", "--output", str(tmp_path / "out"), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
