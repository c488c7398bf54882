"""What can be said of a control: what it is for, its range, when it acts, how to work it."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from moe3d_viewer.widgets.controls.sliders import ScaledSlider

RANGE, EFFECT, HOW = "help_range", "help_effect", "help_how"
"""Dynamic properties with which a control, or what it stands in, says what its kind does not."""
MOST_CHOICES = 8


@dataclass(frozen=True)
class ControlHelp:
    """Plain sentences; empty where there is nothing to say."""

    name: str
    purpose: str
    range: str
    effect: str
    how: str

    @property
    def line(self) -> str:
        """Everything but the name, in one line."""
        parts = (self.purpose.replace("\n", ". "), self.range, self.effect, self.how)
        return "   \N{MIDDLE DOT}   ".join(part for part in parts if part)


def help_of(widget: QWidget | None) -> ControlHelp | None:
    """Help for a widget, or for what it is a part of; None where nobody has any."""
    while widget is not None:
        purpose = widget.toolTip() or widget.whatsThis() or _of_dialog_button(widget)
        if purpose:
            return _described(widget, purpose)
        widget = None if widget.isWindow() else widget.parentWidget()
    return None


def help_of_action(action: QAction) -> ControlHelp:
    """Help for an entry of a menu."""
    keys = ", ".join(key.toString() for key in action.shortcuts())
    name = action.text().replace("&", "")
    how = _tr("Keys: {}").format(keys) if keys else _tr("Click, or Enter")
    return ControlHelp(name, action.toolTip(), "", _tr("Acts at once"), how)


def _described(widget: QWidget, purpose: str) -> ControlHelp:
    said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
    name = "" if said == purpose else said.replace("&", "")
    usual = _how(widget)
    effect = _property_above(widget, EFFECT) or (_tr("Acts at once") if usual else "")
    how = str(widget.property(HOW) or usual)
    return ControlHelp(name, purpose, _range(widget), effect if how else "", how)


def _of_dialog_button(widget: QWidget) -> str:
    """Qt's own buttons of a dialog have no tooltip."""
    box = widget.parentWidget()
    if not isinstance(widget, QAbstractButton) or not isinstance(box, QDialogButtonBox):
        return ""
    closes = box.buttonRole(widget) is QDialogButtonBox.ButtonRole.RejectRole
    return _tr("Close this window and do nothing more") if closes else widget.text()


def _property_above(widget: QWidget | None, name: str) -> str:
    while widget is not None:
        if widget.property(name):
            return str(widget.property(name))
        widget = widget.parentWidget()
    return ""


def _range(widget: QWidget) -> str:
    if widget.property(RANGE):
        return str(widget.property(RANGE))
    if isinstance(widget, ScaledSlider):
        return _tr("{:.3g} to {:.3g}").format(widget.scale.low, widget.scale.high)
    if isinstance(widget, QAbstractSlider):
        return _tr("{} to {}").format(widget.minimum(), widget.maximum())
    if isinstance(widget, QSpinBox | QDoubleSpinBox):
        return _tr("{:g} to {:g}").format(widget.minimum(), widget.maximum()) + widget.suffix()
    if isinstance(widget, QComboBox):
        count = widget.count()
        texts = [widget.itemText(index) for index in range(min(count, MOST_CHOICES))]
        return ", ".join(texts) + (", …" if count > MOST_CHOICES else "")
    if isinstance(widget, QCheckBox):
        return _tr("on or off")
    return ""


def _how(widget: QWidget) -> str:
    if isinstance(widget, QToolButton) and widget.menu() is not None:
        return _tr("Click opens a menu")
    if isinstance(widget, QAbstractButton):
        return _tr("Click, or Space")
    if isinstance(widget, QAbstractSlider):
        return _tr("Drag, or arrow keys; Page Up and Page Down for larger steps")
    if isinstance(widget, QComboBox):
        return _tr("Click and choose, or arrow keys")
    if isinstance(widget, QSpinBox | QDoubleSpinBox):
        return _tr("Type a number, or arrow keys")
    if isinstance(widget, QLineEdit):
        return _tr("Type, then Enter")
    if isinstance(widget, QAbstractItemView):
        return _tr("Click, or arrow keys")
    return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("ControlHelp", text)
