"""Somebody with a folder of photos, who has never seen the program."""

from tests.guide.stage import Stage
from tests.guide.story import Step, Story, nothing


def _drag_folder(stage: Stage) -> None:
    stage.drag_over([stage.scenes.corner], 0.5, 0.42)


def _let_go(stage: Stage) -> None:
    stage.let_go()
    stage.bot.waitUntil(lambda: stage.state.session.can_run)


def _run(stage: Stage) -> None:
    stage.hands.press("tool_run")
    run = stage.state.reconstruction
    stage.bot.waitUntil(lambda: run.is_running)
    stage.bot.waitUntil(lambda: stage.has_drawn_result or not run.is_running)


def _wait_for_result(stage: Stage) -> None:
    run = stage.state.reconstruction
    stage.bot.waitUntil(lambda: not run.is_running and stage.state.display.prediction is not None)
    stage.rest()


def _close_message(stage: Stage) -> None:
    stage.hands.press("toast_close")


def _look_around(stage: Stage) -> None:
    stage.orbit(-0.12, 0.04)
    stage.hands.slide("confidence_slider", 0.35)


def _compare(stage: Stage) -> None:
    stage.hands.press("door_to_compare")


def _make_mesh(stage: Stage) -> None:
    stage.hands.press("door_to_reconstruct")
    stage.rest()
    stage.hands.slide("confidence_slider", 0.1)
    stage.hands.command("make_mesh_grid")
    stage.bot.waitUntil(lambda: stage.state.meshes.shown is not None)


def _export(stage: Stage) -> None:
    stage.hands.press("tool_export")
    stage.dialog("export_dialog")
    stage.hands.choose("export_preset", "blender")


def _close_export(stage: Stage) -> None:
    stage.close_dialog("export_dialog")


def _open_another(stage: Stage) -> None:
    stage.drop([stage.scenes.street], 0.25, 0.5)
    stage.dialog("unsaved_box")


def _stay(stage: Stage) -> None:
    stage.close_dialog("unsaved_box")


NEWCOMER = Story(
    "newcomer",
    nothing,
    (
        Step("start", "The start page: drop photos, a folder or a video, or open the sample."),
        Step("drag", "A folder over the window: the field lights up.", _drag_folder, _let_go),
        Step("photos", "The photos of the folder, ready to run.", nothing),
        Step("run", "The run on one bar, with the time that is left.", _run, is_under_way=True),
        Step(
            "result",
            "The first result, and what came out of the run.",
            _wait_for_result,
            _close_message,
        ),
        Step("filter", "Unsure points are hidden; chips say how many.", _look_around),
        Step("compare", "The same photos by VGGT beside it.", _compare),
        Step("mesh", "A textured mesh made of the points that are shown.", _make_mesh),
        Step("export", "Files for Blender.", _export, _close_export),
        Step("question", "The question before another scene is opened.", _open_another, _stay),
    ),
    needs_visit=False,
)
