"""A model file that cannot give a result, in the real window with the real backend."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from moe3d.model.checkpoint import CheckpointInfo, write_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d_viewer.state.run.reconstruction import Phase
from tests.app.window_fixtures import build_viewer, child, drop
from tests.fuzz.tiny import TINY

pytestmark = pytest.mark.gui


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("1.png", "2.png"):
        pixels = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


def write_wrapped(path: Path) -> None:
    torch.save({"teacher": {"aggregator.x": torch.ones(1)}, "student": {}}, path)


def write_with_nan(path: Path) -> None:
    network = MoE3DNetwork(TINY)
    with torch.no_grad():
        network.depth_head.norm.weight[0] = float("nan")
    write_checkpoint(network, path, CheckpointInfo("tiny", TINY))


def write_nested(path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"aggregator.x": torch.ones(1)}, path, {"moe3d": "[" * 100_000})


@pytest.mark.parametrize(
    ("name", "write", "words"),
    [
        ("m.safetensors", write_with_nan, "weights are not finite (depth_head.norm.weight)"),
        ("m.pt", write_wrapped, "is a network of another size"),
        ("m.safetensors", write_nested, "has a damaged model record (nested too deep)"),
    ],
)
def test_the_window_says_why_and_goes_on(
    qtbot, store, folder: Path, tmp_path: Path, name: str, write, words: str
):
    write(tmp_path / name)
    viewer = build_viewer(qtbot, store, None, "--model", str(tmp_path / name))
    run = viewer.state.reconstruction
    assert drop(viewer.window, [folder])
    qtbot.waitUntil(lambda: run.can_start)
    button = child(viewer.window, "tool_run", QToolButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: viewer.state.notices.errors != ())
    qtbot.waitUntil(lambda: run.phase is not Phase.RUNNING)
    assert words in child(viewer.window, "card_text", QLabel).text()
    assert child(viewer.window, "run_button", QPushButton).isVisible()
    assert run.prediction is None
    assert viewer.state.notices.errors[0].exit_code == 5
    viewer.window.close_at_once()
    assert viewer.close_down()
