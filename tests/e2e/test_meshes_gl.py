"""From points to a mesh in the view and in a file, with the mouse in the real window."""

from itertools import pairwise

import numpy as np
import pytest
import trimesh
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton

from moe3d.geometry.projection import world_points_from_depth
from moe3d.scene.maps.color_tables import color_table
from moe3d.scene.records import Mesh
from moe3d_viewer.rendering.points.object_points import DISTANCE_MAP
from moe3d_viewer.state.exports.export import EXPORT
from moe3d_viewer.widgets.inspector.section import Section
from tests.app.drawn_window import (
    backend_with_points,
    click,
    pixels,
    place_of,
    settle,
    trigger,
    views,
)
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.window_fixtures import child, drop

pytestmark = [pytest.mark.gui, pytest.mark.gl]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def drawn_backend() -> FakeBackend:
    return backend_with_points().use_real(EXPORT)


@pytest.fixture
def hands(single, qtbot) -> Hands:
    single.state.view.show_cameras(False)
    single.state.scene.look.show_gizmo(False)
    return Hands(single, qtbot)


def make(hands: Hands, viewer) -> Mesh:
    hands.press("make_mesh")
    hands.qtbot.waitUntil(lambda: viewer.state.meshes.counts is not None)
    return made_mesh(hands, viewer)


def made_mesh(hands: Hands, viewer) -> Mesh:
    state = viewer.state
    hands.qtbot.waitUntil(lambda: not state.meshes.is_running and state.meshes.shown is not None)
    item = state.meshes.shown
    hands.qtbot.waitUntil(lambda: state.mesh_packs.of(item.id) is not None)
    settle(hands.qtbot, viewer)
    assert isinstance(item.data, Mesh)
    return item.data


def test_points_become_a_mesh_with_its_counts_and_come_back(hands, single):
    view = views(single)[0]
    before = pixels(view)
    mesh = make(hands, single)
    said = child(single.window, "mesh_counts", QLabel)
    assert said.isVisible()
    assert said.text() == f"{len(mesh.faces):,} triangles, {len(mesh.vertices):,} vertices"
    triangles = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert len(triangles.faces) == len(mesh.faces)
    shown = pixels(view)
    assert (np.abs(shown - before) > 20).any(axis=1).mean() > 0.01
    item = single.state.meshes.shown
    single.state.objects.show(item.id, False)
    settle(hands.qtbot, single)
    empty = pixels(view)
    single.state.objects.show(item.id, True)
    hands.press("mesh_points")
    settle(hands.qtbot, single)
    both = pixels(view)
    assert np.abs(both - empty).max() > 60
    assert child(single.window, "mesh_points", QCheckBox).isChecked()


def test_looks_differ_and_a_slider_that_hides_points_makes_the_mesh_older(hands, single):
    mesh = make(hands, single)
    pictures = []
    for look in ("textured", "shaded", "edges", "wireframe"):
        hands.choose("mesh_look", look)
        settle(hands.qtbot, single)
        pictures.append(pixels(views(single)[0]))
    for one, other in pairwise(pictures):
        assert np.abs(one - other).max() > 40
    older = child(single.window, "mesh_older", QLabel)
    assert older.isHidden()
    single.state.view.set_percentile(50)
    hands.qtbot.waitUntil(lambda: not older.isHidden())
    hands.press("make_mesh")
    hands.qtbot.waitUntil(lambda: older.isHidden() and not single.state.meshes.is_running)
    assert len(made_mesh(hands, single).faces) < len(mesh.faces)


def test_the_mesh_on_the_screen_is_the_one_in_the_file(hands, single, tmp_path):
    hands.choose("mesh_kind", "tsdf")
    hands.choose("mesh_detail", "coarse")
    mesh = make(hands, single)
    hands.press("export_this_mesh")
    hands.qtbot.waitUntil(lambda: single.window.findChild(QPushButton, "export_button") is not None)
    button = child(single.window, "export_button", QPushButton)
    folder = child(single.window, "export_folder", QLineEdit)
    folder.setText(str(tmp_path / "blender"))
    hands.qtbot.waitUntil(button.isEnabled)
    hands.qtbot.mouseClick(button, LEFT)
    hands.qtbot.waitUntil(lambda: bool(single.state.export.last_paths))
    (path,) = single.state.export.last_paths
    written = trimesh.load_mesh(path, process=False)
    np.testing.assert_array_equal(written.faces, mesh.faces)
    np.testing.assert_allclose(np.abs(written.vertices), np.abs(mesh.vertices), atol=1e-5)
    hands.qtbot.waitUntil(lambda: single.runner.num_running == 0)


def test_beside_each_other_a_mesh_stands_on_its_own_side_against_the_points(hands, single):
    make(hands, single)
    trigger(single, "split")
    settle(hands.qtbot, single)
    left, right = views(single)
    assert [len(view.objects.meshes) for view in (left, right)] == [1, 0]
    assert [view.objects.shows_points for view in (left, right)] == [False, True]
    trigger(single, "single")
    hands.qtbot.waitUntil(lambda: single.runner.num_running == 0)


def test_the_menu_makes_a_mesh_and_opens_the_group_that_tells_of_it(hands, single):
    group = child(single.window, "mesh_section", Section)
    hands.command("make_mesh_grid")
    mesh = made_mesh(hands, single)
    hands.qtbot.waitUntil(lambda: group.isVisible() and group.is_open)
    counts = child(single.window, "mesh_counts", QLabel)
    assert f"{len(mesh.faces):,}" in counts.text()
    assert not counts.visibleRegion().isEmpty()  # the list of objects stays behind it
    hands.command("mesh_points")
    assert single.state.objects.is_result_shown
    hands.qtbot.waitUntil(lambda: single.runner.num_running == 0)


@pytest.fixture
def wall(hands, single, tmp_path, qtbot):
    """A grey wall at the depth of the nearer plane, before all of the scene; alone in the view."""
    prediction = single.state.display.prediction
    depth = np.ones_like(prediction.depth[0])
    lifted = world_points_from_depth(
        depth, prediction.intrinsics[0], prediction.camera_from_world[0]
    )
    rows, columns = depth.shape
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    faces = np.concatenate(
        [
            np.stack([first, first + columns, first + 1], axis=1),
            np.stack([first + 1, first + columns, first + columns + 1], axis=1),
        ]
    )
    trimesh.Trimesh(lifted.reshape(-1, 3), faces, process=False).export(tmp_path / "wall.ply")
    drop(single.window, [tmp_path / "wall.ply"])
    qtbot.waitUntil(lambda: bool(single.state.objects.objects))
    (item,) = single.state.objects.objects
    qtbot.waitUntil(lambda: single.state.mesh_packs.of(item.id) is not None)
    single.state.objects.show_result(False)
    settle(qtbot, single)
    return lifted


def color_of(view, point) -> np.ndarray:
    place, picture = place_of(view, point), pixels(view)
    return picture[place.y(), 3 * place.x() : 3 * place.x() + 3]


def test_a_mesh_has_the_colours_of_its_distances(wall, hands, single, qtbot):
    state, view = single.state, views(single)[0]
    (item,) = state.objects.objects
    touching, apart = wall[14, 4], wall[14, 38]  # the scene is twice as far on the right
    grey = color_of(view, touching)
    hands.tick("show_distances")
    qtbot.waitUntil(lambda: state.distances.summary(item.id) is not None)
    settle(qtbot, single)
    table = color_table(DISTANCE_MAP).astype(int)
    np.testing.assert_allclose(color_of(view, touching), table[0], atol=12)
    found = state.objects.find(item.id)
    low, high = state.objects.distance_limits(item.id)
    away = found.distances.reshape(wall.shape[:2])[14, 38]
    share = np.clip((away - low) / (high - low), 0, 1)
    assert share > 0.5
    np.testing.assert_allclose(color_of(view, apart), table[round(255 * share)], atol=24)
    hands.tick("show_distances")
    settle(qtbot, single)
    np.testing.assert_array_equal(color_of(view, touching), grey)


def test_two_clicks_on_a_mesh_measure_its_width(wall, hands, single, qtbot):
    state, view = single.state, views(single)[0]
    hands.command("measure")
    ends = wall[14, 3], wall[14, 36]
    for end in ends:
        click(qtbot, view, end)
    qtbot.waitUntil(lambda: len(state.scene.measurement.distances) == 1)
    found = state.scene.measurement.distances[0].length
    assert found == pytest.approx(np.linalg.norm(ends[1] - ends[0]), rel=0.02)


def test_three_pairs_clicked_in_the_view_align_a_cloud(hands, single, tmp_path, qtbot):
    state, view = single.state, views(single)[0]
    prediction = state.display.prediction
    points = world_points_from_depth(
        prediction.depth[0], prediction.intrinsics[0], prediction.camera_from_world[0]
    )
    turn = trimesh.transformations.rotation_matrix(0.1, (0.2, 1, 0.1))[:3, :3]
    moved = points @ turn.T + (0.05, -0.04, 0.08)
    np.save(tmp_path / "scan.npy", moved.reshape(-1, 3).astype(np.float32))
    drop(single.window, [tmp_path / "scan.npy"])
    qtbot.waitUntil(lambda: bool(state.objects.objects))
    qtbot.waitUntil(lambda: not state.object_files.is_loading)
    (item,) = state.objects.objects
    settle(qtbot, single)
    hands.press("align_pairs")
    for number, (row, column) in enumerate([(5, 5), (23, 8), (14, 36)]):
        for part, where in enumerate((moved, points)):
            settle(qtbot, single)
            click(qtbot, view, where[row, column])
            last = number == 2 and part == 1
            wanted = 0 if last else 2 * number + part + 1
            qtbot.waitUntil(lambda wanted=wanted: len(state.scene.tools.points) == wanted)
    qtbot.waitUntil(lambda: state.objects.find(item.id).is_placed)
    placed = state.objects.find(item.id).matrix
    back = moved.reshape(-1, 3) @ placed[:3, :3].T + placed[:3, 3]
    before = np.linalg.norm(moved - points, axis=-1).mean()
    assert np.linalg.norm(back - points.reshape(-1, 3), axis=1).mean() < 0.2 * before
