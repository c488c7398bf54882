"""An answer that is not made of numbers is said, or refused, before it is shown."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from moe3d.errors import CheckpointError
from moe3d.inference.device import select_compute
from moe3d.inference.reconstructor import Reconstructor
from moe3d.model.checkpoint import CheckpointInfo
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import ModelOutput
from moe3d.scene.records import ScenePrediction
from tests.moe3d.inference.test_reconstructor import TINY, views

NAN, INF = float("nan"), float("inf")


class Distorted(MoE3DNetwork):
    """Answers as the network does, then spoils the answer."""

    def __init__(self, spoil: Callable[[ModelOutput], None]) -> None:
        super().__init__(TINY)
        self._spoil = spoil

    def decode(self, *args, **kwargs) -> ModelOutput:
        output = super().decode(*args, **kwargs)
        self._spoil(output)
        return output


def reconstruct(spoil: Callable[[ModelOutput], None]) -> ScenePrediction:
    torch.manual_seed(0)
    network = Distorted(spoil).eval()
    with torch.no_grad():
        network.camera_head.pose_branch.fc2.bias[7:] += 0.25  # each of four rounds: 1 rad in all
    info = CheckpointInfo(name="tiny", config=TINY, experts_trained=True)
    return Reconstructor(network, info, select_compute("cpu", "float32", 0)).reconstruct(views())


def notes_of(prediction: ScenePrediction) -> list[str]:
    return [note for note in prediction.metadata.notes if "not finite" in note]


def test_a_whole_answer_has_no_note():
    assert notes_of(reconstruct(lambda output: None)) == []


def test_an_overflowing_weight_ends_the_run_with_a_sentence():
    """No spoiling here: the last layer's scale is beyond what exp can take."""
    torch.manual_seed(0)
    network = MoE3DNetwork(TINY).eval()
    with torch.no_grad():
        network.moe_head.experts.conv2.bias.fill_(1e4)
    info = CheckpointInfo(name="tiny", config=TINY)
    reconstructor = Reconstructor(network, info, select_compute("cpu", "float32", 0))
    with pytest.raises(CheckpointError, match="tiny gave no finite depth and camera for any of"):
        reconstructor.reconstruct(views())


@pytest.mark.parametrize("value", [NAN, INF, -INF])
@pytest.mark.parametrize("field", ["depth", "pose_encoding"])
def test_no_depth_or_no_camera_at_all_is_no_result(field: str, value: float):
    with pytest.raises(CheckpointError, match=r"of the 2 photos.*try another checkpoint"):
        reconstruct(lambda output: getattr(output, field).fill_(value))


def test_pixels_without_depth_are_counted_and_masked():
    def spoil(output: ModelOutput) -> None:
        output.depth[0, 1, :21] = NAN  # half of 42 rows

    prediction = reconstruct(spoil)
    assert notes_of(prediction) == [
        "the network's answer is not finite: its depth of 1.png (at 50 % of the pixels)"
    ]
    assert prediction.valid_mask[0].all()
    assert not prediction.valid_mask[1, :21].any()
    assert prediction.valid_mask[1, 21:].all()


def test_a_photo_without_a_camera_is_named_and_the_rest_is_kept():
    def spoil(output: ModelOutput) -> None:
        output.pose_encoding[0, 1] = NAN

    prediction = reconstruct(spoil)
    assert notes_of(prediction) == ["the network's answer is not finite: its camera of 1.png"]
    assert np.isfinite(prediction.camera_from_world[0]).all()


@pytest.mark.parametrize("fov_rad", [4.0, 7.0, INF])
def test_a_field_of_view_that_no_lens_has_is_an_unknown_camera(fov_rad: float):
    def spoil(output: ModelOutput) -> None:
        output.pose_encoding[0, 1, 7:] = fov_rad

    prediction = reconstruct(spoil)
    assert notes_of(prediction) == ["the network's answer is not finite: its camera of 1.png"]
    assert np.isnan(prediction.camera_from_world[1]).all()
    assert np.isnan(prediction.intrinsics[1]).all()
    assert np.isfinite(prediction.intrinsics[0]).all()


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("expert_depths", "experts' depth"),
        ("gate_logits", "gate"),
        ("confidence", "confidence"),
        ("baseline_depth", "depth by VGGT"),
    ],
)
def test_every_part_of_the_answer_is_looked_at(field: str, words: str):
    def spoil(output: ModelOutput) -> None:
        getattr(output, field)[0, 0] = INF

    assert f"its {words} of 0.png (at 100 %" in "".join(notes_of(reconstruct(spoil)))
