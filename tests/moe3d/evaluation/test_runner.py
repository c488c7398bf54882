"""Protocols end to end on small fakes of data sets, with models that know the truth."""

import json
from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import DatasetError, EvaluationError, JobCancelledError
from moe3d.evaluation.models import EvaluatedModel, remembering
from moe3d.evaluation.protocols import find_protocol
from moe3d.evaluation.reports.figures import FigureSheet
from moe3d.evaluation.reports.markdown import markdown
from moe3d.evaluation.reports.report import Report
from moe3d.evaluation.reports.summary import summarise
from moe3d.evaluation.reports.tables import write_report
from moe3d.evaluation.runner import Evaluation, run_evaluation
from moe3d.evaluation.tasks.boundary import Boundary
from moe3d.evaluation.tasks.mixture import Mixture
from moe3d.evaluation.tasks.mono_depth import MonoDepth
from moe3d.evaluation.tasks.pose import Pose
from moe3d.evaluation.tasks.reconstruction import MultiViewReconstruction
from moe3d.io.datasets.own import OwnScenes
from moe3d.progress import Progress
from tests import data_sets
from tests.fake_models import WatchedData, fake_model


def as_shown(protocol):
    return replace(protocol, input_size=None)


PROJECT = as_shown(find_protocol("project"))


def evaluate(task, data, folder, *models, scenes=()):
    models = models or (EvaluatedModel("perfect", fake_model(data, task.protocol.input_size)),)
    return run_evaluation(Evaluation(task, data, models, folder, scenes))


@pytest.fixture
def own(tmp_path):
    data_sets.write_own(tmp_path / "data")
    return WatchedData(OwnScenes(tmp_path / "data"))


def test_a_wall_that_is_three_millimetres_off_is_three_millimetres_off(own, tmp_path):
    protocol = replace(PROJECT, alignment="none", icp_reach_m=None, crops_px=(0,))
    for folder in (tmp_path / "data").iterdir():
        for path in (folder / "depth").iterdir():
            np.save(path, np.full((36, 48), 0.5, np.float32))
    model = EvaluatedModel("off", fake_model(own, None, lambda depth: depth + 0.003, units=1.0))
    result = evaluate(MultiViewReconstruction(protocol), own, tmp_path, model)[0]
    assert result.rows[0]["acc_median"] == pytest.approx(0.003, rel=0.1)
    assert result.rows[0]["comp_median"] == pytest.approx(0.003, rel=0.1)


def test_a_quarter_of_the_columns_a_third_too_far_scores_what_the_hand_says(own, tmp_path):
    def push_back(depth):
        return np.where(np.arange(depth.shape[1]) % 4 == 0, 1.3 * depth, depth)

    protocol = replace(PROJECT, depth_alignment="scale-l1", also_alignment=None)
    model = EvaluatedModel("pushed", fake_model(own, None, push_back))
    results = evaluate(MonoDepth(protocol), own, tmp_path, model)
    summary = summarise(results, MonoDepth(protocol).columns)
    assert summary.cell("pushed", "absrel").mean == pytest.approx(0.3 / 4, rel=1e-5)
    assert summary.cell("pushed", "absrel").pooled == pytest.approx(0.3 / 4, rel=1e-5)
    assert summary.cell("pushed", "d1").mean == 0.75
    assert summary.cell("pushed", "d2").mean == 1


def test_boundaries_of_the_truth_are_perfect_and_blurred_ones_fly(own, tmp_path):
    predict = remembering(fake_model(own))
    models = EvaluatedModel("moe", predict), EvaluatedModel("plain", predict, "vggt")
    task = Boundary.for_dataset(PROJECT, own)
    results = evaluate(task, own, tmp_path, *models)
    summary = summarise(results, task.columns)
    assert summary.cell("moe", "boundary_f1_masked").mean == pytest.approx(1)
    assert summary.cell("moe", "boundary_f1_pooled_r1").pooled == 1
    assert summary.cell("moe", "fpr_self").pooled == 0
    assert summary.cell("moe", "boundary_acc_3d").mean < 1e-6
    assert summary.cell("plain", "fpr_self").pooled > 0.2
    assert summary.cell("plain", "boundary_f1_masked").mean < 0.7
    flying = next(one for one in summary.differences if one.column == "fpr_self")
    assert (flying.first_better, flying.num_scenes) == (2, 2)
    assert flying.ratio == 0


def test_a_photo_twice_as_far_as_the_others_costs_under_one_scale_a_scene_alone(own, tmp_path):
    """By hand: three photos of one wall at 1; with the last at 2 the median of the scene is 1, so
    that photo is off by 100 % and the others by nothing. A scale for each photo hides it."""
    for folder in (tmp_path / "data").iterdir():
        for path in (folder / "depth").iterdir():
            np.save(path, np.ones((36, 48), np.float32))
    inner = fake_model(own)

    def predict(views):
        prediction = inner(views)
        depth = prediction.depth.copy()
        depth[-1] *= 2
        support = np.zeros(depth.shape, np.uint8)
        support[0, :9], support[-1, :3] = 2, 1  # 9 rows right, 3 rows off by 100 %
        return replace(
            prediction, depth=depth, expert_depths=np.stack([depth, depth], 1), support=support
        )

    model = EvaluatedModel("far", predict)
    photos = own.num_frames("scene-1000000")
    for task in (Boundary.for_dataset(PROJECT, own), Mixture.for_dataset(PROJECT, own)):
        summary = summarise(evaluate(task, own, tmp_path / task.name, model), task.columns)
        found = {one.column: one.mean for one in summary.cells}
        assert found["absrel_scene"] == pytest.approx(1 / photos, rel=1e-6)
        assert found["d1_scene"] == pytest.approx(1 - 1 / photos)
        assert (found["absrel_photo"], found["d1_photo"]) == (pytest.approx(0, abs=1e-6), 1)
        if task.name == "boundary":
            assert found["absrel_confirmed"] == pytest.approx(3 / 12)
            assert found["confirmed_share"] == pytest.approx(12 / (36 * photos))


def test_without_compared_photos_nothing_is_said_of_confirmed_pixels(own, tmp_path):
    task = Boundary.for_dataset(PROJECT, own)
    summary = summarise(evaluate(task, own, tmp_path), task.columns)
    assert np.isnan(summary.cell("perfect", "absrel_confirmed").mean)
    assert np.isnan(summary.cell("perfect", "confirmed_share").pooled)


def test_refined_depth_stands_beside_the_raw_one_which_stands_in_where_there_is_none(own, tmp_path):
    inner = fake_model(own, None, lambda depth: 1.1 * depth + 0.5)

    def predict(views):
        raw = inner(views)
        exact = fake_model(own)(views).depth
        if own.reads > 1:
            return raw  # the second scene allows no refinement
        base = replace(raw.baseline, refined_depth=exact, support=np.ones(exact.shape, np.uint8))
        return replace(raw, baseline=base, refined_depth=exact)

    predict = remembering(predict)
    layers = {"a": "fused", "a-refined": "refined", "a-vggt": "vggt", "a-vggt-r": "vggt-refined"}
    models = [EvaluatedModel(name, predict, layer) for name, layer in layers.items()]
    task = Boundary.for_dataset(PROJECT, own)
    results = evaluate(task, own, tmp_path, *models)
    summary = summarise(results, task.columns)
    assert {one.num_scenes for one in summary.cells if one.column == "absrel_scene"} == {2}
    by_scene = [
        {one.model: one.rows[0]["absrel_scene"] for one in results if one.scene == scene}
        for scene in own.scene_names()
    ]
    assert by_scene[0]["a-refined"] < 1e-6 < by_scene[0]["a"]
    assert by_scene[1]["a-refined"] == by_scene[1]["a"]
    assert by_scene[1]["a-vggt-r"] == by_scene[1]["a-vggt"] != by_scene[1]["a"]
    report = Report("t", task.choices, task.columns, results, summary, task.details)
    said = "the photos allowed no refinement of depth; the raw depth is scored in 1 of 2 scenes."
    assert report.notes == (f"a-refined: {said}", f"a-vggt-r: {said}")
    assert f"a-refined: {said}" in markdown(report).split("## Paired")[0]


def test_beside_the_boundary_score_stands_what_truth_one_pixel_off_would_reach(own, tmp_path):
    def one_to_the_right(depth):
        return np.pad(depth, ((0, 0), (1, 0)), mode="edge")[:, :-1]

    task = Boundary.for_dataset(PROJECT, own)
    (row, *_) = evaluate(
        task, own, tmp_path, EvaluatedModel("off", fake_model(own, None, one_to_the_right))
    )[0].rows
    assert row["boundary_f1_truth_shifted"] == pytest.approx(row["boundary_f1_masked"], abs=0.01)
    assert row["boundary_f1_truth_shifted"] < 0.7
    assert row["boundary_f1_native"] == row["boundary_f1_masked"]


def test_a_cloud_that_icp_cannot_hold_is_flagged_and_its_alignment_printed(own, tmp_path):
    def garble(depth):
        return np.random.default_rng(0).permutation(depth.ravel()).reshape(depth.shape)

    task = MultiViewReconstruction(PROJECT)
    model = EvaluatedModel("garbled", fake_model(own, None, garble))
    results = evaluate(task, own, tmp_path, model)
    fitness = results[0].rows[0]["icp_fitness"]
    assert fitness < 0.5
    assert f"ICP fitness {fitness:.2f} is below 0.5" in results[0].notes[0]
    summary = summarise(results, task.columns)
    text = markdown(Report("t", task.choices, task.columns, results, summary, task.details))
    assert results[0].notes[0] in text
    table = text.split("## Details by scene")[1]
    assert f"| {results[0].rows[0]['alignment_angle_deg']:.4g} |" in table


def test_two_layers_of_one_prediction_cost_one_pass(own, tmp_path):
    calls = []
    inner = fake_model(own)
    predict = remembering(lambda views: calls.append(1) or inner(views))
    models = EvaluatedModel("a", predict), EvaluatedModel("b", predict, "vggt")
    evaluate(Boundary.for_dataset(PROJECT, own), own, tmp_path, *models)
    assert len(calls) == 2  # one a scene


def test_perfect_cameras_have_no_pose_error(own, tmp_path):
    task = Pose.for_dataset(PROJECT, own)
    for result in evaluate(task, own, tmp_path):
        (row,) = result.rows
        assert (row["auc5"], row["auc30"], row["rta5"]) == (1, 1, 1)
        assert row["rre_median"] < 1e-6


def test_a_mixture_that_always_takes_the_right_expert_has_no_regret(own, tmp_path):
    task = Mixture.for_dataset(PROJECT, own)
    (row,) = evaluate(task, own, tmp_path)[0].rows
    assert max(row["absrel_photo"], row["absrel_scene"]) < 1e-6
    assert row["d1_photo"] == row["d1_scene"] == 1
    assert row["regret"] < 1e-6
    assert row["gate accuracy"] == 1
    assert row["usage"] == [1, 0]
    assert row["dead experts"] == 1
    assert row["hardness gap"] == 0
    assert row["information"] == 0


def test_a_finished_scene_is_not_run_again_and_a_failed_one_is(own, tmp_path):
    task = Boundary.for_dataset(PROJECT, own)
    (tmp_path / "data/scene-1000001/depth/000.npy").rename(tmp_path / "away.npy")
    first = evaluate(task, own, tmp_path / "out")
    assert first[0].error == ""
    assert "000.npy is missing" in first[1].error
    own.reads = 0
    (tmp_path / "away.npy").rename(tmp_path / "data/scene-1000001/depth/000.npy")
    second = evaluate(task, own, tmp_path / "out")
    assert own.reads == 1
    assert second[1].error == ""
    assert second[0].rows == first[0].rows


def test_other_choices_do_not_reuse_old_scenes(own, tmp_path):
    evaluate(Boundary.for_dataset(PROJECT, own), own, tmp_path / "out")
    own.reads = 0
    other = replace(PROJECT, depth_alignment="affine-l2")
    evaluate(Boundary.for_dataset(other, own), own, tmp_path / "out")
    assert own.reads == 2
    evaluate(Boundary.for_dataset(other, own, max_frames=2), own, tmp_path / "out")
    assert own.reads == 6


def test_a_model_that_fails_on_a_scene_does_not_stop_the_others(own, tmp_path):
    good = fake_model(own)

    def moody(views):
        if own.reads == 1:
            raise EvaluationError("no idea what this is")
        return good(views)

    models = EvaluatedModel("good", good), EvaluatedModel("moody", moody)
    task = Boundary.for_dataset(PROJECT, own)
    results = evaluate(task, own, tmp_path, *models)
    assert [one.error for one in results] == ["", "no idea what this is", "", ""]
    summary = summarise(results, task.columns)
    assert summary.cell("moody", "absrel_photo").num_scenes == 1
    assert summary.differences[0].num_scenes == 1


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda depth: np.full_like(depth, np.nan), "no pixel"),
        (lambda depth: np.full_like(depth, 0), "no pixel"),
    ],
)
def test_truth_without_a_valid_pixel_fails_its_scene_only(own, tmp_path, spoil, message):
    path = tmp_path / "data/scene-1000000/depth/000.npy"
    np.save(path, spoil(np.load(path)))
    results = evaluate(Boundary.for_dataset(PROJECT, own), own, tmp_path / "out")
    assert results[0].error.startswith(f"000.png: {message}")
    assert results[1].error == ""


def test_a_prediction_of_nan_fails_its_scene(own, tmp_path):
    model = EvaluatedModel("nan", fake_model(own, None, lambda depth: np.full_like(depth, np.nan)))
    for task in (MonoDepth(PROJECT), MultiViewReconstruction(PROJECT)):
        results = evaluate(task, own, tmp_path / task.name, model)
        assert all("not finite" in one.error for one in results)


def test_a_single_frame_has_no_poses_to_compare(own, tmp_path):
    class OneFrame(WatchedData):
        def num_frames(self, scene):
            return 1

    data = OneFrame(own.inner)
    results = evaluate(Pose.for_dataset(PROJECT, data), data, tmp_path / "out")
    assert all("in pairs" in one.error for one in results)


def test_a_constant_prediction_has_no_affine_alignment(own, tmp_path):
    model = EvaluatedModel("flat", fake_model(own, None, lambda depth: np.full_like(depth, 2.0)))
    protocol = replace(PROJECT, depth_alignment="affine-l1")
    results = evaluate(MonoDepth(protocol), own, tmp_path / "out", model)
    assert all("alignment failed" in one.error for one in results)


def test_an_unknown_scene_and_an_empty_split_are_refused(own, tmp_path):
    with pytest.raises(DatasetError, match="no scene 'kitchen'"):
        evaluate(MonoDepth(PROJECT), own, tmp_path, scenes=("kitchen",))

    class Empty(WatchedData):
        def scene_names(self):
            return ()

    with pytest.raises(DatasetError, match="split is empty"):
        evaluate(MonoDepth(PROJECT), Empty(own.inner), tmp_path)


def test_cancelling_keeps_finished_scenes(own, tmp_path):
    progress = Progress()
    progress = Progress(lambda report: progress_cancel(report, progress))
    task = Boundary.for_dataset(PROJECT, own)
    models = (EvaluatedModel("perfect", fake_model(own)),)
    with pytest.raises(JobCancelledError):
        run_evaluation(Evaluation(task, own, models, tmp_path / "out"), progress)
    assert len(list((tmp_path / "out/scenes").glob("*/*.json"))) == 2


def progress_cancel(report, progress):
    progress.cancel()


def test_a_report_says_every_choice_and_marks_what_failed(own, tmp_path):
    sheet = FigureSheet(tmp_path / "out")
    predict = fake_model(own)
    models = EvaluatedModel("moe_3", predict), EvaluatedModel("plain", predict, "vggt")
    task = Boundary.for_dataset(PROJECT, own)
    (tmp_path / "data/scene-1000001/cameras.json").unlink()
    evaluation = Evaluation(task, own, models, tmp_path / "out")
    results = run_evaluation(evaluation, watcher=sheet.watch)
    report = Report(
        "boundary",
        task.choices,
        task.columns,
        results,
        summarise(results, task.columns),
    )
    write_report(report, tmp_path / "out")
    sheet.write(tmp_path / "out" / "sheet.png", own.scene_names(), report.models)
    text = (tmp_path / "out/table.md").read_text()
    for name, choice in task.choices.items():
        assert f"{name}: {choice}" in text
    assert "cameras.json is missing" in text
    assert "## Paired differences" in text
    document = json.loads((tmp_path / "out/results.json").read_text())
    assert document["scenes"][0]["rows"][0]["frame"] == "000.png"
    assert len(document["summary"]["cells"]) == 2 * len(task.columns)
    assert r"moe\_3" in (tmp_path / "out/table.tex").read_text()
    assert len((tmp_path / "out/table.csv").read_text().splitlines()) == 1 + 2 * len(task.columns)
    assert len((tmp_path / "out/scenes.csv").read_text().splitlines()) == 5
    from PIL import Image

    assert Image.open(tmp_path / "out/sheet.png").height > 300
