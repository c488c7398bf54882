"""Further objects of the 3D view: commands, undo, and what sessions keep."""

import json

import numpy as np
import pytest

from moe3d.scene.objects import ObjectCloud
from moe3d.scene.records import Mesh
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.history import History
from moe3d_viewer.state.objects.scene_object import Kind, Look
from moe3d_viewer.state.objects.scene_objects import RESULT, SceneObjects
from moe3d_viewer.state.remembered import RememberedRegistry
from moe3d_viewer.state.scene.leaving import Answer
from tests.app.signals import record

CLOUD = ObjectCloud(np.zeros((5, 3), np.float32))
TRIANGLE = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int64))
HALF_TURN = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture
def objects() -> SceneObjects:
    return SceneObjects()


@pytest.fixture
def history(objects: SceneObjects) -> History:
    registry = RememberedRegistry()
    registry.add("objects", objects)
    made = History(registry, clock=lambda: 0.0)
    made.kept = registry  # type: ignore[attr-defined]
    return made


def test_an_object_is_added_changed_and_removed_and_each_is_told_once(objects):
    added, removed = record(objects.object_added), record(objects.object_removed)
    changed = record(objects.object_changed)
    first = objects.add("wall.ply", CLOUD, path="/wall.ply")
    second = objects.add("wall.ply", TRIANGLE, recipe="grid")
    assert [(item.name, item.kind, item.count) for item in objects.objects] == [
        ("wall.ply", Kind.CLOUD, 5),
        ("wall.ply (2)", Kind.MESH, 1),
    ]
    objects.set_opacity(second, 0.5)
    objects.set_opacity(second, 0.5)
    objects.set_color(first, (255, 0, 0))
    objects.rename(first, "  ")
    objects.rename(first, " Scan ")
    objects.set_look(second, Look.WIREFRAME)
    objects.show(first, False)
    objects.show(RESULT, False)
    assert [item.id for item in objects.shown] == [second]
    assert (objects.find(first).name, objects.find(first).color) == ("Scan", (255, 0, 0))
    objects.remove(first)
    assert added == [(first,), (second,)]
    assert removed == [(first,)]
    assert [ids[0] for ids in changed] == [second, first, first, second, first, RESULT]


def test_removing_is_undone_and_what_was_made_comes_back_with_its_points(objects, history):
    made = objects.add("Mesh", TRIANGLE, recipe="grid")
    objects.set_opacity(made, 0.4)
    objects.remove(made)
    assert objects.objects == ()
    history.undo()
    assert (objects.find(made).opacity, objects.find(made).data) == (0.4, TRIANGLE)
    history.undo()
    assert objects.find(made).opacity == 1.0
    history.undo()
    assert (objects.objects, history.can_undo) == ((), False)
    history.redo()
    assert objects.find(made).data is TRIANGLE


def test_a_file_that_undo_brings_back_is_wanted_again(objects, history):
    read = objects.add("wall.ply", CLOUD, path="/wall.ply")
    objects.remove(read)
    wanted = record(objects.data_wanted)
    history.undo()
    assert (objects.find(read).data, wanted) == (None, [(read,)])
    objects.set_data(read, CLOUD)
    assert objects.shown[0].data is CLOUD
    assert history.undo_name == f"add {read}"  # data is no choice


def test_a_session_keeps_the_settings_and_asks_for_the_points(objects):
    read = objects.add("wall.ply", CLOUD, path="/wall.ply", origin=(4e6, 5e5, 0.0))
    objects.place(read, HALF_TURN)
    objects.set_color(read, (1, 2, 3))
    objects.show(read, False)
    objects.show_result(False)
    kept = json.loads(json.dumps(objects.to_json()))
    other = SceneObjects()
    wanted = record(other.data_wanted)
    other.restore(kept)
    assert other.objects == objects.objects
    assert (other.is_result_shown, wanted) == (False, [(read,)])
    assert np.array_equal(other.objects[0].matrix, HALF_TURN)
    assert other.add("next", CLOUD, path="/next.ply") == read + 1


def test_what_a_session_says_wrongly_changes_nothing(objects):
    objects.add("wall.ply", CLOUD, path="/wall.ply")
    (good,) = objects.to_json()["objects"]
    kept = objects.objects
    for wrong in (
        {"kind": "sphere"},
        {"id": 0},
        {"id": True},
        {"world_from_object": [1.0] * 16},
        {"world_from_object": [0.0] * 12 + [0.0, 0.0, 0.0, 1.0]},
        {"color": [1, 2]},
        {"origin": ["a", 0, 0]},
        {"name": 5},
    ):
        objects.restore({"objects": [good | wrong]})
        assert objects.objects == kept, wrong
    objects.restore({"objects": [good, good]})
    assert objects.objects == kept


def test_distances_are_forgotten_when_the_object_moves(objects):
    read = objects.add("wall.ply", CLOUD, path="/wall.ply")
    objects.set_distances(read, np.ones(5, np.float32))
    objects.show_distances(read, True)
    assert objects.find(read).distances is not None
    objects.place(read, HALF_TURN)
    assert objects.find(read).distances is None
    assert objects.find(read).shows_distances


def test_removing_the_marked_object_marks_the_result(objects):
    read = objects.add("wall.ply", CLOUD, path="/wall.ply")
    objects.select(read)
    told = record(objects.selection_changed)
    objects.select(99)
    objects.remove(read)
    assert (objects.selected, told) == (RESULT, [(RESULT,)])


def test_objects_stay_for_the_first_scene_and_go_with_it(state: AppState, runner, photos):
    state.objects.add("wall.ply", CLOUD, path="/wall.ply")
    state.open_paths([photos])
    runner.run_all()
    assert len(state.objects.objects) == 1
    state.objects.add("Mesh", TRIANGLE, recipe="grid")
    state.reconstruction.start()
    runner.run_all()
    assert [item.name for item in state.objects.objects] == ["wall.ply"]  # the mesh was of before
    state.open_paths([photos])
    assert len(state.objects.objects) == 1  # asked first
    state.leaving.answer(Answer.DISCARD)
    runner.run_all()
    assert state.objects.objects == ()
