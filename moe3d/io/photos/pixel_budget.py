"""How many pixels are decoded at the same time: four huge photos at once would fill the memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PIXELS_AT_ONCE = 200_000_000
"""Photos that are decoded at the same time have together at most so many pixels (4 bytes each),
or there is only one."""


class PixelBudget:
    """Lets decoders in as long as their photos fit together; one alone always may."""

    def __init__(self, pixels: int = PIXELS_AT_ONCE) -> None:
        self._pixels, self._held = pixels, 0
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, pixels: int) -> Iterator[None]:
        """Wait until a photo of so many pixels fits; never while holding another one."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held or self._held + pixels <= self._pixels)
            self._held += pixels
        try:
            yield
        finally:
            with self._changed:
                self._held -= pixels
                self._changed.notify_all()


DECODING = PixelBudget()
"""Of the whole program."""
