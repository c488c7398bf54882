"""Progress on stderr and results on stdout."""

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from moe3d.progress import Progress, ProgressReport

SECONDS_BETWEEN_LINES = 2.0


class ConsoleProgress:
    """Writes a run's stages to stderr: one live line on a terminal, else a line a stage."""

    def __init__(self, quiet: bool = False, heading: str = "") -> None:
        self._quiet = quiet
        self._heading = heading
        self._stage = ""
        self._written_at = 0.0
        self.progress = Progress(self._show)

    def finish(self) -> None:
        """End the live line."""
        if self._stage and not self._quiet and sys.stderr.isatty():
            print(file=sys.stderr)
        self._stage = ""

    def _show(self, report: ProgressReport) -> None:
        if self._quiet:
            return
        is_new = report.stage != self._stage
        self._stage = report.stage
        if sys.stderr.isatty():
            share = "" if report.fraction is None else f" {report.fraction:4.0%}"
            print(
                f"\r\x1b[K{self._heading}{report.stage}{share}", end="", file=sys.stderr, flush=True
            )
        elif is_new or time.monotonic() - self._written_at > SECONDS_BETWEEN_LINES:
            count = f" {report.done}/{report.total}" if report.total else ""
            print(f"{self._heading}{report.stage}{count}", file=sys.stderr, flush=True)
            self._written_at = time.monotonic()


def print_result(text: str, values: Mapping[str, Any], as_json: bool) -> None:
    """Write a command's result to stdout, for people or for machines."""
    print(json.dumps(values, indent=2, default=str) if as_json else text)


def warn(message: str) -> None:
    """Write one line that the user should read to stderr."""
    print(f"moe3d: {message}", file=sys.stderr)
