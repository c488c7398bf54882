"""What a run may be asked for; known without torch, so that a thin client can ask too."""

from dataclasses import dataclass
from typing import Literal

from moe3d.errors import UsageError
from moe3d.multiview.chunks.planning import SMALLEST_CHUNK

ResizeMode = Literal["auto", "crop", "pad"]
ChunkViews = int | Literal["auto"]
RefineMode = Literal["auto", "off", "cameras", "full"]


@dataclass(frozen=True)
class ReconstructionOptions:
    """What a run computes besides the fused depth."""

    compare: bool = True
    """Also VGGT's depth."""
    resize_mode: ResizeMode = "auto"
    """Tall photos: centre crop as VGGT does, pad to a square, or crop only where no photo loses
    more than a tenth by it and else show every photo whole, in a frame that fits."""
    refine: RefineMode = "auto"
    """What the photos together may improve: "off", "cameras", "full" (cameras, then depth and
    support as further layers), or "auto": all that the photos allow."""
    chunk_views: ChunkViews = "auto"
    """Photos that the network sees together. More are run in overlapping chunks, which are joined
    by the photos that they share; "auto": as many as fit in memory."""

    def __post_init__(self) -> None:
        check_chunk(self.chunk_views)


def check_chunk(wanted: ChunkViews) -> None:
    """Refuse chunks of fewer photos than the smallest.

    Raises:
        UsageError: `wanted` is such a number.
    """
    if wanted != "auto" and wanted < SMALLEST_CHUNK:
        raise UsageError(
            f"the network must see at least {SMALLEST_CHUNK} photos together; got a chunk of "
            f'{wanted} (use "auto" for as many as fit)'
        )
