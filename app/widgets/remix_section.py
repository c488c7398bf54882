"""Hard or soft, and the temperature of the gate: a what-if, one click from the model's own."""

import math

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFormLayout, QSlider, QWidget

from app.state.app_state import AppState
from app.state.remix import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.control_help import RANGE
from app.widgets.parts import button, label
from app.widgets.section import Section

STEPS = 200
_LOW, _HIGH = math.log(LOWEST_TEMPERATURE), math.log(HIGHEST_TEMPERATURE)


class RemixSection(Section):
    """Changes what is shown, never the result; hidden for a single expert."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("remix_section", self.tr("RE-MIX (WHAT-IF)"), parent)
        self._state = state
        self._rule = choice(
            "remix_rule",
            self.tr("Soft: the weighted sum of the experts. Hard: the winner's depth alone"),
            [("soft", self.tr("Soft (sum)")), ("hard", self.tr("Hard (winner)"))],
        )
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("remix_temperature")
        self._slider.setAccessibleName(self.tr("Gate temperature"))
        self._slider.setToolTip(
            self.tr("Low: the winner decides. High: all experts count alike. Not the model's own")
        )
        ends = f"{LOWEST_TEMPERATURE:g}", f"{HIGHEST_TEMPERATURE:g}"
        self._slider.setProperty(RANGE, self.tr("{} to {}").format(*ends))
        self._slider.setRange(0, STEPS)
        self._slider.setPageStep(10)
        self._value = label("", "value", "remix_temperature_value")
        self._note = label("", "muted", "remix_note", wrap=True)
        self._back = button(
            self.tr("Back to the model's own"),
            "remix_reset",
            self.tr("Let every expert in, weighted as the model weights them (0)"),
        )
        on_chosen(self._rule, lambda key: state.remix.set_hard(key == "hard"))
        self._slider.valueChanged.connect(self._on_slider)
        self._back.clicked.connect(state.remix.reset)
        self._lay_out()
        state.display.changed.connect(self._show)
        state.remix.wish_changed.connect(self._show)
        self._show()

    def enterEvent(self, event: QEnterEvent) -> None:
        """A wish may come."""
        self._state.remix.expect()
        super().enterEvent(event)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(self.tr("Rule")), self._rule)
        form.addRow(label(self.tr("Temperature")), self._slider)
        self.head.addWidget(self._value)
        self.rows.addLayout(form)
        self.rows.addWidget(self._back)
        self.rows.addWidget(self._note)

    @Slot(int)
    def _on_slider(self, step: int) -> None:
        self._state.remix.set_temperature(temperature_at(step))

    @Slot()
    def _show(self) -> None:
        remix = self._state.remix
        self.setVisible(self._state.display.has_experts)
        show_choice(self._rule, "hard" if remix.hard else "soft")
        self._slider.blockSignals(True)  # the model's temperature need not lie on a step
        self._slider.setValue(step_of(remix.shown_temperature))
        self._slider.blockSignals(False)
        note = self.tr("Mute and solo above. Exports and metrics keep the model's own result.")
        if self._state.display.choice.has_refined:
            note += self.tr(" What is mixed is the network's own depth, not the refined one.")
        self._note.setText(note)
        own = self.tr("{:.3g} (model)") if remix.temperature == 0 else "{:.3g}"
        self._value.setText(own.format(remix.shown_temperature))
        self._back.setEnabled(not remix.remix.is_models_own)


def temperature_at(step: int) -> float:
    """Equal steps multiply the temperature by the same factor."""
    return math.exp(_LOW + (_HIGH - _LOW) * step / STEPS)


def step_of(temperature: float) -> int:
    """The slider's step nearest to a temperature."""
    return round(STEPS * (math.log(temperature) - _LOW) / (_HIGH - _LOW))
