import numpy as np
import pytest

from moe3d.multiview.chunks.planning import (
    SMALLEST_CHUNK,
    ChunkSettings,
    chunk_words,
    num_chunks,
    plan_chunks,
)


@pytest.mark.parametrize("count", [7, 25, 60, 201])
@pytest.mark.parametrize("size", [SMALLEST_CHUNK, 16, 24])
def test_every_photo_is_in_a_chunk_of_the_size_and_neighbours_share_some(count, size):
    plan = plan_chunks(count, size)
    assert len(plan) == num_chunks(count, size)
    assert {view for chunk in plan.chunks for view in chunk} == set(range(count))
    assert plan.chunks[0][0] == 0
    assert max(len(chunk) for chunk in plan.chunks) <= size
    for before, after in zip(plan.chunks, plan.chunks[1:], strict=False):
        assert len(set(before) & set(after)) >= min(ChunkSettings().shared, size // 3)


def test_a_photos_answer_is_taken_from_the_chunk_in_whose_middle_it_is():
    plan = plan_chunks(20, 12, settings=ChunkSettings(shared=4, guests=0))
    assert plan.chunks == (tuple(range(12)), tuple(range(8, 20)))
    assert plan.owners == (0,) * 10 + (1,) * 10
    assert plan.members(1) == list(range(10, 20))


def test_photos_that_fit_are_one_chunk():
    assert plan_chunks(9, 9).chunks == (tuple(range(9)),)


def test_a_walk_that_comes_back_has_its_start_as_a_guest():
    count = 60
    apart = np.abs(np.arange(count)[:, None] - np.arange(count))
    ring = np.minimum(apart, count - apart)  # the last photo is taken beside the first
    plan = plan_chunks(count, 16, np.exp(-ring / 4).astype(np.float32))
    assert set(plan.chunks[-1][-2:]) == {0, 1}
    assert all(len(set(chunk)) == len(chunk) for chunk in plan.chunks)


def test_a_walk_straight_on_has_no_guest():
    apart = np.abs(np.arange(60)[:, None] - np.arange(60))
    plan = plan_chunks(60, 16, np.exp(-apart / 4).astype(np.float32))
    for chunk in plan.chunks:
        assert list(chunk) == list(range(chunk[0], chunk[-1] + 1))


def test_chunks_are_told_in_words():
    assert chunk_words(60, 24) == f"in {num_chunks(60, 24)} chunks of 24 photos"
