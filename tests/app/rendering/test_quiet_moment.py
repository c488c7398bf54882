"""A worker waits until the window has drawn what is due, and no longer than its limit."""

import time
from threading import Thread

from PySide6.QtCore import QTimer

from moe3d_viewer.rendering.quiet_moment import QUICK_S, wait_until_drawn

TURNS = 6


def in_worker(answers: list, limit_s: float) -> Thread:
    worker = Thread(target=lambda: answers.append(wait_until_drawn(limit_s)))
    worker.start()
    return worker


def test_it_waits_for_a_busy_window(qtbot):
    answers, turns_before = [], []
    drawing = QTimer()

    def draw() -> None:
        time.sleep(4 * QUICK_S)
        turns_before.append(len(answers))
        if len(turns_before) == TURNS:
            drawing.stop()

    drawing.timeout.connect(draw)
    drawing.start(0)
    worker = in_worker(answers, 60)
    qtbot.waitUntil(lambda: answers == [True])
    worker.join()
    assert turns_before == [0] * TURNS  # no answer before the last of them


def test_a_window_that_never_answers_is_not_waited_for_beyond_the_limit(qapp):
    answers = []
    in_worker(answers, 0.05).join()  # in the window's thread: it answers nothing meanwhile
    assert answers == [False]


def test_the_windows_own_thread_does_not_wait_for_itself(qapp):
    assert wait_until_drawn(60)
