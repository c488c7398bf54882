"""Progress and cancellation."""

import pytest

from moe3d.errors import JobCancelledError
from moe3d.progress import Progress


def test_reports_arrive_with_their_share():
    seen = []
    Progress(seen.append).report("backbone", 3, 12)
    assert (seen[0].stage, seen[0].fraction) == ("backbone", 0.25)


def test_an_unknown_total_has_no_fraction():
    seen = []
    Progress(seen.append).report("load model")
    assert seen[0].fraction is None


def test_a_cancelled_job_stops_at_its_next_report():
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        progress.report("backbone", 0, 12)
