import pytest
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.widgets.theme import Theme


@pytest.fixture
def theme(qapp, state: AppState) -> Theme:
    made = Theme(state.settings)
    made.apply()
    return made


@pytest.fixture
def show(qtbot):
    """Shows a widget at a size, and closes it after the test."""

    kept: list[QWidget] = []  # qtbot holds widgets weakly

    def shown(widget: QWidget, width: int = 600, height: int = 400) -> QWidget:
        kept.append(widget)
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    return shown


@pytest.fixture
def result(state, runner, photos):
    """A state with a result that is ready to be drawn."""
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    return state
