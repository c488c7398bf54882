"""Somebody who comes back to a scene, compares it with another, and exports it again."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListWidget, QPushButton

from tests.guide.stage import Stage
from tests.guide.story import Step, Story, nothing


def _wait_for_recents(stage: Stage) -> None:
    stage.rest()


def _open_recent(stage: Stage) -> None:
    cards = [b for b in stage.window.findChildren(QPushButton) if b.isVisible()]
    (card,) = [c for c in cards if "living room.moe3d" in c.accessibleName() + c.toolTip()]
    stage.bot.mouseClick(card, Qt.MouseButton.LeftButton)
    stage.bot.waitUntil(lambda: stage.state.display.prediction is not None)


def _drag_scan(stage: Stage) -> None:
    stage.drag_over([stage.scenes.scan], 0.45, 0.5)


def _drop_scan(stage: Stage) -> None:
    stage.let_go()
    stage.bot.waitUntil(lambda: bool(stage.state.objects.objects))


def _align(stage: Stage) -> None:
    stage.hands.press("align_closer")
    stage.bot.waitUntil(lambda: not stage.state.alignment.is_fitting)
    stage.rest()


def _distances(stage: Stage) -> None:
    _align(stage)
    (item,) = stage.state.objects.objects
    stage.hands.tick("show_distances")
    stage.bot.waitUntil(lambda: stage.state.distances.summary(item.id) is not None)
    stage.rest()
    stage.hands.show(stage.hands.find("distance_told"))


def _untick_photo(stage: Stage) -> None:
    listed = stage.hands.find("photo_list", QListWidget)
    stage.hands.show(listed)
    area = listed.visualItemRect(listed.item(1))
    stage.bot.mouseClick(
        listed.viewport(),
        Qt.MouseButton.LeftButton,
        pos=QPoint(area.left() + 14, area.center().y()),
    )


def _palette(stage: Stage) -> None:
    stage.control(Qt.Key.Key_K)
    stage.dialog("command_palette")
    stage.bot.keyClicks(stage.hands.find("palette_field"), "distance")


def _close_palette(stage: Stage) -> None:
    stage.close_dialog("command_palette")


def _messages_and_menu(stage: Stage) -> None:
    stage.hands.command("copy_export")
    stage.hands.press("messages_button")
    stage.rest()
    stage.menu_of("export")


RETURNING = Story(
    "returning",
    nothing,
    (
        Step("start", "The start page with the scenes of the last visits.", _wait_for_recents),
        Step("session", "A session is opened as it was left.", _open_recent),
        Step(
            "drag",
            "A scan over the window: it will be shown beside the result.",
            _drag_scan,
            _drop_scan,
        ),
        Step("objects", "The result and the scan in the list of objects.", nothing),
        Step("distances", "How far the scan lies from the result, as colours.", _distances),
        Step("palette", "A command found by a word.", _palette, _close_palette),
        Step("older", "A photo that is left out now marks the result as older.", _untick_photo),
        Step(
            "export",
            "The menu Export, with the last messages below.",
            _messages_and_menu,
            Stage.close_popup,
        ),
    ),
    remembers=True,
)
