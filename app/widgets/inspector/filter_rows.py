"""Rows of the section of filters, made from what `moe3d.scene.filters` says of each."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)

from moe3d.scene.filters.point_filter import Amount, Switch
from moe3d.scene.filters.registry import OPTIONS
from moe3d_viewer.state.points.filters import CONTROLS, FiltersState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_value
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.sliders import Scale, ScaledSlider


class FilterTick(QCheckBox):
    """A filter on or off."""

    def __init__(
        self, control: Switch | Amount, filters: FiltersState, is_on: Callable[[], bool]
    ) -> None:
        super().__init__()
        self.setText(self.tr(control.label))
        self.setObjectName(control.tick_key.removesuffix("_on").removesuffix("_hidden") + "_filter")
        self.setToolTip(self.tr(control.tip))
        self._binding = bind_checked(self, is_on, lambda on: filters.choose(control.tick_key, on))

    def show_on(self) -> None:
        """Stand as the filter is."""
        self._binding.show()


class ShareField(QWidget):
    """A number without a unit: a slider with its value beside it."""

    def __init__(self, control: Amount, filters: FiltersState) -> None:
        super().__init__()
        self._control, self._filters = control, filters
        slider = ScaledSlider(
            control.option,
            self.tr(control.number_label),
            self.tr(control.number_tip),
            Scale(control.low, control.high, logarithmic=control.is_logarithmic),
        )
        slider.bind(
            lambda: getattr(filters, control.key),
            lambda value: filters.choose(control.key, value),
            filters.changed,
        )
        self._value = label(role="muted", name=f"{control.option}_value")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(slider, 1)
        row.addWidget(self._value)

    def show_number(self) -> None:
        """Say the number that was chosen."""
        self._value.setText(f"{getattr(self._filters, self._control.key):.3f}")


class LengthField(QDoubleSpinBox):
    """A length, in metres once a scale is known; held in the network's units."""

    def __init__(self, control: Amount, filters: FiltersState, scale: MetricScaleState) -> None:
        super().__init__()
        self._scale = scale
        self.setObjectName(control.option)
        self.setAccessibleName(self.tr(control.number_label))
        self.setToolTip(self.tr(control.number_tip))
        self.setDecimals(3)
        self.setRange(control.low, control.high)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.setKeyboardTracking(False)
        # not as wide as its largest number
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._binding = bind_value(
            self,
            lambda: getattr(filters, control.key),
            lambda value: filters.choose(control.key, value),
            to_control=lambda value: value * scale.factor,
            from_control=lambda value: value / scale.factor,
        )

    def show_number(self) -> None:
        """Stand at the number that was chosen, in the unit of now."""
        self.setSuffix(self.tr(" m" if self._scale.is_known else " units"))
        self._binding.show()


class FilterRows:
    """One tick a filter; a filter that has a number has it beside the tick."""

    def __init__(
        self,
        filters: FiltersState,
        scale: MetricScaleState,
        settings: Callable[[], Mapping[str, object]],
    ) -> None:
        """Make the rows.

        Args:
            filters: what is chosen.
            scale: the unit of lengths.
            settings: what is hidden now, by the names of the options: a filter may be on unasked.
        """
        self._settings, self._hidden = settings, settings()
        self.ticks = {
            option: FilterTick(control, filters, lambda o=option: OPTIONS[o].is_on(self._hidden[o]))
            for option, control in ((control.option, control) for control in CONTROLS)
        }
        """By the names of the filters' options."""
        self._numbers = {
            control.option: LengthField(control, filters, scale)
            if OPTIONS[control.option].is_length
            else ShareField(control, filters)
            for control in CONTROLS
            if isinstance(control, Amount)
        }

    def add_to(self, form: QFormLayout) -> None:
        """Lay the rows out: numbers first, then the ticks in pairs."""
        for option, number in self._numbers.items():
            form.addRow(self.ticks[option], number)
        ticks = [tick for option, tick in self.ticks.items() if option not in self._numbers]
        for left, right in zip(ticks[::2], [*ticks[1::2], QLabel()], strict=False):
            form.addRow(left, right)

    def show(self) -> None:
        """Stand as the filters of the screen are."""
        self._hidden = self._settings()
        for tick in self.ticks.values():
            tick.show_on()
        for option, number in self._numbers.items():
            number.show_number()
            number.setEnabled(self.ticks[option].isChecked())
