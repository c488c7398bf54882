"""A named pipe in place of a file is refused at once; opening one waits for its writer for ever."""

import os

import pytest

from moe3d.cli.main import run_command
from moe3d.io.scenes.prediction_file import write_prediction
from tests.scenes import step_prediction

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["export", "p.npz", "--format", "ply"], "p.npz"),
        (["export", ".", "--format", "ply"], "prediction.npz"),
        (["export", "p.moe3d", "--format", "ply"], "p.moe3d"),
        (["compare", "p.npz"], "p.npz"),
        (["compare", "."], "prediction.npz"),
        (["compare", "good.npz", "--against", "p.npz"], "p.npz"),
        (["run", "p.jpg", "-o", "out"], "p.jpg"),
        (["run", "p.mp4", "-o", "out"], "p.mp4"),
        (["run", "p.jpg", "p.mp4", "-o", "out"], "p.jpg"),
        (["estimate", "p.mp4"], "p.mp4"),
    ],
)
def test_a_pipe_is_named_and_ends_the_command(words, name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_prediction(step_prediction(), tmp_path / "good.npz")
    for pipe in ("p.npz", "p.moe3d", "prediction.npz", "p.jpg", "p.mp4"):
        os.mkfifo(tmp_path / pipe)
    assert run_command(words) in (3, 7)
    said = capsys.readouterr().err
    assert name in said
    assert "is a named pipe" in said
    assert not (tmp_path / "out").exists()
