"""What is made, shown, hidden, older, exported and remembered of the result's surfaces."""

import gc
import weakref

import numpy as np
import pytest
import trimesh

from moe3d.errors import EmptyExportError
from moe3d.scene.records import Mesh
from moe3d_viewer.state.exports.export import EXPORT
from moe3d_viewer.state.meshes.mesh_choices import made_words, read_made_words
from moe3d_viewer.state.meshes.mesh_making import MAKE_MESH
from moe3d_viewer.state.objects.scene_object import Look
from moe3d_viewer.state.scene.leaving import Answer
from tests.app.fakes import FakeBackend

QUICK = "coarse"


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend().use_real(EXPORT)


@pytest.fixture
def made(result, runner):
    """A state with a mesh of each photo."""
    result.meshes.choices.set_detail(QUICK)
    result.view.set_percentile(0)
    runner.run_all()
    result.meshes.make()
    runner.run_all()
    return result


def only(state):
    (item,) = state.objects.objects
    assert isinstance(item.data, Mesh)
    return item


def test_a_mesh_comes_into_the_list_and_the_points_hide_until_they_are_asked_for(made):
    item = only(made)
    assert made.meshes.shown is item
    assert made.meshes.counts == (len(item.data.faces), len(item.data.vertices))
    assert (made.meshes.hides_points, made.objects.is_result_shown) == (True, False)
    made.meshes.show_points(True)
    assert not made.meshes.hides_points
    assert made.mesh_packs.of(item.id) is not None


def test_meshes_of_an_earlier_result_are_given_up(made, runner):
    kept = [weakref.ref(mesh) for mesh in made.meshes.made]
    assert len(kept) == 1
    for _ in range(2):
        made.reconstruction.start()
        runner.run_all()
        if made.leaving.question is not None:
            made.leaving.answer(Answer.DISCARD)
            runner.run_all()
    gc.collect()
    assert made.objects.objects == ()
    assert [mesh() for mesh in kept] == [None]


def test_one_undo_takes_the_mesh_away_and_brings_the_points_back(made):
    made.history.undo()
    assert made.objects.objects == ()
    assert made.objects.is_result_shown
    assert made.meshes.counts is None
    made.history.redo()
    assert only(made).data is not None
    assert made.meshes.hides_points


def test_the_mesh_is_older_once_filters_or_options_change_until_it_is_made_again(made, runner):
    before = made.meshes.counts
    assert not made.meshes.is_older
    made.view.set_percentile(60)
    runner.run_all()
    assert made.meshes.is_older
    made.objects.set_opacity(only(made).id, 0.5)
    made.objects.set_look(only(made).id, Look.WIREFRAME)
    made.meshes.make()
    runner.run_all()
    assert not made.meshes.is_older
    assert made.meshes.counts < before
    assert (only(made).opacity, only(made).look) == (0.5, Look.WIREFRAME)
    made.meshes.choices.set_edge_rtol(0.001)
    assert made.meshes.is_older
    made.meshes.choices.set_kind("tsdf")  # there is none of this kind yet
    assert (made.meshes.counts, made.meshes.is_older) == (None, False)


@pytest.mark.parametrize("kind", ["grid", "tsdf"])
def test_the_file_holds_what_is_shown_and_nothing_is_made_again(result, runner, tmp_path, kind):
    result.meshes.choices.set_detail(QUICK)
    result.meshes.make_kind(kind)
    runner.run_all()
    shown = only(result).data
    result.export.prepare()
    result.export.choices.set_formats((result.meshes.export_format,))
    result.export.choices.set_up("cv")
    told: list[str] = []
    result.export.progressed.connect(lambda report: told.append(report.stage))
    result.export.export(tmp_path / "out")
    runner.run_all()
    (path,) = result.export.last_paths
    parts = list(trimesh.load_scene(path, process=False).geometry.values())
    assert sum(len(part.faces) for part in parts) == len(shown.faces) == result.meshes.counts[0]
    vertices = np.concatenate([part.vertices for part in parts])
    np.testing.assert_allclose(vertices, shown.vertices, atol=1e-5)
    assert told
    assert not {"mesh photos", "fuse depth"} & set(told)


def test_another_detail_in_the_export_is_made_and_not_what_is_shown(made, runner, tmp_path):
    made.export.prepare()
    made.export.choices.set_formats(("mesh-grid",))
    made.export.surfaces.set_detail("fine")
    assert made.meshes.is_older
    made.export.export(tmp_path / "out")
    runner.run_all()
    (path,) = made.export.last_paths
    parts = trimesh.load_scene(path, process=False).geometry.values()
    assert sum(len(part.faces) for part in parts) > 2 * made.meshes.counts[0]


def test_a_failure_is_said_and_what_was_there_stays(made, runner, backend):
    def fail(_prediction, _recipe, _progress):
        raise EmptyExportError("nothing to export: the filter x removed the last")

    before = only(made)
    backend.replace(MAKE_MESH, fail)
    made.meshes.make()
    runner.run_all()
    assert only(made) is before
    assert "the filter x" in made.notices.errors[-1].text


def test_cancelling_leaves_all_as_it_was_and_says_nothing(result, runner):
    result.meshes.make()
    assert result.meshes.is_running
    assert not result.meshes.can_make
    result.meshes.cancel()
    runner.run_all()
    assert (result.meshes.is_running, result.objects.objects) == (False, ())
    assert result.objects.is_result_shown
    assert result.notices.errors == ()


def test_objects_are_in_the_results_own_units_whatever_the_screen_shows(made, runner):
    plain = only(made).data.vertices
    made.scale.set_metres_per_unit(4.0)
    runner.run_all()
    made.meshes.make()
    runner.run_all()
    np.testing.assert_allclose(only(made).data.vertices, plain, atol=1e-5)


def test_a_mesh_that_came_back_without_triangles_is_made_again(made, runner):
    kept = made.objects.to_json()
    faces = made.meshes.counts[0]
    made.objects.clear()
    made.history.clear()
    made.objects.restore(kept)
    assert only_word(made).data is None
    runner.run_all()
    assert made.meshes.counts[0] == faces
    assert not made.meshes.is_older


def only_word(state):
    (item,) = state.objects.objects
    return item


def test_words_of_a_surface_are_read_back_and_others_refused(made):
    settings = made.meshes.choices.settings
    assert read_made_words(made_words("tsdf", "vggt", settings)) == ("tsdf", "vggt", settings)
    for wrong in ("", "[]", '{"kind": "ball"}', made_words("ball", "x", settings)):
        with pytest.raises((ValueError, TypeError, KeyError)):
            read_made_words(wrong)


def test_details_are_those_of_every_kind_and_own_values_count_when_chosen(made):
    choices = made.meshes.choices
    for detail, wanted in (
        ("coarse", (2, 256, 7)),
        ("normal", (None, 384, 8)),
        ("fine", (1, 640, 9)),
    ):
        choices.set_detail(detail)
        found = choices.settings
        assert (found.grid_step, found.tsdf_voxels, found.poisson_depth) == wanted
    choices.set_grid_step(3)
    choices.set_voxel_size(0.25)
    choices.set_depth(11)
    assert choices.settings.voxel_size is None
    choices.set_detail("own")
    found = choices.settings
    assert (found.grid_step, found.voxel_size, found.poisson_depth) == (3, 0.25, 11)
    choices.set_min_part(0)
    assert choices.settings.min_part_faces == 0
