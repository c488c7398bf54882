"""Folders as they come, dropped on the real window: what is used, what is not, and what is said."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QPlainTextEdit, QPushButton

from moe3d.io.photos.color import matrix_profile
from moe3d_viewer.arguments import read_arguments
from moe3d_viewer.state.scene.session import MAKE_THUMBNAILS, READ_SCENE
from tests.app.fakes import FakeBackend
from tests.app.window_fixtures import build_viewer, child, drop

pytestmark = pytest.mark.gui
P3 = matrix_profile(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)))


def picture(seed: int = 0, size: tuple[int, int] = (160, 120)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture
def opened(qtbot, store):
    """Drops a folder on a window and waits for its pictures."""

    def open_it(folder: Path):
        viewer = build_viewer(qtbot, store, FakeBackend().use_real(READ_SCENE, MAKE_THUMBNAILS))
        drop(viewer.window, [folder])
        qtbot.waitUntil(lambda: viewer.state.session.can_run)
        qtbot.waitUntil(lambda: not viewer.state.session.is_drawing)
        return viewer

    return open_it


def names(viewer) -> list[str]:
    listed = child(viewer.window, "photo_list", QListWidget)
    return [listed.item(row).text().split("\n")[0].split()[-1] for row in range(listed.count())]


def said(viewer) -> str:
    """The sentence above the list of photos."""
    shown = child(viewer.window, "photos_warning", QLabel)
    return shown.text() if shown.isVisible() else ""


def test_a_scene_folder_is_opened_without_a_question(opened, tmp_path):
    scene = tmp_path / "garden"
    for place in ("images", "depth", "sparse/0"):
        (scene / place).mkdir(parents=True)
    for index in range(2):
        picture(index).save(scene / "images" / f"{index}.jpg")
        picture(index).save(scene / "depth" / f"{index}.png")
    viewer = opened(scene)
    assert names(viewer) == ["0.jpg", "1.jpg"]
    assert said(viewer) == ""
    assert "garden" in viewer.window.windowTitle()
    assert not child(viewer.window, "refused_button", QPushButton).isVisible()


def test_masks_and_a_preview_are_named_and_a_mask_is_seen_in_the_list(opened, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    for index in range(2):
        picture(index).save(tmp_path / "images" / f"{index}.jpg")
    picture(5).save(tmp_path / "preview.jpg")
    mask = np.zeros((120, 160), np.uint8)
    mask[:, :80] = 255
    Image.fromarray(mask).save(tmp_path / "masks" / "1.jpg.png")
    viewer = opened(tmp_path)
    assert names(viewer) == ["0.jpg", "1.jpg"]
    assert "preview.jpg beside images/ is not used." in said(viewer)
    assert "1 of 2 photos have masks (masks/1.jpg.png): what is black there is left out." in said(
        viewer
    )
    thumbnail = np.asarray(viewer.state.session.thumbnail(1))
    assert thumbnail.shape[2] == 4
    half = thumbnail.shape[1] // 2
    assert (thumbnail[:, : half - 1, 3] == 255).all()
    assert (thumbnail[:, half + 1 :, 3] == 0).all()
    listed = child(viewer.window, "photo_list", QListWidget)
    assert listed.item(1).text().splitlines() == ["2  1.jpg", "◐ 50 % masked"]
    assert "50 % of it stays out" in listed.item(1).toolTip()
    assert "mask" not in listed.item(0).text() + listed.item(0).toolTip()


def test_bad_files_are_listed_by_name_and_never_the_reference(opened, tmp_path, qtbot):
    Image.new("RGBA", (160, 120)).save(tmp_path / "0 clear.png")
    (tmp_path / "1 loop.jpg").symlink_to("1 loop.jpg")
    picture(1).save(tmp_path / "2.jpg")
    (tmp_path / "2.dng").write_bytes(b"raw")
    picture(2).save(tmp_path / "3.jpg")
    viewer = opened(tmp_path)
    assert names(viewer) == ["2.jpg", "3.jpg"]
    assert viewer.state.selection.reference == "2.jpg"
    button = child(viewer.window, "refused_button", QPushButton)
    assert button.text() == "3 files refused"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    listed = child(viewer.window, "refused_list", QPlainTextEdit)
    qtbot.waitUntil(listed.isVisible)
    text = listed.toPlainText()
    assert "0 clear.png: it is transparent all over" in text
    assert "1 loop.jpg: it cannot be read" in text
    assert "2.dng: it is the same shot as 2.jpg, which is used" in text


def test_a_panorama_is_marked_and_colours_are_srgb(opened, tmp_path):
    picture(0, (600, 120)).save(tmp_path / "wide.png")
    Image.new("RGB", (160, 120), (90, 120, 60)).save(tmp_path / "wide gamut.png", icc_profile=P3)
    viewer = opened(tmp_path)
    qtbot_list = child(viewer.window, "photo_list", QListWidget)
    texts = {
        qtbot_list.item(row).text().split("\n")[0]: qtbot_list.item(row).text() for row in (0, 1)
    }
    wide = next(text for name, text in texts.items() if name.endswith("wide.png"))
    assert "It is a panorama (5.0 times as wide as high)" in wide
    index = [view.name for view in viewer.state.session.views.views].index("wide gamut.png")
    middle = np.asarray(viewer.state.session.thumbnail(index))[60, 80, :3].astype(float)
    assert np.abs(middle - [81.3, 121.1, 50.8]).max() < 2.5


def test_an_empty_word_is_refused_by_the_window(capsys):
    for words in ([""], ["photos", " "], ["photos", "--screenshot", ""]):
        with pytest.raises(SystemExit) as left:
            read_arguments(words)
        assert left.value.code == 2
        assert "is empty; wanted a path" in capsys.readouterr().err
