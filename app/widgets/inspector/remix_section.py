"""Hard or soft, and the temperature of the gate: a what-if, one click from the model's own."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFormLayout, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.layers.remix import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from moe3d_viewer.widgets.controls.binding import bind_choice
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.sliders import Scale, ScaledSlider
from moe3d_viewer.widgets.help.control_help import RANGE
from moe3d_viewer.widgets.inspector.section import Section


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
        self._slider = ScaledSlider(
            "remix_temperature",
            self.tr("Gate temperature"),
            self.tr("Low: the winner decides. High: all experts count alike. Not the model's own"),
            Scale(LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, logarithmic=True),
        )
        ends = f"{LOWEST_TEMPERATURE:g}", f"{HIGHEST_TEMPERATURE:g}"
        self._slider.setProperty(RANGE, self.tr("{} to {}").format(*ends))
        self._slider.setPageStep(10)
        self._value = label("", "value", "remix_temperature_value")
        self._note = label("", "muted", "remix_note", wrap=True)
        self._back = button(
            self.tr("Back to the model's own"),
            "remix_reset",
            self.tr("Let every expert in, weighted as the model weights them (0)"),
        )
        remix = state.remix
        bind_choice(
            self._rule,
            lambda: "hard" if remix.hard else "soft",
            lambda key: remix.set_hard(key == "hard"),
            remix.wish_changed,
        )
        self._slider.bind(
            lambda: remix.shown_temperature, remix.set_temperature, remix.wish_changed
        )
        self._back.clicked.connect(state.remix.reset)
        self._lay_out()
        state.display.result_changed.connect(self._show)
        state.remix.wish_changed.connect(self._show)
        state.work.plain_changed.connect(self._show)
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

    @Slot()
    def _show(self) -> None:
        remix = self._state.remix
        is_wanted = not self._state.work.is_plain or not remix.remix.is_models_own
        self.setVisible(self._state.display.has_experts and is_wanted)
        note = self.tr("Mute and solo above. Exports and metrics keep the model's own result.")
        if self._state.display.choice.has_refined:
            note += self.tr(" What is mixed is the network's own depth, not the refined one.")
        self._note.setText(note)
        own = self.tr("{:.3g} (model)") if remix.temperature == 0 else "{:.3g}"
        self._value.setText(own.format(remix.shown_temperature))
        self._back.setEnabled(not remix.remix.is_models_own)
