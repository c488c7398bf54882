"""Clouds and meshes beside the result, with real events on the real window."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QMessageBox, QPushButton, QTreeWidget

from moe3d.io.scenes.prediction_file import write_prediction
from moe3d.scene.objects import ObjectCloud
from moe3d_viewer.state.objects.scene_objects import RESULT
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.window_fixtures import build_viewer, child, drop, run_photos
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton
RANDOM = np.random.default_rng(1)
POINTS = RANDOM.uniform(-1, 1, (300, 3)).astype(np.float32)


@pytest.fixture
def viewer(qtbot, store):
    return build_viewer(qtbot, store, FakeBackend())


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    np.save(tmp_path / "wall.npy", np.hstack([POINTS, np.full((300, 3), 200)]))
    trimesh.creation.icosphere(subdivisions=1).export(str(tmp_path / "ball.glb"))
    return [tmp_path / "wall.npy", tmp_path / "ball.glb"]


def add(viewer, qtbot, files: list[Path]) -> None:
    assert drop(viewer.window, files)
    qtbot.waitUntil(lambda: len(viewer.state.objects.objects) == len(files))
    qtbot.waitUntil(lambda: not viewer.state.object_files.is_loading)


def rows(viewer) -> list[tuple[str, str]]:
    tree = child(viewer.window, "object_list", QTreeWidget)
    found = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [(row.text(0), row.text(1)) for row in found if row is not None]


def test_clouds_and_meshes_dropped_on_the_start_page_are_shown_alone(viewer, qtbot, files):
    add(viewer, qtbot, files)
    assert rows(viewer) == [("wall.npy", "300"), ("ball.glb", "80 △")]
    assert child(viewer.window, "object_list", QTreeWidget).isVisible()
    for name in ("wall.npy", "ball.glb"):
        viewer.state.objects.remove(
            next(item.id for item in viewer.state.objects.objects if item.name == name)
        )
    assert child(viewer.window, "drop_zone").isVisible()


def test_arrays_of_points_join_the_result_and_ask_nothing(qtbot, store, tmp_path):
    points, result = tmp_path / "points of a scan.npz", tmp_path / "result.npz"
    np.savez(points, points=POINTS)
    write_prediction(step_prediction(), result)
    viewer = build_viewer(qtbot, store, None)
    assert drop(viewer.window, [result])
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    assert viewer.state.objects.objects == ()
    assert drop(viewer.window, [points])
    qtbot.waitUntil(lambda: len(viewer.state.objects.objects) == 1)
    qtbot.waitUntil(lambda: not viewer.state.object_files.is_loading)
    assert rows(viewer)[1] == ("points of a scan.npz", "300")
    assert viewer.state.display.prediction is not None
    assert viewer.window.findChild(QMessageBox) is None
    (tmp_path / "cut.npz").write_bytes(points.read_bytes()[:200])
    assert drop(viewer.window, [tmp_path / "cut.npz"])
    qtbot.waitUntil(lambda: viewer.window.findChild(QMessageBox, "error_box") is not None)
    box = child(viewer.window, "error_box", QMessageBox)
    assert "cut.npz" in box.informativeText()
    box.close()


def test_a_broken_file_is_told_of_and_the_others_are_shown(viewer, qtbot, files, tmp_path):
    (tmp_path / "broken.ply").write_bytes(b"ply\nformat nonsense")
    assert drop(viewer.window, [tmp_path / "broken.ply", *files])
    qtbot.waitUntil(lambda: len(viewer.state.objects.objects) == 2)
    box = child(viewer.window, "error_box", QMessageBox)
    assert box.text() == "Could not add broken.ply"
    assert "broken.ply" in box.informativeText()
    box.close()


def test_the_list_is_used_by_keys_alone(viewer, qtbot, files, photos):
    run_photos(viewer, photos, qtbot)
    add(viewer, qtbot, files)
    objects, hands = viewer.state.objects, Hands(viewer, qtbot)
    tree = child(viewer.window, "object_list", QTreeWidget)
    hands.show(tree)
    tree.setFocus()
    assert [name for name, _ in rows(viewer)] == ["Result", "wall.npy", "ball.glb"]
    wall, ball = (item.id for item in objects.objects)
    assert objects.selected == ball
    qtbot.keyClick(tree, Qt.Key.Key_Up)
    assert objects.selected == wall
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert not objects.find(wall).is_shown
    qtbot.keyClick(tree, Qt.Key.Key_Up)
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert (objects.selected, objects.is_result_shown) == (RESULT, False)
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    assert len(rows(viewer)) == 3  # the result stays
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    qtbot.keyClick(tree, Qt.Key.Key_Delete)
    assert [name for name, _ in rows(viewer)] == ["Result", "ball.glb"]
    viewer.state.history.undo()
    qtbot.waitUntil(lambda: isinstance(objects.find(wall).data, ObjectCloud))
    assert not objects.find(wall).is_shown


def test_distances_to_the_result_are_measured_and_told(viewer, qtbot, photos, tmp_path):
    run_photos(viewer, photos, qtbot)
    prediction = viewer.state.display.prediction
    camera = np.linalg.inv(prediction.camera_from_world[0].astype(float))
    near = camera[:3, 3] + camera[:3, :3] @ (0, 0, -0.5)  # behind the first camera
    np.save(tmp_path / "spot.npy", near + RANDOM.normal(0, 1e-3, (50, 3)))
    add(viewer, qtbot, [tmp_path / "spot.npy"])
    hands = Hands(viewer, qtbot)
    box = child(viewer.window, "show_distances", QCheckBox)
    hands.show(box)
    qtbot.mouseClick(box, LEFT, pos=box.rect().center() - box.rect().center() / 1.2)
    (item,) = viewer.state.objects.objects
    qtbot.waitUntil(lambda: viewer.state.distances.summary(item.id) is not None)
    told = child(viewer.window, "distance_told", QLabel).text()
    assert told.startswith("Mean ")
    assert "90 % are nearer than" in told
    assert viewer.state.distances.summary(item.id).mean > 0.4


def test_three_pairs_place_an_object_and_undo_takes_it_back(viewer, qtbot, photos, files):
    run_photos(viewer, photos, qtbot)
    add(viewer, qtbot, files[:1])
    (item,) = viewer.state.objects.objects
    hands = Hands(viewer, qtbot)
    pairs = child(viewer.window, "align_pairs", QPushButton)
    hands.show(pairs)
    qtbot.mouseClick(pairs, LEFT)
    objects, tools = viewer.state.objects, viewer.state.scene.tools
    assert [drawn.id for drawn in objects.shown] == [item.id]
    assert not objects.is_result_drawn  # first the object alone
    source = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)
    for number, point in enumerate(source):
        tools.add_point(tuple(point.tolist()))
        assert objects.shown == ()  # then the result alone
        assert objects.is_result_drawn
        tools.add_point(tuple((2 * point + [0.5, 0, 1]).tolist()))
        assert number == 2 or not objects.is_result_drawn
    placed = objects.find(item.id).matrix
    assert np.allclose(placed @ [1, 1, 1, 1], [2.5, 2, 3, 1])  # twice as large, and moved
    assert "2 times its size" in child(viewer.window, "align_told", QLabel).text()
    viewer.state.history.undo()
    assert np.array_equal(objects.find(item.id).matrix, item.matrix)
