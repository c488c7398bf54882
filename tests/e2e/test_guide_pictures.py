"""A short story, played and photographed as those of the guide are."""

import pytest
from PIL import Image

from tests.guide.playing import play
from tests.guide.scenes import Scenes
from tests.guide.stage import Look, Stage
from tests.guide.story import Step, Story, nothing

pytestmark = pytest.mark.gui
SIZE = (1000, 640)


def drag(stage: Stage) -> None:
    stage.drag_over([stage.scenes.street], 0.5, 0.4)


def let_go(stage: Stage) -> None:
    stage.let_go()
    stage.bot.waitUntil(lambda: stage.state.session.can_run)


def open_menu(stage: Stage) -> None:
    stage.menu_of("file")


SHORT = Story(
    "short",
    nothing,
    (
        Step("start", "The start page."),
        Step("drag", "A folder over it.", drag, let_go),
        Step("photos", "Its photos."),
        Step("menu", "The menu File.", open_menu, Stage.close_popup),
    ),
)


def test_a_short_story_gives_its_pictures_in_order(qapp, tmp_path):
    pictures = []
    for path in play(SHORT, Scenes(tmp_path / "disk"), Look(SIZE), tmp_path / "out"):
        with Image.open(path) as picture:
            assert picture.size == SIZE
            pictures.append((path.name, picture.convert("RGB").tobytes(), path.stat().st_size))
    assert [name for name, _, _ in pictures] == SHORT.file_names()
    assert len({content for _, content, _ in pictures}) == len(pictures)
    assert all(size < 110_000 for _, _, size in pictures)
