import pytest

from moe3d.cli.main import run_command
from moe3d.training.run import RunResult


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Runs that were asked for; each is finished at its second call. Nothing is trained."""
    seen = []

    def train(config, environment, started):
        seen.append(config)
        again = sum(other.output == config.output for other in seen) > 1
        return RunResult(config.output / "model.safetensors", 7, is_finished=again)

    monkeypatch.setattr("moe3d.training.run.run_training", train)
    return seen


@pytest.fixture
def decision(monkeypatch):
    """What the scores say; the built-in model itself is left alone."""
    placed, answer = [], {"better": True}

    class Scores:
        def table(self, old):
            return "the table"

    monkeypatch.setattr("moe3d.research.built_in.score_built_in", lambda *given: Scores())
    monkeypatch.setattr("moe3d.research.built_in.is_better", lambda new, old: answer["better"])
    monkeypatch.setattr("moe3d.research.built_in.put_in_place", lambda *given: placed.append(given))
    return placed, answer


def command(tmp_path, *more):
    return run_command(["train-mini", "-o", str(tmp_path), "--device", "cpu", *more])


def test_stages_follow_each_other_over_calls_and_the_better_model_stays(
    calls, decision, tmp_path, capsys
):
    placed, answer = decision
    assert command(tmp_path, "--minutes", "9") == 0
    assert "1-onward stopped at step 7; call again" in capsys.readouterr().err
    first = calls[0]
    assert (first.preset, first.base, first.run.minutes) == ("pair", "mini", 9.0)
    assert first.data.scenes_per_step == 4
    command(tmp_path)
    assert "2-settle stopped" in capsys.readouterr().err
    second = calls[-1]
    assert (second.preset, second.base) == ("pair", str(first.output / "model.safetensors"))
    assert (first.mixture.start_pull, second.mixture.final_push) == (0.3, 0.15)
    answer["better"] = False
    command(tmp_path)
    assert "the built-in model stays" in capsys.readouterr().out
    assert not placed
    answer["better"] = True
    command(tmp_path)
    ((source, target, _),) = placed
    assert source == tmp_path / "2-settle" / "compact"
    assert target.parts[-2:] == ("assets", "models")


def test_scores_alone_are_written_beside_the_weights(
    calls, decision, monkeypatch, tmp_path, capsys
):
    seen = []
    monkeypatch.setattr(
        "moe3d.research.built_in.write_metrics",
        lambda folder, scores: seen.append(folder) or folder,
    )
    assert command(tmp_path, "--score-only") == 0
    assert not calls
    assert seen[0].parts[-2:] == ("assets", "models")
    assert str(seen[0]) in capsys.readouterr().out
