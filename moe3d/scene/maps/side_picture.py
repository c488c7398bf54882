"""Both networks' depth in one picture: swiped at a border, or one of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from moe3d.scene.maps.colorize import colorize
from moe3d.scene.maps.values import MapSource, map_values

BORDER_RGB = (255, 255, 255)


@dataclass(frozen=True)
class SideSplit:
    """What of the picture belongs to which side."""

    border: float = 0.5
    """Share of the width, from the left, that shows MoE3D; 1 or 0 where one side fills it."""

    def columns(self, width: int) -> int:
        """Columns of MoE3D's side."""
        return round(min(max(self.border, 0.0), 1.0) * width)


def side_picture(
    source: MapSource, split: SideSplit, value_range: tuple[float, float], color_map: str
) -> UInt8[np.ndarray, "H W 3"]:
    """MoE3D's depth left and VGGT's right of the border, in the same colours."""
    mask = source.prediction.valid_mask[source.view_index]
    left, right = (
        colorize(map_values(source, key), value_range, color_map, mask) for key in source.compared
    )
    columns = split.columns(mask.shape[1])
    picture = np.concatenate([left[:, :columns], right[:, columns:]], axis=1)
    if 0 < columns < mask.shape[1]:
        picture[:, columns - 1] = BORDER_RGB
    return picture
