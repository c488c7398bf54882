"""Profiles against reading one pixel at a time, and an analytic step."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.scene.mixture import Remix, remix_depth
from moe3d.scene.profile import ProfileLine, line_pixels, photo_gradient, sample_profile
from tests.scenes import REFINED_FAR, refined_prediction, step_prediction


@pytest.mark.parametrize(
    ("end", "pixels"),
    [
        ((4, 0), [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)]),
        ((0, 2), [(0, 0), (0, 1), (0, 2)]),
        ((3, 1), [(0, 0), (1, 0), (2, 1), (3, 1)]),
        ((0, 0), [(0, 0)]),
    ],
)
def test_a_line_goes_one_pixel_a_step(end, pixels):
    columns, rows = line_pixels(ProfileLine(0, (0, 0), end))
    assert list(zip(columns.tolist(), rows.tolist(), strict=True)) == pixels


def test_a_line_drawn_backwards_has_its_ends():
    columns, rows = line_pixels(ProfileLine(0, (9, 7), (2, 11)))
    assert (columns[0], rows[0], columns[-1], rows[-1]) == (9, 7, 2, 11)
    assert (np.diff(columns) == -1).all()
    assert set(np.diff(rows).tolist()) <= {0, 1}


def test_the_step_is_read_without_anything_in_between():
    profile = sample_profile(step_prediction(), ProfileLine(1, (15, 4), (26, 4)))
    np.testing.assert_array_equal(profile.fused, [1] * 6 + [2] * 6)
    np.testing.assert_array_equal(profile.expert_depths[:2, 0], [1, 2])
    near = np.repeat([1.0, 0.0], 6)
    np.testing.assert_allclose(profile.weights[:2], [near, 1 - near], atol=1e-6)
    assert 1 < profile.baseline[5] < 2  # VGGT's flying points
    np.testing.assert_array_equal(profile.distance_px, np.arange(12))
    assert profile.truth is None


def test_every_value_is_that_of_its_pixel():
    generator = np.random.default_rng(0)
    plain = step_prediction()
    shape = plain.expert_depths.shape
    prediction = replace(
        plain,
        expert_depths=generator.uniform(1, 2, shape).astype(np.float32),
        gate_logits=generator.normal(size=shape).astype(np.float32),
    )
    remix, truth = Remix(muted=(2,), temperature=0.7), np.full(plain.depth.shape, 3, np.float32)
    fused = remix_depth(prediction, remix)
    line = ProfileLine(1, (3, 25), (37, 2))
    profile = sample_profile(prediction, line, remix, fused, truth)
    gradient = photo_gradient(prediction.images[1])
    for place in range(len(profile.columns)):
        x, y = profile.columns[place], profile.rows[place]
        np.testing.assert_array_equal(
            profile.expert_depths[:, place], prediction.expert_depths[1, :, y, x]
        )
        assert profile.fused[place] == fused[1, y, x]
        heard = np.exp(prediction.gate_logits[1, :, y, x].astype(float) / 0.7)
        heard[2] = 0
        np.testing.assert_allclose(profile.weights[:, place], heard / heard.sum(), atol=1e-5)
        assert profile.gradient[place] == gradient[y, x]
        assert profile.distance_px[place] == pytest.approx(np.hypot(x - 3, y - 25))
    assert (profile.truth == 3).all()


def test_a_pixel_that_is_not_valid_has_no_depth():
    plain = step_prediction()
    valid = plain.valid_mask.copy()
    valid[0, 4, 17] = False
    masked = replace(plain, valid_mask=valid)
    profile = sample_profile(masked, ProfileLine(0, (15, 4), (26, 4)))
    assert np.isnan(profile.fused[2])
    assert np.isnan(profile.expert_depths[:, 2]).all()
    assert np.isfinite(profile.fused[[0, 1, 3]]).all()


def test_the_gradient_of_a_ramp_is_its_slope():
    ramp = np.zeros((5, 6, 3), np.uint8)
    ramp[:] = (np.arange(6) * 3)[None, :, None] + (np.arange(5) * 4)[:, None, None]
    np.testing.assert_allclose(photo_gradient(ramp), 5.0, rtol=1e-9)


def test_refined_depths_are_read_too():
    profile = sample_profile(refined_prediction(), ProfileLine(3, (15, 4), (26, 4)))
    np.testing.assert_array_equal(profile.refined, np.float32([1] * 6 + [REFINED_FAR] * 6))
    np.testing.assert_array_equal(profile.baseline_refined, np.float32([1] * 6 + [2] * 6))
    assert sample_profile(step_prediction(), ProfileLine(0, (1, 1), (3, 1))).refined is None
