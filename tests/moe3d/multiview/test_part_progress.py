"""Progress of parts of a job."""

import pytest

from moe3d.multiview.part_progress import ChunkProgress, PacedSteps, PartProgress
from moe3d.progress import Progress, ProgressReport


@pytest.fixture
def told() -> list[ProgressReport]:
    return []


def test_long_steps_go_on_at_the_pace_of_those_before(told: list[ProgressReport]):
    clock = [0.0]
    steps = PacedSteps(Progress(told.append), "find keypoints", 4, lambda: clock[0])
    for clock[0] in (1.0, 2.0, 3.0):
        steps.tell()
    clock[0] = 4.0
    steps.step()  # a step takes 4 s
    for clock[0] in (5.0, 7.0, 30.0):
        steps.tell()
    clock[0] = 31.0
    steps.step()
    fractions = [report.fraction for report in told]
    first, second = [0, 0.025, 0.025, 0.025, 0.25], [0.3125, 0.4375, (1 + 0.95) / 4, 0.5]
    assert fractions == pytest.approx(first + second)
    assert [report.done for report in told] == [0, 0, 0, 0, 1, 1, 1, 1, 2]


def test_a_share_inside_a_chunk_is_a_share_of_all_chunks(told: list[ProgressReport]):
    ChunkProgress(Progress(told.append), 1, 4).report("network", 3, 10, 0.5)
    assert told == [ProgressReport("network, chunk 2 of 4", 13, 40, 0.375)]


def test_passes_hear_shares_of_long_steps(told: list[ProgressReport]):
    part = PartProgress(Progress(told.append), "refine depth", passes=2, count=8)
    for share in (0.1, 0.7, 0.2):  # the second pass begins where it falls
        part.report("inner", 0, 8, share)
    assert [report.fraction for report in told] == pytest.approx([0.05, 0.35, 0.6])
    assert [(report.done, report.total) for report in told] == [(0, 16), (5, 16), (9, 16)]
