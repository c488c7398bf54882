"""Rotary positions in two dimensions, as VGGT uses them.

The first half of a head's channels turns with the row, the second with the column. Patch (0, 0)
is at position (1, 1); camera and register tokens are all at (0, 0).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class RotaryTable:
    """Cosine and sine of every token's angles, always float32."""

    cos: Float[Tensor, "T D"]
    sin: Float[Tensor, "T D"]

    def repeated(self, num_views: int) -> "RotaryTable":
        """The same positions for the tokens of several views, one view after the other."""
        return RotaryTable(self.cos.repeat(num_views, 1), self.sin.repeat(num_views, 1))

    def rows(self, rows: slice) -> "RotaryTable":
        """Positions of some of the tokens."""
        return RotaryTable(self.cos[rows], self.sin[rows])


def build_rotary_table(
    grid: tuple[int, int], num_special: int, head_dim: int, base: float, device: torch.device
) -> RotaryTable:
    """Angles for the special tokens and the (rows, columns) of patches of one view."""
    rows, columns = grid
    row = torch.arange(1, rows + 1, dtype=torch.float32).repeat_interleave(columns)
    column = torch.arange(1, columns + 1, dtype=torch.float32).repeat(rows)
    positions = torch.zeros(num_special + rows * columns, 2)
    positions[num_special:] = torch.stack([row, column], dim=1)
    axis_dim = head_dim // 2
    exponents = torch.arange(0, axis_dim, 2, dtype=torch.float32) / axis_dim
    angles = positions[:, :, None] * base**-exponents  # (T, 2, D/4)
    angles = torch.cat([angles, angles], dim=-1).flatten(1).to(device)  # (T, D)
    return RotaryTable(angles.cos(), angles.sin())


def rotate(x: Float[Tensor, "N heads T D"], table: RotaryTable) -> Float[Tensor, "N heads T D"]:
    """Turn queries or keys by their tokens' angles."""
    shape = (2, 2, -1)  # row and column, the first and the second half of each
    turned = x * table.cos
    given, sin, parts = (y.unflatten(-1, shape) for y in (x, table.sin, turned))
    parts[..., 0, :].addcmul_(given[..., 1, :], sin[..., 0, :], value=-1)
    parts[..., 1, :].addcmul_(given[..., 0, :], sin[..., 1, :])
    return turned
