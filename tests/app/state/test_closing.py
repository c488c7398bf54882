import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, QTimer, QVariantAnimation

from moe3d_viewer.state.closing import Closing


def test_the_newest_is_stopped_first_and_each_once():
    closing, stopped = Closing(), []
    for name in ("first", "second"):
        closing.add(lambda name=name: stopped.append(name))
    closing.stop_all()
    closing.stop_all()
    assert stopped == ["second", "first"]


def test_one_that_fails_keeps_no_other_running():
    closing, stopped = Closing(), []
    closing.add(lambda: stopped.append("first"))
    closing.add(lambda: 1 / 0)
    closing.add(lambda: stopped.append("last"))
    with pytest.raises(ZeroDivisionError):
        closing.stop_all()
    assert stopped == ["last", "first"]


def test_what_comes_after_the_end_is_stopped_at_once():
    closing, stopped = Closing(), []
    closing.stop_all()
    closing.add(lambda: stopped.append("late"))
    assert stopped == ["late"]


def test_timers_are_stopped_that_were_not_there_when_their_owner_registered(qapp):
    closing, owner = Closing(), QObject()
    closing.add_timers(owner)
    timer, flight = QTimer(QObject(owner)), QVariantAnimation(owner)
    timer.start(60_000)
    flight.setLoopCount(-1)
    flight.start()
    closing.stop_all()
    assert not timer.isActive()
    assert flight.state() == QVariantAnimation.State.Stopped


def test_an_owner_that_is_gone_has_no_timers(qapp):
    closing, owner = Closing(), QObject()
    closing.add_timers(owner)
    owner.deleteLater()
    QTimer(owner).start(60_000)
    qapp.sendPostedEvents(owner, QEvent.Type.DeferredDelete.value)
    assert not shiboken6.isValid(owner)
    closing.stop_all()
