"""`moe3d eval` as a user types it."""

import json
from dataclasses import replace

import numpy as np
import pytest
import trimesh
import tyro

from moe3d.cli.evaluate.eval import EvalCommand
from moe3d.errors import DatasetError, EvaluationError, ShapeError, UsageError
from moe3d.scene.pixel_transform import PixelTransform
from tests import data_sets
from tests.depth_maps import blurred, box_scene, with_holes


def run(*arguments):
    command = tyro.cli(
        EvalCommand,
        args=[str(argument) for argument in arguments],
        config=(tyro.conf.OmitSubcommandPrefixes, tyro.conf.OmitArgPrefixes),
    )
    return command.run()


@pytest.fixture
def maps(tmp_path):
    truth = with_holes(box_scene())
    np.save(tmp_path / "truth.npy", truth.astype(np.float32))
    np.save(tmp_path / "prediction.npy", blurred(box_scene()).astype(np.float32))
    np.save(tmp_path / "mask.npy", np.arange(truth.size).reshape(truth.shape) % 2)
    return tmp_path


def pair(folder):
    return "--prediction", folder / "prediction.npy", "--truth", folder / "truth.npy"


def test_arrays_print_every_promised_key_as_json(maps, capsys):
    assert run("arrays", *pair(maps), "--alignment", "affine_l1", "--json") == 0
    values = json.loads(capsys.readouterr().out)
    promised = "absrel sqrel rmse rmselog log10 d1 d2 d3 boundary_f1 boundary_f1_masked "
    promised += "boundary_f1_pooled_r1 fpr_gt fpr_self fpr_self_coverage"
    assert set(promised.split()) <= set(values)
    assert values["alignment"] == "affine-l1"
    assert 0 < values["absrel"] < 0.2


def test_a_mask_leaves_pixels_out(maps, capsys):
    run("arrays", *pair(maps), "--json")
    whole = json.loads(capsys.readouterr().out)["valid_pixels"]
    run("arrays", *pair(maps), "--mask", maps / "mask.npy", "--json")
    assert 0.4 < json.loads(capsys.readouterr().out)["valid_pixels"] / whole < 0.6


def test_without_json_a_table_is_printed(maps, capsys):
    run("arrays", *pair(maps), "--focal-px", 60)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("absrel ")
    assert any(line.startswith("boundary_acc_3d") and "None" not in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("--alignment", "magic"), UsageError, "no alignment"),
        (("--mask", "nowhere.npy"), DatasetError, "nowhere.npy is not there"),
        (("--edge-jump", "0.01"), UsageError, "margin"),
        (("--focal-px", "0"), UsageError, "focal-px"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(maps, arguments, error, message):
    with pytest.raises(error, match=message):
        run("arrays", *pair(maps), *arguments)


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        (np.ones((3, 3)), ShapeError, "one shape"),
        (np.full((48, 64), np.nan), EvaluationError, "not finite"),
        (np.full((48, 64), "x"), EvaluationError, "dtype"),
        (np.full((48, 64), 1j), EvaluationError, "dtype"),
    ],
)
def test_predictions_that_cannot_be_scored_are_refused(maps, array, error, message):
    np.save(maps / "prediction.npy", array)
    with pytest.raises(error, match=message):
        run("arrays", *pair(maps))


def test_a_file_that_is_no_array_is_refused(maps):
    (maps / "prediction.npy").write_bytes(b"not an array")
    with pytest.raises(DatasetError, match="no readable"):
        run("arrays", *pair(maps))


def test_a_pickle_is_not_opened(maps):
    np.save(maps / "prediction.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(DatasetError, match="no readable"):
        run("arrays", *pair(maps))


def test_poses_print_shares_areas_and_trajectory(tmp_path, capsys):
    cameras = np.tile(np.eye(4), (5, 1, 1))
    cameras[:, :3, 3] = np.random.default_rng(0).standard_normal((5, 3))
    np.save(tmp_path / "a.npy", cameras)
    assert (
        run("poses", "--prediction", tmp_path / "a.npy", "--truth", tmp_path / "a.npy", "--json")
        == 0
    )
    values = json.loads(capsys.readouterr().out)
    assert (values["auc5"], values["auc30_exact"], values["rra5"], values["pairs"]) == (1, 1, 1, 10)
    assert values["ate"] < 1e-12
    assert values["rre"] == [0] * 10


def test_clouds_are_read_from_ply(tmp_path, capsys):
    points = np.random.default_rng(0).uniform(size=(200, 3))
    trimesh.PointCloud(points).export(tmp_path / "a.ply")
    np.save(tmp_path / "b.npy", points + np.array([0, 0, 0.01]))
    arguments = "--prediction", tmp_path / "a.ply", "--truth", tmp_path / "b.npy", "--json"
    assert run("clouds", *arguments) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["acc_mean"] == pytest.approx(0.01, rel=0.1)
    assert values["icp_fitness"] is None
    assert run("clouds", *arguments, "--alignment", "umeyama", "--icp", "0.1") == 0
    assert json.loads(capsys.readouterr().out)["acc_mean"] < 1e-6


def test_a_ply_without_points_is_refused(tmp_path):
    (tmp_path / "a.ply").write_text("ply\n")
    with pytest.raises(DatasetError, match="no points"):
        run("clouds", "--prediction", tmp_path / "a.ply", "--truth", tmp_path / "a.ply")


def test_annotated_edges_replace_those_of_the_truth(maps, capsys):
    edges = np.zeros((48, 64), np.uint8)
    np.save(maps / "edges.npy", edges)
    run("arrays", *pair(maps), "--true-edges", maps / "edges.npy", "--json")
    assert json.loads(capsys.readouterr().out)["dbe_acc"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either --data DIR or --synthetic"),
        (("--synthetic", "2", "--data", "."), "either --data DIR or --synthetic"),
        (("--data", "."), "at least one --model"),
        (("--data", ".", "--protocol", "magic"), "no protocol"),
        (("--data", ".", "--dataset", "magic"), "no data set"),
        (("--data", ".", "--stride", "0"), "--stride"),
        (("--data", ".", "--model", "mini", "--model", "mini"), "given twice"),
    ],
)
def test_an_evaluation_that_cannot_be_meant_is_refused(tmp_path, arguments, message):
    with pytest.raises(UsageError, match=message):
        run("boundary", "-o", tmp_path / "out", *arguments)


@pytest.fixture
def fake_networks(monkeypatch):
    """Networks that answer with the photo's mean grey as depth; no checkpoint is read."""
    from moe3d.cli.evaluate import eval_models
    from tests.scenes import step_prediction

    asked: list[str] = []

    def load(name, device, precision, refine):
        asked.append(refine)

        def predict(views):
            first = views.views[0]
            prediction = step_prediction(len(views), first.height, first.width)
            transform = PixelTransform(
                first.width, first.height, first.width, first.height, 1.0, 1.0
            )
            prediction = replace(prediction, pixel_transforms=(transform,) * len(views))
            return prediction if refine != "full" else refined(prediction)

        return predict, "abc"

    monkeypatch.setattr(eval_models, "_load_network", load)
    return asked


def refined(prediction):
    """A fused depth that the other photos confirm on the left half; VGGT's stays as it is."""
    support = np.zeros(prediction.depth.shape, np.uint8)
    support[:, :, : support.shape[2] // 2] = 1
    return replace(prediction, refined_depth=1.5 * prediction.depth, support=support)


def test_generated_scenes_of_a_size_are_named_with_the_command(tmp_path, fake_networks):
    arguments = "--synthetic", "1", "--views", "2", "--size", "56x42", "--model", "mini"
    assert run("boundary", *arguments, "--device", "cpu", "-o", tmp_path / "out") == 0
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert "scenes" not in summary
    assert summary["choices"]["data"] == (
        "1 generated scenes of 2 photos of 56x42, seeds from 1000000, exact truth"
    )
    typed = f"--output {tmp_path / 'out'} --model mini --synthetic 1 --views 2 --size 56x42"
    assert summary["choices"]["command"] == f"moe3d eval boundary {typed} --device cpu"


def test_raw_and_refined_depth_stand_side_by_side_from_one_prediction(
    tmp_path, fake_networks, capsys
):
    data_sets.write_own(tmp_path / "data")
    names = "mini", "mini-refined", "mini-vggt", "mini-vggt-refined"
    models = [word for name in names for word in ("--model", name)]
    assert run("boundary", "--data", tmp_path / "data", *models, "-o", tmp_path / "out") == 0
    assert fake_networks == ["full"]
    document = json.loads((tmp_path / "out/results.json").read_text())
    rows = {one["model"]: one["rows"] for one in document["scenes"][:4]}
    for raw, after in (("mini", "mini-refined"), ("mini-vggt", "mini-vggt-refined")):
        for a, b in zip(rows[raw], rows[after], strict=True):  # scales are aligned away
            assert a["absrel_scene"] == pytest.approx(b["absrel_scene"], rel=1e-5)
    assert rows["mini"][0]["confirmed_pixels"] == rows["mini"][0]["compared_pixels"] // 2
    assert rows["mini-vggt"][0]["compared_pixels"] == 0
    assert document["notes"] == [
        "mini-vggt-refined: the photos allowed no refinement of depth; the raw depth is scored in "
        "2 of 2 scenes."
    ]
    assert document["notes"][0] in capsys.readouterr().out
    assert document["choices"]["refinement"].startswith("full: matched photos place the cameras")


@pytest.mark.parametrize("refine", ["off", "cameras", "full"])
def test_refinement_is_what_the_user_says_and_is_told(tmp_path, fake_networks, refine):
    data_sets.write_own(tmp_path / "data")
    arguments = "--data", tmp_path / "data", "--model", "mini", "--refine", refine
    assert run("pose", *arguments, "-o", tmp_path / "out") == 0
    assert fake_networks == [refine]
    choices = json.loads((tmp_path / "out/summary.json").read_text())["choices"]
    assert choices["refinement"].startswith(f"{refine}: ")


@pytest.mark.parametrize("size", ["224", "224x", "13x42", "5000x42", "-224x168"])
def test_a_size_that_cannot_be_is_refused(tmp_path, size):
    arguments = "--synthetic", "1", f"--size={size}", "--model", "mini", "-o", tmp_path
    with pytest.raises(UsageError, match="a size is WIDTHxHEIGHT"):
        run("boundary", *arguments)


@pytest.mark.parametrize("task", ["mv-recon", "mono-depth", "boundary", "pose", "mixture"])
def test_every_task_writes_its_tables(tmp_path, fake_networks, capsys, task):
    data_sets.write_own(tmp_path / "data")
    arguments = "--data", tmp_path / "data", "--model", "mini", "--model", "mini-vggt"
    assert run(task, *arguments, "-o", tmp_path / "out") == 0
    captured = capsys.readouterr()
    if task == "mixture":
        assert "mini-vggt has no mixture and is left out" in captured.err
    else:
        assert "Paired differences" in captured.out
    assert "## Details by scene" in (tmp_path / "out/table.md").read_text()
    names = {path.name for path in (tmp_path / "out").iterdir()}
    wanted = {
        "results.json",
        "summary.json",
        "table.md",
        "table.csv",
        "scenes.csv",
        "table.tex",
        "sheet.png",
    }
    assert wanted <= names


def test_a_model_without_a_mixture_alone_is_refused(tmp_path):
    with pytest.raises(UsageError, match="without -vggt"):
        run("mixture", "--synthetic", "1", "--model", "mini-vggt", "-o", tmp_path / "out")


def test_a_broken_scene_shows_in_the_exit_code_and_one_line(tmp_path, fake_networks, capsys):
    data_sets.write_own(tmp_path / "data")
    (tmp_path / "data/scene-1000000/cameras.json").unlink()
    arguments = "--data", tmp_path / "data", "--model", "mini", "-o", tmp_path / "out"
    assert run("boundary", *arguments, "--json") == 7
    captured = capsys.readouterr()
    assert json.loads(captured.out)["cells"]
    lines = [line for line in captured.err.splitlines() if line.startswith("moe3d:")]
    assert len(lines) == 1
    assert "cameras.json is missing" in lines[0]


def test_generated_scenes_are_a_data_set_of_validation_seeds():
    from moe3d.cli.evaluate.synthetic_scenes import SyntheticScenes
    from moe3d.training.data.generator import SceneGenerator

    data = SyntheticScenes(2, views=2, width=42, height=28, generator=SceneGenerator())
    assert data.scene_names() == ("seed-1000000", "seed-1000001")
    truth = data.read("seed-1000001", [1])
    again = data.read("seed-1000001", [1])
    np.testing.assert_array_equal(truth.depth, again.depth)
    assert truth.depth.shape == (1, 28, 42)
    assert truth.camera_from_world.shape == (1, 4, 4)
    with pytest.raises(UsageError, match="1 to 1000"):
        SyntheticScenes(1001)
