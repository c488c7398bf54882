import pytest

from moe3d.errors import OutputError
from moe3d.io.exports.export import EXPORT_FORMATS
from moe3d.scene.cloud import point_cloud
from moe3d_viewer.state.exports.export import EXPORT
from moe3d_viewer.state.points.point_filters import PointFilters
from moe3d_viewer.workers.export_files import planned
from tests.app.signals import record


@pytest.fixture
def export(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    return state.export


def test_there_is_nothing_to_export_before_a_result(state, runner, tmp_path):
    state.export.export(tmp_path)
    state.export.ask_forecast()
    assert not state.export.can_export
    assert runner.waiting == []


def test_an_export_takes_what_the_screen_shows(export, state, runner, backend, tmp_path):
    state.view.set_percentile(35)
    state.view.show_expert(1, False)
    state.view.select_layer("vggt")
    state.scene.filters.set_edge_on(True)
    state.scene.upright.set_up((0.0, 0.0, 1.0))
    toasts = record(state.notices.toast_raised)
    export.prepare()
    export.export(tmp_path / "out")
    assert export.is_running
    runner.run_all()
    plan = backend.exports[0].plan
    assert (plan.filters.confidence_percentile, plan.filters.experts) == (35, (0, 2, 3))
    assert plan.filters.edge_rtol == 0.03
    assert plan.layer == "vggt"
    assert plan.level
    assert plan.level_up == (0, 0, 1)
    assert export.last_paths == (tmp_path / "out" / "scene.ply",)
    assert toasts[0][0].text == (
        "Wrote scene.ply (5.6 MB). Read back: 1,234 points, bounds and colours agree."
    )
    assert toasts[0][0].folder == tmp_path / "out"


def test_all_valid_means_no_filter_of_the_screen(export, state, runner, backend, tmp_path):
    state.view.set_percentile(35)
    export.choices.set_as_seen(False)
    export.export(tmp_path)
    runner.run_all()
    assert backend.exports[0].plan.filters == PointFilters()


def test_the_forecast_counts_both_and_names_a_filter_that_empties(export, state, runner):
    prediction = state.display.prediction
    state.view.set_percentile(50)
    export.choices.set_formats(("ply",))
    export.ask_forecast()
    runner.run_all()
    forecast = export.forecast
    expected = len(point_cloud(prediction, confidence_percentile=50))
    assert (forecast.num_seen, forecast.num_written) == (expected, expected)
    assert forecast.num_valid == prediction.depth.size
    assert forecast.size_bytes == pytest.approx(34 * expected, rel=0.01)
    export.choices.set_confidence_min(99)
    export.ask_forecast()
    runner.run_all()
    assert "confidence_min" in export.forecast.refusal


def test_presets_tick_their_formats_and_ticks_find_their_preset(export):
    choices = export.choices
    choices.choose_preset("research")
    assert choices.formats == ("npz", "depth-exr", "expert-maps")
    assert not choices.normals
    choices.tick("glb", True)
    assert (choices.preset, choices.hint) == ("own", "")
    choices.set_formats(("glb", "mesh-grid"))
    assert choices.preset == "blender"
    choices.choose_preset("splats")
    assert choices.formats == ("colmap-dense", "ply-splat")


def test_choices_come_back_from_a_snapshot(export, state):
    export.choices.set_scale(2.5)
    export.choices.choose_preset("nerfstudio")
    export.choices.set_up("z")
    kept = state.remembered.snapshot()
    export.choices.choose_preset("points")
    export.choices.set_up("auto")
    export.choices.set_scale(1)
    state.remembered.restore({**kept, "export": {**kept["export"], "amount": "nonsense"}})
    assert export.choices.formats == ("transforms",)
    assert (export.choices.up, export.choices.scale, export.choices.amount) == ("z", 2.5, "all")


def test_axes_are_those_of_the_chosen_formats(export, runner):
    export.prepare()
    runner.run_all()
    export.choices.set_formats(("colmap", "glb", "transforms"))
    assert export.up_axes == ("cv", "y", "z")
    export.choices.set_up("z")
    assert export.up_axes == ("z",)


@pytest.mark.parametrize(
    ("formats", "axes"),
    [
        (("ply", "ply-cloudcompare"), ("y",)),
        (("ply-cloudcompare",), ("y",)),
        (("mesh-tsdf",), ("y",)),
        (("ply", "colmap"), ("cv",)),
        (("colmap-dense", "ply-splat"), ("cv",)),
    ],
)
def test_point_clouds_stand_upright_unless_they_go_with_cameras(
    export, backend, runner, tmp_path, formats, axes
):
    export.prepare()
    runner.run_all()
    export.choices.set_formats(formats)
    assert export.up_axes == axes
    export.export(tmp_path / "out")
    runner.run_all()
    _, options = planned(backend.exports[0].prediction, backend.exports[0].plan)
    assert {options.usual_up.get(name, "cv") for name in formats} == set(axes)


def test_existing_files_are_asked_about_not_complained_of(export, state, runner, tmp_path):
    (tmp_path / "scene.ply").write_text("old")
    questions = record(export.overwrite_needed)
    export.export(tmp_path)
    runner.run_all()
    assert "scene.ply" in questions[0][0]
    assert state.notices.errors == ()
    export.export(tmp_path, overwrite=True)
    runner.run_all()
    assert (tmp_path / "scene.ply").read_text() == "ply\n"


def test_a_failed_export_says_why_and_can_be_repeated(export, state, runner, backend, tmp_path):
    def refuse(request, progress):
        raise OutputError(f"{request.out_dir} is read-only")

    backend.replace(EXPORT, refuse)
    export.export(tmp_path)
    runner.run_all()
    assert "read-only" in state.notices.errors[-1].text
    assert export.can_export


def test_formats_are_those_of_the_registry_and_are_there_at_once(export):
    assert [offered.key for offered in export.formats] == list(EXPORT_FORMATS)


def test_the_next_export_is_suggested_beside_the_last(export, runner, tmp_path):
    export.export(tmp_path / "a")
    runner.run_all()
    assert export.suggested_folder() == tmp_path / "garden wall"
