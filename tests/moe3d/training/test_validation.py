"""Scores of a network on validation scenes, with a network whose answer is known."""

import numpy as np
import pytest
import torch

from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import ModelOutput
from moe3d.model.pose_encoding import Cameras
from moe3d.training.batches import TrainingBatch
from moe3d.training.validation import LayerScores, flat_scores, validate


class SecondPhotoTwiceAsFar(MoE3DNetwork):
    """Says 1 for the first photo and 2 for the second, whatever it sees."""

    def __init__(self):
        torch.nn.Module.__init__(self)
        self.one = torch.nn.Parameter(torch.ones(1))

    def forward(self, images, on_block=None, options=None):
        batch, views, _, height, width = images.shape
        depth = torch.ones(batch, views, height, width)
        depth[:, 1] = 2
        experts = depth[:, :, None].repeat(1, 1, 2, 1, 1)
        pose = torch.zeros(batch, views, 9)
        pose[..., 6] = 1
        ones = torch.ones_like(depth)
        logits = torch.zeros_like(experts)
        return ModelOutput(pose, pose[None], depth, ones, experts, experts, logits, 0.5)


def test_one_scale_a_scene_tells_photos_that_disagree_and_a_scale_a_photo_forgives():
    """By hand: 12 pixels at 1 and 6 at 2 (two rows of the second photo are unknown) where all are
    1; the scene's median is 1, so six of eighteen pixels are off by 100 %."""
    depth = torch.ones(1, 2, 4, 3)
    depth[0, 1, :2] = torch.nan
    cameras = Cameras(torch.eye(4).repeat(1, 2, 1, 1), torch.eye(3).repeat(1, 2, 1, 1))
    batch = TrainingBatch(torch.zeros(1, 2, 3, 4, 3), depth, cameras)
    found = validate(SecondPhotoTwiceAsFar(), [batch], 0.5)
    fused = found.layers["fused"]
    assert fused.absrel_mean == fused.absrel_median == pytest.approx(1 / 3)
    assert fused.delta1 == pytest.approx(2 / 3)
    assert fused.absrel_photo_mean == fused.absrel_photo_median == pytest.approx(0)
    assert fused.delta1_photo == 1
    assert flat_scores(found)["fused_delta1_photo"] == 1


def test_scores_of_older_records_have_no_alignment_by_photo():
    assert np.isnan(LayerScores(0.1, 0.1, 0.9, 0.5, 0.1, 0.2).absrel_photo_mean)
