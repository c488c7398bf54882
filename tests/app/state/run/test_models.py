from pathlib import Path

from tests.app.signals import record


def test_nothing_is_listed_or_fetched_before_it_is_asked_for(state, runner):
    assert state.models.models == ()
    assert runner.waiting == []


def test_the_list_says_what_is_here(state, runner):
    state.models.ask_models()
    runner.run_all()
    assert [(m.key, m.is_here) for m in state.models.models] == [
        ("mini", True),
        ("facebook/VGGT-1B", False),
    ]


def test_a_download_reports_and_is_then_chosen(state, runner, backend):
    changes = record(state.models.download_changed)
    state.models.download("facebook/VGGT-1B")
    assert state.models.downloading == "facebook/VGGT-1B"
    runner.run_all()
    assert backend.downloads == ["facebook/VGGT-1B"]
    assert len(changes) >= 5
    assert state.models.downloading == ""
    assert state.run_options.model == "facebook/VGGT-1B"


def test_a_second_download_waits_for_the_first(state, runner):
    state.models.download("a")
    state.models.download("b")
    assert len(runner.waiting) == 1


def test_a_cancelled_download_is_no_error(state, runner):
    state.models.download("facebook/VGGT-1B")
    state.models.cancel_download()
    runner.run_all()
    assert state.models.downloading == ""
    assert state.notices.errors == ()
    assert state.run_options.model == "mini"


def test_a_failed_download_says_why(state, runner):
    state.models.download("broken")
    runner.run_all()
    assert state.notices.errors[-1].text == "broken arrived damaged"


def test_a_checkpoint_file_is_chosen_by_its_path(state):
    state.models.choose_file(Path("/models/my model.safetensors"))
    assert state.run_options.model == "/models/my model.safetensors"
    assert state.run_options.model_title == "my model.safetensors"
