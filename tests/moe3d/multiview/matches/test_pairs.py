"""Which photos are matched: all of a few, and of many those that show the same."""

from itertools import combinations

import numpy as np
import pytest

from moe3d.errors import JobCancelledError
from moe3d.multiview.matches.features import Features
from moe3d.multiview.matches.pairs import PairSettings, choose_pairs
from moe3d.progress import Progress


def photos_of(places: list[int], per_photo: int = 150, seed: int = 0) -> list[Features]:
    """Photos of some places; photos of one place share most descriptors up to noise."""
    rng = np.random.default_rng(seed)
    spots = {place: rng.normal(size=(300, 128)) for place in sorted(set(places))}
    photos = []
    for place in places:
        seen = spots[place][rng.permutation(300)[:per_photo]]
        noisy = seen + 0.2 * rng.normal(size=seen.shape)
        noisy /= np.linalg.norm(noisy, axis=1, keepdims=True)
        photos.append(Features(np.zeros((per_photo, 2), np.float32), noisy.astype("f4"), 0.4))
    return photos


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_of_a_few_photos_all_pairs_are_matched(count: int):
    pairs = choose_pairs(photos_of([0] * count), PairSettings())
    assert pairs == list(combinations(range(count), 2))


def test_neighbours_in_the_order_are_matched():
    pairs = set(choose_pairs(photos_of([0] * 40), PairSettings(neighbours=3, similar=1)))
    for step in (1, 2, 3):
        assert {(first, first + step) for first in range(40 - step)} <= pairs


def test_the_number_of_pairs_grows_as_the_number_of_photos():
    settings = PairSettings()
    most = settings.neighbours + settings.similar
    for count in (21, 40, 80, 160):
        pairs = choose_pairs(photos_of(list(range(count)), 60), settings)
        assert len(pairs) == len(set(pairs)) <= most * count
        assert all(0 <= first < second < count for first, second in pairs)


def test_photos_of_one_place_are_matched_wherever_they_stand():
    # Ten places, seen four times each in rounds of ten: the same place is never a neighbour.
    places = list(range(10)) * 4
    pairs = set(choose_pairs(photos_of(places), PairSettings(neighbours=2, similar=4)))
    wanted = {pair for pair in combinations(range(40), 2) if places[pair[0]] == places[pair[1]]}
    assert len(wanted & pairs) > 0.95 * len(wanted)


def test_the_choice_repeats():
    photos = photos_of(list(range(10)) * 3)
    assert choose_pairs(photos, PairSettings()) == choose_pairs(photos, PairSettings())


def test_photos_without_keypoints_are_no_error():
    empty = Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32), 0.4)
    photos = [empty if index % 3 else photo for index, photo in enumerate(photos_of([0] * 30))]
    assert (0, 1) in choose_pairs(photos, PairSettings())
    assert (0, 6) in choose_pairs([empty] * 30, PairSettings())


def test_a_cancel_ends_the_choice():
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        choose_pairs(photos_of([0] * 30), PairSettings(), progress)
