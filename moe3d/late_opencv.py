"""OpenCV, loaded with the first use of one of its names: the window shows its start page before.

For modules on the way to the first paint; all others say `import cv2`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import cv2 as cv2
else:

    class _Late:
        """Safe in several threads, as imports are."""

        def __getattr__(self, name: str) -> object:
            return getattr(import_module("cv2"), name)

    cv2 = _Late()
