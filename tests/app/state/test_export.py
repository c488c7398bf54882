import pytest

from moe3d.errors import OutputError
from tests.app.signals import record


@pytest.fixture
def export(state, runner, photos):
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    return state.export


def test_there_is_nothing_to_export_before_a_result(state, runner, tmp_path):
    state.export.export(tmp_path, ("ply",), "fused")
    assert not state.export.can_export
    assert runner.waiting == []


def test_an_export_takes_the_percentile_on_the_screen(export, state, runner, backend, tmp_path):
    state.view.set_percentile(35)
    toasts = record(state.notices.toast_raised)
    export.export(tmp_path / "out", ("ply",), "vggt")
    assert export.is_running
    runner.run_all()
    request = backend.exports[0]
    assert (request.filters.percentile, request.layer) == (35, "vggt")
    assert export.last_paths == (tmp_path / "out" / "scene.ply",)
    assert "scene.ply" in toasts[0][0].text
    assert toasts[0][0].folder == tmp_path / "out"


def test_existing_files_are_asked_about_not_complained_of(export, state, runner, tmp_path):
    (tmp_path / "scene.ply").write_text("old")
    questions = record(export.overwrite_needed)
    export.export(tmp_path, ("ply",), "fused")
    runner.run_all()
    assert "scene.ply" in questions[0][0]
    assert state.notices.errors == ()
    export.export(tmp_path, ("ply",), "fused", overwrite=True)
    runner.run_all()
    assert (tmp_path / "scene.ply").read_text() == "ply\n"


def test_a_failed_export_says_why_and_can_be_repeated(export, state, runner, backend, tmp_path):
    def refuse(request, progress):
        raise OutputError(f"{request.out_dir} is read-only")

    backend.export = refuse
    export.export(tmp_path, ("ply",), "fused")
    runner.run_all()
    assert "read-only" in state.notices.errors[-1].text
    assert export.can_export


def test_formats_come_from_the_registry(export, runner):
    export.ask_formats()
    runner.run_all()
    assert [offered.key for offered in export.formats] == ["ply", "glb"]


def test_the_next_export_is_suggested_beside_the_last(export, runner, tmp_path):
    export.export(tmp_path / "a", ("ply",), "fused")
    runner.run_all()
    assert export.suggested_folder() == tmp_path / "garden wall"
