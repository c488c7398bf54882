"""Tokens of photos: the same whether computed or remembered, and never more than allowed."""

import numpy as np
import torch
from torch import Tensor

from moe3d.model.layers.photo_tokens import PhotoTokens, photo_keys


class Embedding:
    """Counts the frames that it is given; a frame's token is twice its pixels."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def __call__(self, frames: Tensor) -> Tensor:
        self.counts.append(len(frames))
        return 2 * frames.flatten(2).transpose(1, 2)  # (N, P, 3)


def frames(count: int) -> Tensor:
    return torch.randn(count, 3, 2, 2, generator=torch.Generator().manual_seed(count))


def test_only_new_photos_are_computed_and_all_keep_their_order():
    embed, kept, photos = Embedding(), PhotoTokens(), frames(4)
    kept.embed(("a", "b"), photos[:2], embed)
    found = kept.embed(("c", "b", "a", "d"), photos[[2, 1, 0, 3]], embed)
    again = kept.embed(("a", "d"), photos[[0, 3]], embed)
    assert embed.counts == [2, 2]
    wanted = 2 * photos[[2, 1, 0, 3]].flatten(2).transpose(1, 2)
    torch.testing.assert_close(found, wanted, rtol=0, atol=0)
    torch.testing.assert_close(again, wanted[[2, 3]], rtol=0, atol=0)


def test_those_unused_for_longest_go_first():
    embed, photos = Embedding(), frames(3)
    a_photo = 4 * 3 * 4  # four tokens of three floats
    kept = PhotoTokens(most_bytes=2 * a_photo)
    kept.embed(("a", "b"), photos[:2], embed)
    kept.embed(("a",), photos[:1], embed)
    kept.embed(("c",), photos[2:], embed)  # "b" goes
    assert kept.bytes == 2 * a_photo
    kept.embed(("a", "c"), photos[[0, 2]], embed)
    assert embed.counts == [2, 1]
    kept.embed(("b",), photos[1:2], embed)
    assert embed.counts == [2, 1, 1]


def test_a_photo_that_is_too_large_is_not_kept():
    embed, kept = Embedding(), PhotoTokens(most_bytes=1)
    kept.embed(("a",), frames(1), embed)
    kept.embed(("a",), frames(1), embed)
    assert (embed.counts, kept.bytes) == ([1, 1], 0)


def test_forgotten_photos_are_computed_again():
    embed, kept = Embedding(), PhotoTokens()
    kept.embed(("a",), frames(1), embed)
    kept.clear()
    kept.embed(("a",), frames(1), embed)
    assert (embed.counts, kept.bytes) == ([1, 1], 4 * 3 * 4)


def test_photos_of_other_pixels_or_shape_have_other_keys():
    image = np.arange(24, dtype=np.uint8).reshape(1, 2, 4, 3)
    other = image.copy()
    other[0, 1, 3, 2] += 1
    keys = {*photo_keys(image), *photo_keys(other), *photo_keys(image.reshape(1, 4, 2, 3))}
    assert len(keys) == 3
    assert photo_keys(image) == photo_keys(image.copy())
