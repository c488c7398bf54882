"""Counts what a signal says."""

from typing import Any

from PySide6.QtCore import SignalInstance


def record(signal: Any) -> list[tuple[object, ...]]:
    assert isinstance(signal, SignalInstance)
    heard: list[tuple[object, ...]] = []
    signal.connect(lambda *values: heard.append(values))
    return heard
