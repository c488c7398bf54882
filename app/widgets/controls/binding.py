"""One way to join a control with a value of the state, in both directions and without an echo.

What the program shows never writes back: an integer slider at 12 for 12.3, or at its end for a
value beyond it, leaves the state alone. What the user does writes once, and then the control
shows what the state took.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, SignalInstance, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox, QSlider, QSpinBox

Shown = TypeVar("Shown")
"""A value in the words of the control: a slider's place, a list's key."""


class Binding(QObject, Generic[Shown]):
    """Lives as long as its control; made by `bind_value`, `bind_checked` and `bind_choice`."""

    def __init__(
        self,
        control: QObject,
        told: SignalInstance,
        read: Callable[[], Shown],
        write: Callable[[Any], object],
        get: Callable[[], Shown],
        take: Callable[[Shown], object],
    ) -> None:
        super().__init__(control)
        self._read, self._write = read, write
        self._get, self._take = get, take
        self._is_showing = False
        told.connect(self._on_told)
        self.show()

    @Slot()
    def show(self) -> None:
        """Show what the state says; the state hears nothing of it."""
        shown = self._get()
        if shown == self._read():
            return
        was, self._is_showing = self._is_showing, True
        try:
            self._write(shown)
        finally:
            self._is_showing = was

    @Slot()
    def _on_told(self) -> None:
        if self._is_showing:
            return
        self._take(self._read())
        self.show()


def bind_value(
    control: QSlider | QSpinBox | QDoubleSpinBox,
    get: Callable[[], float],
    take: Callable[[Any], object],
    *changed: SignalInstance,
    to_control: Callable[[float], float] | None = None,
    from_control: Callable[[Any], float] | None = None,
) -> Binding[float]:
    """Join a slider or a number field with a number.

    Args:
        control: shows whole numbers, or as many decimals as it has.
        get: the number, as the state has it.
        take: hears the number that the user chose.
        changed: signals after which the number may be another one.
        to_control: from the state's number to the control's; None: the same, rounded.
        from_control: the way back; None: the same.
    """
    decimals = control.decimals() if isinstance(control, QDoubleSpinBox) else None
    forth, back = to_control or float, from_control or (lambda shown: shown)
    return _joined(
        Binding(
            control,
            control.valueChanged,
            control.value,
            control.setValue,
            lambda: round(forth(get()), decimals),
            lambda shown: take(back(shown)),
        ),
        changed,
    )


def bind_checked(
    control: QAbstractButton | QAction,
    get: Callable[[], bool],
    take: Callable[[bool], object],
    *changed: SignalInstance,
) -> Binding[bool]:
    """Join a box, a round button, a button that stays down or a menu's tick with yes or no."""

    def take_other(on: bool) -> None:
        if on != get():  # of two round buttons both tell
            take(on)

    made = Binding(control, control.toggled, control.isChecked, control.setChecked, get, take_other)
    return _joined(made, changed)


def bind_choice(
    control: QComboBox,
    get: Callable[[], str],
    take: Callable[[str], object],
    *changed: SignalInstance,
) -> Binding[str]:
    """Join a drop-down list with the key of one of its entries.

    A key that the list does not hold leaves it where it is; show the binding again when the entries
    are other ones.
    """

    def write(key: str) -> None:
        place = control.findData(key)
        if place >= 0:
            control.setCurrentIndex(place)

    made = Binding(control, control.activated, lambda: str(control.currentData()), write, get, take)
    return _joined(made, changed)


def _joined(made: Binding[Shown], changed: tuple[SignalInstance, ...]) -> Binding[Shown]:
    for signal in changed:
        signal.connect(made.show)
    return made
