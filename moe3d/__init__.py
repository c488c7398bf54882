"""MoE3D: photos to depth, cameras and point clouds with mixture-of-experts VGGT.

The public names stand in `__init__.pyi`, with their homes; `docs/api.md` shows what they are for.
Each is imported when it is first used, so that ``import moe3d`` stays quick and free of torch.
"""

import lazy_loader

from moe3d.version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
