"""How far a job is, in words and on a bar."""

from PySide6.QtWidgets import QProgressBar

from moe3d import ProgressReport

GB = 1_000_000_000
STEPS = 1000


def stage_text(report: ProgressReport) -> str:
    """A stage with its count, as shown: "backbone 12/24"."""
    return f"{report.stage} {report.done}/{report.total}" if report.total > 1 else report.stage


def size_text(size_bytes: int) -> str:
    """A size as people say it: "4.7 GB", "18 MB"; empty for 0."""
    if size_bytes <= 0:
        return ""
    if size_bytes >= GB:
        return f"{size_bytes / GB:.1f} GB"
    return f"{max(size_bytes / 1e6, 1):.0f} MB"


def show_share(bar: QProgressBar, share: float) -> None:
    """Set a bar to a share, 0..1, with the window's next picture.

    By itself a bar paints at once, and the whole window with it: once a report, that is too often.
    """
    bar.setUpdatesEnabled(False)
    bar.setRange(0, STEPS)
    bar.setValue(round(share * STEPS))
    bar.setUpdatesEnabled(True)


def show_report(bar: QProgressBar, report: ProgressReport | None) -> None:
    """Set a bar to a stage's share; a bar that swings to and fro when the share is unknown."""
    fraction = report.fraction if report is not None else None
    if fraction is None:
        bar.setRange(0, 0)
    else:
        show_share(bar, fraction)
