"""Tokens of single photos, kept from run to run: a photo that was seen before costs nothing again.

The first third of the network (the patch embedding's blocks) looks at each photo alone, so that its
answer depends on the photo and the weights only.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from torch import Tensor

MOST_BYTES = 512 * 2**20
"""Of all kept tokens: 120 photos of 518x392 pixels of VGGT-1B's width."""

Embed = Callable[[Float[Tensor, "N 3 H W"]], Float[Tensor, "N P C"]]


class PhotoTokens:
    """Patch tokens by what the photo shows, in the main memory; those unused for longest go first.

    One network's: its weights must not change while this is in use.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[str, Float[Tensor, "P C"]] = OrderedDict()
        self._most_bytes = most_bytes
        self.bytes = 0
        """That are kept now."""

    def embed(
        self, keys: Sequence[str], frames: Float[Tensor, "N 3 H W"], embed: Embed
    ) -> Float[Tensor, "N P C"]:
        """Tokens of all frames; only those that are not known are computed.

        Args:
            keys: one a frame, from `photo_keys`.
            frames: what `embed` takes.
            embed: the computation, for some of the frames.
        """
        missing = [index for index, key in enumerate(keys) if key not in self._kept]
        if len(missing) == len(keys):
            tokens = embed(frames)
        else:
            known = {index: self._kept[key] for index, key in enumerate(keys) if key in self._kept}
            like = next(iter(known.values()))
            tokens = frames.new_empty((len(keys), *like.shape), dtype=like.dtype)
            if missing:
                tokens[missing] = embed(frames[missing])
            for index, kept in known.items():
                tokens[index] = kept.to(tokens.device)
        self._keep(keys, tokens)
        return tokens

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self.bytes = 0

    def _keep(self, keys: Sequence[str], tokens: Float[Tensor, "N P C"]) -> None:
        a_photo = tokens[0].numel() * tokens.element_size()
        for key, own in zip(keys, tokens, strict=True):
            if key in self._kept:
                self._kept.move_to_end(key)
            elif a_photo <= self._most_bytes:
                self._kept[key] = own.to("cpu", copy=True)
                self.bytes += a_photo
            while self.bytes > self._most_bytes:
                _, old = self._kept.popitem(last=False)
                self.bytes -= old.numel() * old.element_size()


@dataclass(frozen=True)
class KnownPhotos:
    """What a run is handed: the kept tokens, and which photos are its own."""

    tokens: PhotoTokens
    keys: tuple[str, ...]
    """One a frame, over all scenes and views."""

    @property
    def num_missing(self) -> int:
        """Photos that have to be computed."""
        return sum(key not in self.tokens for key in self.keys)


def photo_keys(images: UInt8[np.ndarray, "S H W 3"]) -> tuple[str, ...]:
    """What tells photos apart: a sum of their pixels and size."""
    size = f"{images.shape[1]}x{images.shape[2]} "
    return tuple(
        size + hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).hexdigest()
        for image in images
    )
