"""The options that say which frames of a video are taken."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moe3d.io.videos.video import VideoSampling


@dataclass(frozen=True)
class VideoOptions:
    """Which frames of videos are photos: the sharpest of every interval of time."""

    frames_per_second: float = 1.0
    """Frames taken of every second of a video; a long video gives 200 in all."""
    frames: int | None = None
    """Frames taken of each video, over its whole length, instead of so many a second."""

    def sampling(self) -> "VideoSampling":
        """As the reader takes it.

        Raises:
            UsageError: a number that cannot be meant.
        """
        from moe3d.io.videos.video import VideoSampling

        return VideoSampling(self.frames_per_second, self.frames)
