"""Lets the window go first where a job wants the same processor."""

import os
import sys
import threading
from contextlib import suppress

JOB_NICENESS = 10
"""Of the system's 0 to 19: who has to wait, not how fast a job is on processors that are free."""


def give_way_to_window() -> None:
    """Call in a job's thread before it starts others: they inherit it, torch's own ones too.

    On Linux alone, where a priority belongs to a thread; elsewhere it is the whole program's.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):  # where a sandbox forbids it, jobs compete as equals
            before = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, max(before, JOB_NICENESS))
