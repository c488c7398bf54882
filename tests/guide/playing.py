"""Plays a story step by step, and takes a picture after each."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import Qt

from tests.guide.scenes import Scenes
from tests.guide.stage import Look, Stage, on_stage, write_picture
from tests.guide.story import Story


def play(story: Story, scenes: Scenes, look: Look, folder: Path) -> Iterator[Path]:
    """Take the pictures of a story; each is given as soon as it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="guide-settings-") as fresh:
        settings = Path(fresh) / "settings.ini"
        if story.remembers:
            shutil.copytree(scenes.settings.parent, fresh, dirs_exist_ok=True)
        with on_stage(scenes, settings, look) as stage:
            story.begin(stage)
            for step, name in zip(story.steps, story.file_names(), strict=True):
                step.act(stage)
                if not step.is_under_way:
                    stage.rest()
                write_picture(stage.picture(), folder / name)
                yield folder / name
                step.after(stage)


def visit(scenes: Scenes) -> None:
    """What the researcher and the returning user did before: unless it is kept, do it now."""
    if scenes.session.is_file() and scenes.scan.is_file():
        return
    scenes.settings.parent.mkdir(parents=True, exist_ok=True)
    with on_stage(scenes, scenes.settings, Look()) as stage:
        stage.drop([scenes.street])
        stage.bot.waitUntil(lambda: stage.state.session.can_run)
        stage.rest()
        stage.drop([scenes.living_room], 0.1)
        _run_and_save(stage)


def _run_and_save(stage: Stage) -> None:
    state = stage.state
    stage.bot.waitUntil(lambda: state.session.can_run and state.session.title == "living room")
    stage.control(Qt.Key.Key_R)
    stage.bot.waitUntil(lambda: state.reconstruction.is_running)
    stage.bot.waitUntil(lambda: not state.reconstruction.is_running)
    assert state.display.prediction is not None
    stage.scenes.write_scan(state.display.prediction)
    stage.rest()
    stage.control(Qt.Key.Key_S)
    stage.hands.answer_file_dialog(stage.scenes.session)
    stage.bot.waitUntil(lambda: not state.scene_file.is_modified)
    stage.rest()
