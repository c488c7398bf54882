"""The traps of evaluation that make numbers of different groups not comparable, one test each."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.evaluation.boundary import count_occlusions
from moe3d.evaluation.flying_points import count_against_itself, count_against_truth
from moe3d.evaluation.grids import InputSize, resize_prediction, shown_to_models
from moe3d.evaluation.metrics.clouds import score_clouds
from moe3d.evaluation.protocols import PROTOCOLS, describe
from moe3d.io.datasets.records import SceneTruth
from moe3d.io.datasets.seven_scenes import register_depth
from moe3d.scene.records import View, ViewSet
from tests.depth_maps import blurred, box_scene, shifted


def test_protocols_of_one_name_differ_in_choices_that_are_all_printed():
    texts = {name: describe(replace(one, name="")) for name, one in PROTOCOLS.items()}
    for name, choices in texts.items():
        assert list(texts.values()).count(choices) == 1, name
        assert {"frames", "input", "points", "cloud alignment", "crop", "ICP"} <= set(choices)


def test_the_frames_of_one_data_set_are_told_in_words():
    words = {name: one.frames_in_words("nrgbd") for name, one in PROTOCOLS.items()}
    assert words["cut3r"] == "every 500, at most half of the frames apart"
    assert (words["pi3-sparse"], words["pi3-dense"]) == ("every 500", "every 100")
    assert PROTOCOLS["project"].frames_in_words("7-scenes-usual-script") == "every 200"
    assert PROTOCOLS["project"].frames_in_words("synthetic") == "all"
    # 7-Scenes: 1000 frames make 5 and 25, NRGBD's thin_geometry makes 1, or 2 by the half rule
    assert 1000 // PROTOCOLS["pi3-sparse"].stride("7-scenes", 1000) == 5
    assert 1000 // PROTOCOLS["pi3-dense"].stride("7-scenes", 1000) == 25
    assert len(range(0, 395, PROTOCOLS["pi3-sparse"].stride("nrgbd", 395))) == 1
    assert len(range(0, 395, PROTOCOLS["cut3r"].stride("nrgbd", 395))) == 3


def one_view(height=480, width=640):
    view = View("a", width, height, pixels=np.zeros((height, width, 3), np.uint8))
    matrix = np.array([[525.0, 0, 320], [0, 525, 240], [0, 0, 1]])
    depth = np.ones((1, height, width))
    return SceneTruth(ViewSet((view,)), depth, matrix[None], np.eye(4)[None])


def test_the_published_intrinsics_flaw_is_off_by_default_and_exact_when_asked():
    right = shown_to_models(one_view(), PROTOCOLS["pi3-sparse"].input_size).intrinsics[0]
    assert right[0, 0] == pytest.approx(424.92, abs=0.005)
    assert right[0, 2] == pytest.approx(258.90, abs=0.005)
    flawed = shown_to_models(one_view(), PROTOCOLS["pi3-sparse-flawed"].input_size).intrinsics[0]
    assert flawed[0, 0] == pytest.approx(428.75, abs=0.005)
    assert flawed[0, 2] == pytest.approx(261.24, abs=0.005)

    def x(u, matrix):
        return (u - matrix[0, 2]) / matrix[0, 0]

    assert x(258.5, right) - x(258.5, flawed) == pytest.approx(0.0055, abs=0.0001)
    assert x(517, right) - x(517, flawed) == pytest.approx(0.0109, abs=0.0003)


def test_invalid_seven_scenes_depth_wraps_to_near_points_only_in_the_usual_script():
    raw = np.full((480, 640), 65535, np.uint16)
    assert not register_depth(raw).any()
    usual = register_depth(raw, keep_invalid=True)
    near = (usual >= 1) & (usual <= 510)
    assert near.sum() / (usual > 0).sum() == pytest.approx(0.49, abs=0.01)


def test_interpolating_a_sharp_prediction_makes_flying_points_and_nearest_truth_does_not():
    small, large = box_scene(0, 24, 32), box_scene(0, 24, 32).repeat(3, 0).repeat(3, 1)
    interpolated = resize_prediction(small, 96, 72, "prediction-bicubic")
    assert count_against_itself(interpolated, large).rate > 0.1
    view = View("a", 96, 72, pixels=np.zeros((72, 96, 3), np.uint8))
    truth = SceneTruth(ViewSet((view,)), large[None])
    brought = shown_to_models(truth, InputSize(32, 24)).depth[0]
    np.testing.assert_array_equal(brought, small)
    assert count_against_truth(small, brought).rate == 0


def test_holes_in_truth_are_huge_edges_without_a_mask():
    truth = box_scene(1)
    truth[10:14, 10:30] = 0
    public = count_occlusions(box_scene(1), truth, masked=False)
    assert public.recall < 0.9
    assert count_occlusions(box_scene(1), truth).recall == pytest.approx(1)


def test_identical_maps_score_below_one_where_a_direction_has_no_edge():
    stairs = np.broadcast_to(1.5 ** np.arange(6.0), (6, 6)).copy()
    assert count_occlusions(stairs, stairs).f1 == pytest.approx(0.25)


def test_a_shifted_edge_and_a_blurred_edge_are_told_apart_only_by_flying_points():
    truth = box_scene(0)
    off, soft = shifted(truth), blurred(truth)
    assert count_occlusions(off, truth).f1 < 0.7
    assert count_occlusions(soft, truth).f1 < 0.7
    assert count_against_truth(off, truth).rate < 0.02
    assert count_against_itself(off, truth).rate < 0.02
    assert count_against_truth(soft, truth).rate > 0.2
    assert count_against_itself(soft, truth).rate > 0.2


def test_a_sharp_but_biased_prediction_flies_by_truth_and_not_by_itself():
    truth = box_scene(0)
    biased = 0.8 * truth + 0.9
    assert count_against_truth(biased, truth).rate > 0.2
    assert count_against_itself(biased, truth).rate < 0.02


def test_normals_of_a_denser_noisy_cloud_agree_less():
    generator = np.random.default_rng(0)

    def wall(count):
        flat = generator.uniform(0, 1, (count, 2))
        return np.c_[flat, 0.01 * generator.standard_normal(count)]

    dense, sparse = (score_clouds(wall(count), wall(count)).nc_mean for count in (8000, 500))
    assert dense < sparse - 0.02
