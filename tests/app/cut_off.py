"""Finds what a user cannot read or reach in a window: text without room, controls outside."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QScrollArea,
    QScrollBar,
    QStyle,
    QStyleOptionComboBox,
    QTabBar,
    QWidget,
)

from moe3d_viewer.widgets.controls.elided_label import ElidedLabel

CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QLabel)
ALWAYS_OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff


def cut_off(window: QWidget) -> list[str]:
    """One line for each text or control of the window that is cut off, squeezed or covered."""
    found = []
    for widget in window.findChildren(QWidget):
        is_seen = widget.isVisible() and widget.window() is window and not _is_behind_a_tab(widget)
        if is_seen and not _is_qts_own(widget):
            found += [f"{_name(widget)}: {text}" for text in _faults(widget)]
    return found


def _is_qts_own(widget: QWidget) -> bool:
    inner = isinstance(widget, QScrollBar | QHeaderView | QMenu)
    return inner or widget.objectName().startswith("qt_")


def _is_behind_a_tab(widget: QWidget) -> bool:
    """Qt parks such a dock outside the window."""
    while widget is not None and not isinstance(widget, QDockWidget):
        widget = widget.parentWidget()
    return widget is not None and widget.visibleRegion().isEmpty()


def _faults(widget: QWidget) -> Iterator[str]:
    yield from _text_faults(widget)
    if isinstance(widget, CONTROLS):
        if widget.height() < widget.minimumSizeHint().height() - 1:
            yield f"squeezed to {widget.height()} px, wants {widget.minimumSizeHint().height()}"
        yield from _place_faults(widget)
    if isinstance(widget, QDockWidget) and not widget.window().rect().contains(_in_window(widget)):
        yield "outside the window"


def _text_faults(widget: QWidget) -> Iterator[str]:
    room = widget.contentsRect().width()
    if isinstance(widget, ElidedLabel):
        if widget.is_elided and widget.text() not in widget.toolTip():
            yield f"elided without a tooltip: {widget.text()!r}"
    elif isinstance(widget, QLabel) and widget.wordWrap():
        wanted = widget.heightForWidth(widget.width())
        if widget.text() and wanted > widget.height():
            yield f"wrapped text needs {wanted} px, has {widget.height()}: {widget.text()!r}"
        yield from _wide_word(widget)
    elif isinstance(widget, QLabel):
        wanted = max(map(widget.fontMetrics().horizontalAdvance, widget.text().split("\n")))
        if wanted > room:
            yield f"text needs {wanted} px, has {room}: {widget.text()!r}"
    elif isinstance(widget, QAbstractButton):
        if widget.text() and widget.width() < widget.sizeHint().width() - 1:
            wanted = widget.sizeHint().width()
            yield f"text needs {wanted} px, has {widget.width()}: {widget.text()!r}"
    elif isinstance(widget, QComboBox):
        yield from _chosen_text(widget)
    elif isinstance(widget, QAbstractItemView):
        yield from _list_faults(widget)
    elif isinstance(widget, QTabBar):
        yield from _tab_faults(widget)


def _tab_faults(bar: QTabBar) -> Iterator[str]:
    for index in range(bar.count()):
        if bar.tabRect(index).right() > bar.width():
            yield f"tab {bar.tabText(index)!r} does not fit"
    shown = _in_window(bar).intersected(bar.window().rect())
    for dock in bar.window().findChildren(QDockWidget):
        if dock.isVisible() and _in_window(dock).intersects(shown):
            yield f"tabs {[bar.tabText(i) for i in range(bar.count())]} lie over {_name(dock)}"


def _wide_word(label: QLabel) -> Iterator[str]:
    """A word that is wider than its label is cut, however the text wraps."""
    for word in label.text().split():
        if label.fontMetrics().horizontalAdvance(word) > label.contentsRect().width():
            yield f"the word {word!r} is wider than the label"


def _chosen_text(box: QComboBox) -> Iterator[str]:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    part = QStyle.SubControl.SC_ComboBoxEditField
    room = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box).width()
    wanted = box.fontMetrics().horizontalAdvance(box.currentText())
    if wanted > room:
        yield f"text needs {wanted} px, has {room}: {box.currentText()!r}"


def _list_faults(view: QAbstractItemView) -> Iterator[str]:
    if view.horizontalScrollBar().isVisible() or view.horizontalScrollBar().maximum():
        yield "scrolls sideways"
    if not isinstance(view, QListWidget):
        return
    for row in range(view.count()):
        item = view.item(row)
        lines = item.text().split("\n")
        wanted = max(map(view.fontMetrics().horizontalAdvance, lines))
        is_wide = wanted > view.viewport().width() - view.iconSize().width()
        if is_wide and view.textElideMode() is not Qt.TextElideMode.ElideMiddle:
            yield f"cut and not elided in the middle: {item.text()!r}"
        room = view.visualItemRect(item).height() - len(lines) * view.fontMetrics().lineSpacing()
        if view.flow() is QListWidget.Flow.TopToBottom and room < 0:
            yield f"no room for all lines of {item.text()!r}"


def _place_faults(widget: QWidget) -> Iterator[str]:
    """Every ancestor shows it whole; a scroll area may hide what it can scroll to."""
    parent = widget.parentWidget()
    child = widget
    while parent is not None and not child.isWindow():
        place = QRect(child.mapTo(parent, QPoint(0, 0)), child.size())
        scrolled = _scroll_area_of(parent)
        if scrolled is None and not parent.rect().contains(place):
            yield f"sticks out of {_name(parent)} ({place} in {parent.rect()})"
            return
        is_fixed = scrolled is not None and scrolled.horizontalScrollBarPolicy() is ALWAYS_OFF
        if scrolled is not None and is_fixed and place.width() > parent.width():
            yield f"{_name(scrolled)} does not scroll sideways to all of it"
            return
        child, parent = parent, parent.parentWidget()
    yield from _covered(widget)


def _covered(widget: QWidget) -> Iterator[str]:
    parent = widget.parentWidget()
    if parent is None:
        return
    for other in parent.children():
        if (
            isinstance(other, CONTROLS)
            and other is not widget
            and other.isVisible()
            and other.geometry().intersects(widget.geometry())
        ):
            yield f"overlaps {_name(other)}"


def _scroll_area_of(viewport: QWidget) -> QScrollArea | None:
    area = viewport.parentWidget()
    is_viewport = isinstance(area, QScrollArea) and area.viewport() is viewport
    return area if is_viewport else None


def _in_window(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def _name(widget: QWidget) -> str:
    named = widget
    while not named.objectName() and named.parentWidget() is not None:
        named = named.parentWidget()
    kind = widget.metaObject().className()
    return kind if named is widget and not named.objectName() else f"{kind} in {named.objectName()}"
